// says: sluice: uniq comes before the reduce of its layer
#include "sluice/flow.hpp"

auto sums(const std::vector<int>& numbers) {
  const auto sum = sluice::flow::reduce(0, std::plus{});
#ifdef WRONG
  return sluice::flow::from(numbers) | sum | sluice::flow::uniq();
#else
  return sluice::flow::from(numbers) | sluice::flow::uniq() | sum;
#endif
}
