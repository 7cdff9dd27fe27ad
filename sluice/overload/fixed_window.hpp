#pragma once

#include <cstdint>

#include "sluice/core/time.hpp"
#include "sluice/overload/limiter.hpp"

namespace sluice::inline v0::overload {

/// How much may pass in each interval.
struct FixedWindowOptions {
  /// Cost that may pass in one interval. At least 1.
  std::uint64_t limit = 1;
  /// Length of an interval. Positive.
  Duration per = std::chrono::seconds(1);
};

/// Throws OptionError naming the field, the bound and the value.
void check(const FixedWindowOptions& options);

/// At most `limit` passes in each interval, and nothing is carried over: the limit of Broadway's producers.
/// The first interval begins with the first event, the others follow at once. It costs nothing to keep, but
/// twice the limit may pass in a short time around the end of an interval; SlidingWindow lets no such burst
/// through.
class FixedWindow {
 public:
  /// Throws OptionError.
  explicit FixedWindow(const FixedWindowOptions& options);

  /// Throws OptionError if cost > limit.
  [[nodiscard]] Take take(Instant now, std::uint64_t cost = 1);
  /// Throws OptionError if cost > limit.
  [[nodiscard]] Duration wait(Instant now, std::uint64_t cost = 1) const;
  /// The next interval is as good as a new one.
  [[nodiscard]] Duration until_idle(Instant now) const { return wait(now, options_.limit); }

  /// Other limits from now on; the interval that runs keeps its beginning and what it has counted. Throws
  /// OptionError and changes nothing.
  void change(Instant now, const FixedWindowOptions& options);

  [[nodiscard]] const FixedWindowOptions& options() const noexcept { return options_; }

 private:
  void move_to(Instant now) noexcept;

  FixedWindowOptions options_;
  Instant begin_ = Instant::min();  // of the interval; min: none yet
  Instant latest_ = Instant::min();
  std::uint64_t counted_ = 0;
};

}  // namespace sluice::inline v0::overload
