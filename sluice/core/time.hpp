#pragma once

#include <chrono>

namespace sluice::inline v0 {

/// Durations and instants of a runtime's clock: nanoseconds since its start of counting.
using Duration = std::chrono::nanoseconds;
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// "No time limit".
inline constexpr Duration forever = Duration::max();

/// t + d without overflow.
[[nodiscard]] constexpr Instant after(Instant t, Duration d) noexcept {
  return d > Instant::max() - t ? Instant::max() : t + d;
}

}  // namespace sluice::inline v0
