#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "sluice/core/events.hpp"
#include "sluice/stage/latch.hpp"
#include "sluice/stage/lock.hpp"
#include "sluice/stage/subscription.hpp"

namespace sluice::inline v0 {

/// What has arrived for a thread that is no stage. Thread rule: any thread.
template <class T>
class Arrivals {
 public:
  struct Arrival {
    Events<T> events;
    Subscription from;
  };

  void add(Events<T> events, const Subscription& from) {
    const Lock::Held held(lock_);
    messages_.push_back({std::move(events), from});
    wake();
  }
  /// The reader gets what has arrived, then the failure.
  void fail(Reason why) {
    const Lock::Held held(lock_);
    if (!failure_) failure_ = std::move(why);
    complete_ = true;
    wake();
  }
  /// Nothing more will come. A reason that is not polite is a failure.
  void end(Reason why) {
    const Lock::Held held(lock_);
    if (!why.polite() && !failure_) failure_ = std::move(why);
    complete_ = ended_ = true;
    wake();
    if (on_end_) on_end_();
  }
  /// Calls `action` when the end has come, or now.
  void on_end(std::function<void()> action) {
    const Lock::Held held(lock_);
    if (ended_) {
      action();
    } else {
      on_end_ = std::move(action);
    }
  }
  /// The next message; std::nullopt: there is none and will be none. `wait(latch)` blocks until the latch
  /// opens.
  template <class Wait>
  std::optional<Arrival> next(Wait wait) {
    while (true) {
      std::shared_ptr<Latch> latch;
      {
        const Lock::Held held(lock_);
        if (!messages_.empty()) {
          Arrival first = std::move(messages_.front());
          messages_.pop_front();
          return first;
        }
        if (complete_) return std::nullopt;
        latch = waiting_ = std::make_shared<Latch>();
      }
      wait(*latch);
    }
  }
  [[nodiscard]] std::optional<Reason> failure() const {
    const Lock::Held held(lock_);
    return failure_;
  }

 private:
  void wake() {
    if (waiting_) std::exchange(waiting_, nullptr)->open();
  }

  mutable Lock lock_;
  std::deque<Arrival> messages_;
  std::shared_ptr<Latch> waiting_;
  std::function<void()> on_end_;
  std::optional<Reason> failure_;
  bool complete_ = false;
  bool ended_ = false;
};

}  // namespace sluice::inline v0
