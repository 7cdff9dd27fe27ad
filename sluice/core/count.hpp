#pragma once

#include <cstdint>

namespace sluice::inline v0 {

/// A number of events: asked for, pending, buffered. Never negative by type.
using Demand = std::uint64_t;

/// "As many as there are": 2^63 - 1 (Reactive Streams 3.17). Sums of demand stop here.
inline constexpr Demand unlimited = (Demand{1} << 63) - 1;

/// a + b, at most `unlimited`. Neither side may exceed `unlimited`.
[[nodiscard]] constexpr Demand add_demand(Demand a, Demand b) noexcept {
  const Demand sum = a + b;
  return sum < unlimited ? sum : unlimited;
}

/// a - b, at least 0; an unlimited demand stays unlimited.
[[nodiscard]] constexpr Demand take_demand(Demand a, Demand b) noexcept {
  if (a == unlimited) return a;
  return a > b ? a - b : 0;
}

}  // namespace sluice::inline v0
