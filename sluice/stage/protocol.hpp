#pragma once

#include <memory>
#include <utility>

#include "sluice/core/events.hpp"
#include "sluice/stage/edge.hpp"

namespace sluice::inline v0 {

/// The messages stages exchange over an edge (genstage.md §8.4). Plain values with a way home.

/// Consumer to producer: a new subscription, maybe in place of an old one.
class Subscribe final : public Message {
 public:
  Subscribe(EdgePtr edge, SubscribeOptions options, EdgePtr replaces, Reason why)
      : edge_(std::move(edge)),
        options_(std::move(options)),
        replaces_(std::move(replaces)),
        why_(std::move(why)) {}
  void deliver(std::unique_ptr<Message> self, Host& at) override;
  void abandon(Host& at, const Reason& why) override;

 private:
  EdgePtr edge_;
  SubscribeOptions options_;
  EdgePtr replaces_;
  Reason why_;
};

/// Consumer to producer: `times` asks of n events each, never merged (R6.5).
class Ask final : public Message {
 public:
  Ask(Edge& edge, Demand n, std::uint64_t times) noexcept : edge_(&edge), n_(n), times_(times) {}
  void deliver(std::unique_ptr<Message> self, Host& at) override;

 private:
  Edge* edge_;
  Demand n_;
  std::uint64_t times_;
};

/// To the producer: end this subscription.
class CancelRequest final : public Message {
 public:
  CancelRequest(EdgePtr edge, Reason reason) noexcept : edge_(std::move(edge)), reason_(std::move(reason)) {}
  void deliver(std::unique_ptr<Message> self, Host& at) override;

 private:
  EdgePtr edge_;
  Reason reason_;
};

/// Producer to consumer: the subscription is over; its last message.
class Cancelled final : public Message {
 public:
  enum class Why : unsigned char { ended, replaced };
  Cancelled(EdgePtr edge, Reason reason, Why why = Why::ended) noexcept
      : edge_(std::move(edge)), reason_(std::move(reason)), why_(why) {}
  void deliver(std::unique_ptr<Message> self, Host& at) override;

 private:
  EdgePtr edge_;
  Reason reason_;
  Why why_;
};

/// To either side: the other stage has ended; its last message.
class EdgeDown final : public Message {
 public:
  EdgeDown(EdgePtr edge, Reason reason) noexcept : edge_(std::move(edge)), reason_(std::move(reason)) {}
  void deliver(std::unique_ptr<Message> self, Host& at) override;

 private:
  EdgePtr edge_;
  Reason reason_;
};

/// Consumer to producer: it has heard of the end; its last message.
class Farewell final : public Message {
 public:
  explicit Farewell(EdgePtr edge) noexcept : edge_(std::move(edge)) {}
  void deliver(std::unique_ptr<Message> self, Host& at) override;

 private:
  EdgePtr edge_;
};

/// Producer to consumer: events.
template <class T>
class EventsMessage final : public Message {
 public:
  enum class Parked : unsigned char { no, yes };
  EventsMessage(Edge& edge, Events<T> events, Parked parked = Parked::no) noexcept
      : edge_(&edge), events_(std::move(events)), parked_(parked) {}
  void deliver(std::unique_ptr<Message> self, Host& at) override;
  void abandon(Host& at, const Reason& /*why*/) override {
    parked_ == Parked::yes ? at.lose_received(events_.size()) : at.lose_unread(events_.size());
  }

  [[nodiscard]] Edge& edge() const noexcept { return *edge_; }
  [[nodiscard]] Events<T>& events() noexcept { return events_; }

 private:
  Edge* edge_;
  Events<T> events_;
  Parked parked_;  // yes: in a producer_consumer's queue, and counted
};

/// Anything else: runs `code(host)` on the turn, not as a callback.
template <class F>
class Errand final : public Message {
 public:
  explicit Errand(F code) : code_(std::move(code)) {}
  void deliver(std::unique_ptr<Message> /*self*/, Host& at) override { code_(at); }

 private:
  F code_;
};
template <class F>
[[nodiscard]] MessagePtr make_errand(F code) {
  return MessagePtr(new Errand<F>(std::move(code)));
}

}  // namespace sluice::inline v0
