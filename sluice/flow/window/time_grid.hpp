#pragma once

#include <algorithm>
#include <cstdint>

#include "sluice/flow/window/event_time.hpp"

namespace sluice::inline v0::flow {

/// Windows of one length whose starts lie a step apart: number n begins at n * step, and ends, exclusively,
/// `size` later. Counted from the epoch; before it numbers are negative.
class TimeGrid {
 public:
  /// The windows that times from `from` to before `until` belong to: first … last, none if last < first.
  struct Stretch {
    std::int64_t first;
    std::int64_t last;
    EventTime from;
    EventTime until;

    [[nodiscard]] bool holds(EventTime time) const noexcept { return from <= time && time < until; }
  };

  constexpr TimeGrid(Millis size, Millis step) noexcept : size_(size.count()), step_(step.count()) {}

  [[nodiscard]] constexpr EventTime start(std::int64_t number) const noexcept {
    return EventTime(Millis(number * step_));
  }
  [[nodiscard]] constexpr EventTime end(std::int64_t number) const noexcept {
    return EventTime(Millis(number * step_ + size_));
  }
  /// The first window that ends after `time`; those below it are over at that time.
  [[nodiscard]] constexpr std::int64_t first_after(EventTime time) const noexcept {
    return floor_div(time.time_since_epoch().count() - size_, step_) + 1;
  }
  [[nodiscard]] constexpr Stretch at(EventTime time) const noexcept {
    const std::int64_t first = first_after(time);
    const std::int64_t last = floor_div(time.time_since_epoch().count(), step_);
    return {first, last, std::max(start(last), end(first - 1)), std::min(start(last + 1), end(first))};
  }

 private:
  std::int64_t size_;
  std::int64_t step_;
};

/// The grid of window::sliding; throws its OptionErrors.
[[nodiscard]] TimeGrid sliding_grid(Duration size, Duration step);

}  // namespace sluice::inline v0::flow
