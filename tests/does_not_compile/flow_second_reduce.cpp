// says: sluice: a layer has one reduce, group_by or emit_and_reduce
#include "sluice/flow.hpp"

auto sums(const std::vector<int>& numbers) {
#ifdef WRONG
  const auto second = sluice::flow::reduce(0, std::plus{});
#else
  const auto second = sluice::flow::filter([](int sum) { return sum > 0; });
#endif
  return sluice::flow::from(numbers) | sluice::flow::reduce(0, std::plus{}) | second;
}
