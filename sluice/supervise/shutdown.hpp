#pragma once

#include <chrono>

#include "sluice/core/time.hpp"

namespace sluice::inline v0 {

/// How a supervisor ends a child: `5s` asks it to stop and kills it after that time, `forever` asks and
/// waits, `Shutdown::kill` kills it at once. A callback that runs is not interrupted by any of them.
class Shutdown {
 public:
  template <class Rep, class Period>
  constexpr Shutdown(std::chrono::duration<Rep, Period> time) noexcept : time_(time) {}
  static const Shutdown kill;

  [[nodiscard]] constexpr bool kills() const noexcept { return time_ == Duration::min(); }
  /// How long it waits before it kills; `forever`: it does not.
  [[nodiscard]] constexpr Duration time() const noexcept { return time_; }
  friend bool operator==(const Shutdown&, const Shutdown&) = default;

 private:
  Duration time_;
};

inline constexpr Shutdown Shutdown::kill{Duration::min()};

/// Throws OptionError for a time that is not positive.
void check(const Shutdown& shutdown);

}  // namespace sluice::inline v0
