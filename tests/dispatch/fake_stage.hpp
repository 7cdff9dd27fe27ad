#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/buffer/event_buffer.hpp"
#include "sluice/dispatch/dispatcher.hpp"

namespace sluice_test {

/// A delivered message: to whom, what.
template <class T>
struct Sent {
  std::uint64_t to;
  std::vector<T> events;
  friend bool operator==(const Sent&, const Sent&) = default;
};

/// Writes down what a dispatcher decides.
template <class T>
class Recorder final : public sluice::Delivery<T> {
 public:
  void deliver(sluice::Seat<T>& to, sluice::Events<T>&& events) override {
    if (events.empty()) ++empty_messages;
    sent.push_back({to.consumer.value, std::move(events).to_vector()});
  }
  void discard(std::size_t count, sluice::Discard why) override { discarded[why] += count; }
  void release(sluice::InfoId info) override { released.push_back(info.value); }
  void warn(std::string text) override { warnings.push_back(std::move(text)); }

  [[nodiscard]] std::vector<Sent<T>> take() { return std::exchange(sent, {}); }

  std::vector<Sent<T>> sent;
  std::map<sluice::Discard, std::size_t> discarded;
  std::vector<std::uint64_t> released;
  std::vector<std::string> warnings;
  int empty_messages = 0;
};

/// A stage around a dispatcher by the one dispatch rule (genstage.md §16a): what is new goes behind the
/// buffer, then the buffer is dispatched from its front until nothing is placed; demand that it did not meet
/// is passed up.
template <class T>
class FakeStage {
 public:
  using Demand = sluice::Demand;
  struct Stored {
    Demand size = sluice::unlimited;
    sluice::Keep keep = sluice::Keep::last;
  };

  explicit FakeStage(std::unique_ptr<sluice::Dispatcher<T>> dispatcher, Stored buffer = {})
      : dispatcher_(std::move(dispatcher)), buffer_(buffer.size, buffer.keep) {
    dispatcher_->bound_queues(buffer.size, buffer.keep);
  }

  sluice::Seat<T>& subscribe(std::uint64_t consumer, sluice::SubscribeOptions options = {},
                             std::string name = {}) {
    auto seat = std::make_unique<sluice::Seat<T>>();
    seat->id = {++last_id_};
    seat->consumer = {consumer};
    const Demand up = dispatcher_->subscribe(*seat, {options, name}, out);  // may throw: nothing has changed
    sluice::Seat<T>& kept = *seats_.emplace(consumer, std::move(seat)).first->second;
    pass_up(up);
    return kept;
  }
  void cancel(std::uint64_t consumer) {
    const auto seat = seats_.extract(consumer);
    pass_up(dispatcher_->cancel(*seat.mapped(), out));
  }
  /// Returns what goes upstream.
  Demand ask(std::uint64_t consumer, Demand n) {
    return pass_up(dispatcher_->ask(*seats_.at(consumer), n, out));
  }

  void emit(sluice::Events<T> events) {
    const std::size_t fresh = events.size();
    std::size_t left = fresh;
    if (buffer_.empty()) {
      again_ = sluice::add_demand(again_, dispatcher_->dispatch(events, out));
      left = events.size();
    }
    const std::size_t old = buffer_.size();
    lost += buffer_.store(std::move(events)).discarded;
    const Demand placed = drain();
    if (placed > old) left -= placed - old;
    dispatcher_->left_over(left);
    ask_again();
  }
  void info(std::uint64_t id) {
    if (buffer_.empty()) {
      dispatcher_->place_info({id}, out);
    } else {
      buffer_.mark(id);
    }
  }

  [[nodiscard]] std::size_t buffered() const { return buffer_.size() + dispatcher_->queued(); }
  [[nodiscard]] sluice::Seat<T>& seat(std::uint64_t consumer) { return *seats_.at(consumer); }
  [[nodiscard]] sluice::Dispatcher<T>& dispatcher() { return *dispatcher_; }

  Recorder<T> out;
  Demand asked = 0;      // passed upstream in all
  std::size_t lost = 0;  // dropped by the buffer

 private:
  Demand drain() {
    Demand placed = 0;
    while (!buffer_.empty()) {
      auto& run = buffer_.front();
      const std::size_t before = run.size();
      again_ = sluice::add_demand(again_, dispatcher_->dispatch(run, out));
      const std::size_t taken = before - run.size();
      buffer_.note_taken(taken);
      buffer_.release_passed([&](std::uint64_t mark) { out.release({mark}); });
      if (taken == 0) break;
      placed += taken;
    }
    return placed;
  }
  Demand pass_up(Demand n) {
    const Demand up = sluice::take_demand(n, drain());
    asked += up;
    return up + ask_again();
  }
  Demand ask_again() {
    Demand up = 0;
    while (again_ != 0) {
      const Demand n = std::exchange(again_, 0);
      up += sluice::take_demand(n, drain());
    }
    asked += up;
    return up;
  }

  std::unique_ptr<sluice::Dispatcher<T>> dispatcher_;
  sluice::EventBuffer<T> buffer_;
  std::map<std::uint64_t, std::unique_ptr<sluice::Seat<T>>> seats_;
  std::uint64_t last_id_ = 0;
  Demand again_ = 0;
};

/// A dispatcher by hand, with the consumers A, B, C … as 1, 2, 3 …
template <class D, class T>
class ByHand {
 public:
  template <class... Args>
  explicit ByHand(Args&&... args) : dispatcher(std::forward<Args>(args)...) {}

  sluice::Demand subscribe(std::uint64_t consumer, sluice::SubscribeOptions options = {},
                           std::string name = {}) {
    sluice::Seat<T>& seat = seats.emplace_back();
    seat.id = {seats.size()};
    seat.consumer = {consumer};
    const sluice::Demand up = dispatcher.subscribe(seat, {options, name}, out);
    of[consumer] = &seat;
    return up;
  }
  sluice::Demand cancel(std::uint64_t consumer) { return dispatcher.cancel(*of.at(consumer), out); }
  sluice::Demand ask(std::uint64_t consumer, sluice::Demand n) {
    return dispatcher.ask(*of.at(consumer), n, out);
  }
  /// Events emitted just now: returns the leftover; `again` is what dispatch returned.
  std::vector<T> emit(sluice::Events<T> events) {
    again = dispatcher.dispatch(events, out);
    dispatcher.left_over(events.size());
    return std::move(events).to_vector();
  }

  D dispatcher;
  Recorder<T> out;
  std::deque<sluice::Seat<T>> seats;
  std::map<std::uint64_t, sluice::Seat<T>*> of;
  sluice::Demand again = 0;
};

}  // namespace sluice_test
