#pragma once

#include <algorithm>

#include "sluice/core/count.hpp"

namespace sluice::inline v0 {

/// When a stage that keeps a job for each event asks for more, one subscription: as soon as the jobs that
/// live plus the events asked for and not yet received are no more than min, up to max of both (genstage.md
/// D2). After take or release comes refill, whose answer is asked for.
class SlotWindow {
 public:
  SlotWindow(Demand max, Demand min) noexcept : max_(max), min_(min) {}

  /// The first ask of a subscription: max (R15.5).
  [[nodiscard]] Demand start() noexcept { return pending_ = max_; }
  /// `events` came, and each takes a slot. Returns how many of them nobody had asked for (R15.9).
  [[nodiscard]] Demand take(Demand events) noexcept {
    const Demand expected = std::min(events, pending_);
    pending_ -= expected;
    used_ += events;
    return events - expected;
  }
  /// Jobs ended for good, or never began.
  void release(Demand slots = 1) noexcept { used_ -= std::min(slots, used_); }
  /// What to ask for now; 0: nothing.
  [[nodiscard]] Demand refill() noexcept {
    if (used_ + pending_ > min_) return 0;
    const Demand ask = max_ - used_ - pending_;
    pending_ += ask;
    return ask;
  }

  /// Slots in use.
  [[nodiscard]] Demand used() const noexcept { return used_; }
  /// Asked for and not yet received.
  [[nodiscard]] Demand pending() const noexcept { return pending_; }

 private:
  Demand max_;
  Demand min_;
  Demand used_ = 0;
  Demand pending_ = 0;
};

}  // namespace sluice::inline v0
