#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

#include "sluice/core/count.hpp"
#include "sluice/core/ids.hpp"
#include "sluice/core/options.hpp"
#include "sluice/core/reason.hpp"

namespace sluice::inline v0 {

class AnyRef;
class Edge;

/// One subscription of a consumer to a producer, as both sides see it. Copyable; never keeps a stage alive.
/// Everything is a no-op when the subscription or one of its stages has ended.
class Subscription {
 public:
  Subscription() noexcept = default;
  Subscription(const Subscription& other) noexcept;
  Subscription(Subscription&& other) noexcept : edge_(std::exchange(other.edge_, nullptr)) {}
  Subscription& operator=(Subscription other) noexcept {
    std::swap(edge_, other.edge_);
    return *this;
  }
  ~Subscription() {
    if (edge_ != nullptr) drop();
  }

  explicit operator bool() const noexcept { return edge_ != nullptr; }
  [[nodiscard]] SubscriptionId id() const noexcept;
  [[nodiscard]] AnyRef producer() const;
  [[nodiscard]] AnyRef consumer() const;

  /// Asks for n more events (manual demand, genstage.md R5.9); 0 does nothing. Any number of asks add up.
  /// Thread rule: in a callback of the consumer it takes effect when the callback returned; from elsewhere it
  /// becomes a turn of the consumer.
  void ask(Demand n) const noexcept;
  /// Asks the producer to end the subscription; both sides hear of it by handle_cancel (R8.6).
  /// Thread rule: any thread, any number of times.
  void cancel(Reason reason = {}) const noexcept;

  /// The consumer asks for nothing more until resume(); what was asked for still arrives. Thread rule: as
  /// ask.
  void pause() const noexcept;
  void resume() const noexcept;
  /// New terms from the next message on. Throws OptionError as subscribe_to does. Thread rule: as ask.
  void change_demand(Demand max_demand, Demand min_demand) const;

  friend bool operator==(const Subscription&, const Subscription&) = default;

  /// For the library: a handle on `edge`, counted.
  explicit Subscription(Edge* edge) noexcept;
  [[nodiscard]] Edge* edge() const noexcept { return edge_; }

 private:
  friend class BorrowedSubscription;
  void drop() noexcept;

  Edge* edge_ = nullptr;
};

/// A Subscription for the length of a callback, without counting.
class BorrowedSubscription {
 public:
  explicit BorrowedSubscription(Edge& edge) noexcept { subscription_.edge_ = &edge; }
  ~BorrowedSubscription() { subscription_.edge_ = nullptr; }
  BorrowedSubscription(const BorrowedSubscription&) = delete;
  BorrowedSubscription& operator=(const BorrowedSubscription&) = delete;
  [[nodiscard]] const Subscription& get() const noexcept { return subscription_; }

 private:
  Subscription subscription_;
};

}  // namespace sluice::inline v0

template <>
struct std::hash<sluice::Subscription> {
  std::size_t operator()(const sluice::Subscription& s) const noexcept {
    return std::hash<sluice::SubscriptionId>{}(s.id());
  }
};
