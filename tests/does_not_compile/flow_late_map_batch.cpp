// says: sluice: map_batch comes first in its layer
#include "sluice/flow.hpp"

auto doubled(const std::vector<int>& numbers) {
  const auto batch = sluice::flow::map_batch([](std::vector<int> all) { return all; });
  const auto twice = sluice::flow::map([](int n) { return 2 * n; });
#ifdef WRONG
  return sluice::flow::from(numbers) | twice | batch;
#else
  return sluice::flow::from(numbers) | batch | twice;
#endif
}
