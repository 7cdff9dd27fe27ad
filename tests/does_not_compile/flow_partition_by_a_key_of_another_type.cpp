// says: sluice: the key of a partition is asked for each event
#include <string>

#include "sluice/flow.hpp"

auto divided(const std::vector<int>& numbers) {
#ifdef WRONG
  const auto key = &std::string::size;
#else
  const auto key = [](int n) { return n % 3; };
#endif
  return sluice::flow::from(numbers) | sluice::flow::partition(key, {.stages = 3});
}
