#pragma once

#include <chrono>
#include <functional>

#include "sluice/core/time.hpp"

namespace sluice::inline v0::sqlite {

/// An instant of the clock on the wall: a file outlives processes and reboots, a steady clock does not.
/// Nanoseconds since 1970, until 2262.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// Where a queue takes the time from. Empty: system_clock. Processes that share a file share its clock; it
/// may jump, see JobQueue.
using WallClock = std::function<WallTime()>;

/// t + d without overflow; d is not negative.
[[nodiscard]] constexpr WallTime later(WallTime t, Duration d) noexcept {
  return t > WallTime::max() - d ? WallTime::max() : t + d;
}

}  // namespace sluice::inline v0::sqlite
