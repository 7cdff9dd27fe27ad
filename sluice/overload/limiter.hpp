#pragma once

#include <concepts>
#include <cstdint>

#include "sluice/core/time.hpp"
#include "sluice/overload/take.hpp"

namespace sluice::inline v0::overload {

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

}  // namespace sluice::inline v0::overload
