#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>

#include "sluice/core/time.hpp"
#include "sluice/flow/trigger.hpp"

namespace sluice::inline v0::flow {

using Millis = std::chrono::milliseconds;

/// Times further from the epoch than this (73 million years) count as this, so that no sum of a time and
/// lengths overflows.
inline constexpr Millis furthest{std::int64_t{1} << 61};
/// Before all times of events: "no time is known".
inline constexpr EventTime long_ago{Millis(-(std::int64_t{1} << 62))};

/// a / b rounded down, also where a is negative (E6). b is positive.
[[nodiscard]] constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b < 0 ? 1 : 0);
}

namespace detail {

/// a * b, or the end of the numbers it lies beyond.
[[nodiscard]] constexpr std::int64_t saturating_product(std::int64_t a, std::int64_t b) noexcept {
  using Limits = std::numeric_limits<std::int64_t>;
  if (a > Limits::max() / b) return Limits::max();
  if (a < Limits::min() / b) return Limits::min();
  return a * b;
}

}  // namespace detail

/// Any time of the system clock in milliseconds, rounded down, and not further away than `furthest`.
template <std::integral Rep, class Period>
[[nodiscard]] constexpr EventTime event_time_of(
    std::chrono::sys_time<std::chrono::duration<Rep, Period>> time) noexcept {
  using Factor = std::ratio_divide<Period, std::milli>;
  const Rep count = time.time_since_epoch().count();
  const std::int64_t ticks = std::in_range<std::int64_t>(count) ? static_cast<std::int64_t>(count)
                                                                : std::numeric_limits<std::int64_t>::max();
  const std::int64_t whole = floor_div(ticks, Factor::den);
  const std::int64_t rest = (ticks - whole * Factor::den) * Factor::num / Factor::den;
  const std::int64_t millis = detail::saturating_product(whole, Factor::num);
  return EventTime(std::clamp(Millis(millis), -furthest, furthest - Millis(rest)) + Millis(rest));
}

/// Whether `by` answers the time of an event: a std::chrono::sys_time that counts in whole numbers.
template <class By, class T>
concept TimedBy = requires(By& by, const T& event) { event_time_of(std::invoke(by, event)); };

/// When an event happened.
template <class By, class T>
[[nodiscard, gnu::always_inline]] inline EventTime time_by(By& by, const T& event) {
  return event_time_of(std::invoke(by, event));
}

namespace detail {

/// TimedBy, with a sentence where it does not hold.
template <class By, class T>
consteval bool tells_time() {
  constexpr bool fits = TimedBy<By, T>;
  static_assert(
      fits,
      "sluice: the time of an event is a std::chrono::sys_time of whole numbers; `by` is a pointer to "
      "member or a callable that takes const T& and answers one");
  return fits;
}

}  // namespace detail

/// A length of event time. Throws OptionError naming the field unless it is a positive number of whole
/// milliseconds.
[[nodiscard]] Millis whole_millis(const char* field, Duration length);
/// How late events may be: zero or more whole milliseconds, or `forever`.
[[nodiscard]] Millis lateness_of(Duration allowed);

}  // namespace sluice::inline v0::flow
