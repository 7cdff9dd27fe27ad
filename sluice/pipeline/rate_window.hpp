#pragma once

#include <cstddef>
#include <optional>

#include "sluice/core/time.hpp"
#include "sluice/pipeline/options.hpp"

namespace sluice::inline v0::pipeline {

/// Counts what a rate limit allows: `allowed` in each interval, the first of which begins when it is made.
/// Takes the time, has no clock; instants must not go back.
class RateWindow {
 public:
  /// Throws OptionError.
  RateWindow(RateLimit limit, Instant now);

  /// How many of n may pass now.
  [[nodiscard]] std::size_t take(std::size_t n, Instant now) noexcept;
  /// How many may pass in what is left of this interval.
  [[nodiscard]] std::size_t left(Instant now) noexcept;
  /// When the interval ends.
  [[nodiscard]] Instant next(Instant now) noexcept;
  /// Begins an interval now, with all that is allowed (B11.6).
  void reset(Instant now) noexcept;
  /// From the next interval on. Throws OptionError.
  void change(RateLimit limit);
  /// As it was set last.
  [[nodiscard]] const RateLimit& limit() const noexcept { return coming_; }

 private:
  void advance(Instant now) noexcept;

  RateLimit limit_;   // of this interval
  RateLimit coming_;  // of the next
  Instant begin_;
  std::size_t left_;
};

}  // namespace sluice::inline v0::pipeline
