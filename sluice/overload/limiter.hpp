#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice::inline v0::overload {

/// What a limiter says to something that wants to pass, and what a limit says to work that wants to start.
enum class Take : unsigned char {
  taken,    ///< it may, and it counts
  not_yet,  ///< it may not now; nothing is counted
};

/// Decides when events may pass: TokenBucket, SlidingWindow, FixedWindow. A limiter has no clock; a time
/// before one it has been told counts as that one. `cost` is what an event weighs in the unit of its limit;
/// more than could ever pass throws OptionError. Thread rule: one thread at a time.
template <class L>
concept Limiter = requires(L limiter, const L still, Instant now, std::uint64_t cost) {
  { limiter.take(now, cost) } -> std::same_as<Take>;
  // How long until take() would say taken, if nothing else passes; zero: now.
  { still.wait(now, cost) } -> std::same_as<Duration>;
  // How long until it is as good as new, if nothing passes; zero: now.
  { still.until_idle(now) } -> std::same_as<Duration>;
};

namespace detail {

/// Throws OptionError unless an event of this cost can ever pass; `bound` is the name of what forbids it.
void check_cost(std::uint64_t cost, std::uint64_t most, std::string_view bound);

/// Throws OptionError naming the field unless the duration is positive.
void check_positive(Duration duration, const char* field);
/// Throws OptionError naming the field unless 1 <= value <= unlimited.
void check_count(std::uint64_t value, const char* field);

}  // namespace detail
}  // namespace sluice::inline v0::overload
