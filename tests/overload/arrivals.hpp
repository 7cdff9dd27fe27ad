#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "overload/overload.hpp"
#include "sluice/overload/limiter.hpp"

namespace sluice::overload_tests {

struct Passed {
  Instant at;
  std::uint64_t cost;
};

/// Events of random cost that always wait, and are tried again when the limiter says or somewhat earlier or
/// later, for a virtual time.
template <overload::Limiter L>
std::vector<Passed> press(L& limiter, Duration time, std::uint64_t most_cost, std::uint64_t seed) {
  Random random(seed);
  std::vector<Passed> passed;
  std::uint64_t cost = 1 + random.below(most_cost);
  for (Instant now{}; now < at(time);) {
    const Duration wait = limiter.wait(now, cost);
    const overload::Take took = limiter.take(now, cost);
    if ((took == overload::Take::taken) != (wait == Duration::zero())) {
      ADD_FAILURE() << "take and wait contradict each other at " << now.time_since_epoch().count() << " ns";
      break;
    }
    if (took == overload::Take::taken) {
      passed.push_back({now, cost});
      cost = 1 + random.below(most_cost);
    } else if (random.chance(0.3) && wait > Duration(1)) {
      now += Duration(1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(wait.count()))));
    } else {
      now += wait;
    }
  }
  return passed;
}

/// Events that come at random, about one in each `mean`, and are not tried again.
template <overload::Limiter L>
std::vector<Passed> come(L& limiter, Duration time, Duration mean, std::uint64_t most_cost,
                         std::uint64_t seed) {
  Random random(seed);
  std::vector<Passed> passed;
  const auto twice = static_cast<std::uint64_t>(2 * mean.count());
  for (Instant now{}; now < at(time); now += Duration(static_cast<std::int64_t>(random.below(twice)))) {
    if (random.chance(0.001)) now += 40 * mean;  // a pause
    const std::uint64_t cost = 1 + random.below(most_cost);
    if (limiter.take(now, cost) == overload::Take::taken) passed.push_back({now, cost});
  }
  return passed;
}

inline std::uint64_t sum(const std::vector<Passed>& passed) {
  std::uint64_t all = 0;
  for (const Passed& one : passed) all += one.cost;
  return all;
}

/// The most cost that passed in any [t, t + length).
inline std::uint64_t most_within(const std::vector<Passed>& passed, Duration length) {
  std::uint64_t most = 0;
  std::uint64_t here = 0;
  for (std::size_t first = 0, next = 0; first < passed.size(); ++first) {
    for (; next < passed.size() && passed[next].at < passed[first].at + length; ++next)
      here += passed[next].cost;
    most = std::max(most, here);
    here -= passed[first].cost;
  }
  return most;
}

}  // namespace sluice::overload_tests
