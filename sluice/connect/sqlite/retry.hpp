#pragma once

#include "sluice/connect/sqlite/wall_time.hpp"

namespace sluice::inline v0::sqlite {

/// When a job that failed is to be tried again. A value.
class Retry {
 public:
  enum class When : unsigned char {
    at_instant,   ///< when the clock shows it, however often the clock is set
    after_delay,  ///< so and so long from now; a clock that is set back does not lengthen it
    never,        ///< it is dead
  };

  [[nodiscard]] static constexpr Retry at(WallTime instant) noexcept {
    return {When::at_instant, instant, {}};
  }
  /// Throws OptionError in fail() where it is negative.
  [[nodiscard]] static constexpr Retry after(Duration delay) noexcept {
    return {When::after_delay, {}, delay};
  }
  [[nodiscard]] static constexpr Retry at_once() noexcept { return after({}); }
  [[nodiscard]] static constexpr Retry never() noexcept { return {When::never, {}, {}}; }

  [[nodiscard]] constexpr When when() const noexcept { return when_; }
  [[nodiscard]] constexpr WallTime instant() const noexcept { return instant_; }
  [[nodiscard]] constexpr Duration delay() const noexcept { return delay_; }

 private:
  constexpr Retry(When when, WallTime instant, Duration delay) noexcept
      : when_(when), instant_(instant), delay_(delay) {}

  When when_;
  WallTime instant_;
  Duration delay_;
};

/// What became of a job that failed.
enum class Failed : unsigned char {
  retried,  ///< it will be leased again
  dead,     ///< it was its last attempt, or it is not to be retried: it is among dead()
  lost,     ///< the lease was lost; nothing was changed
};

}  // namespace sluice::inline v0::sqlite
