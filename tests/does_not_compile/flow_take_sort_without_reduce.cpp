// says: sluice: take_sort comes behind a reduce, group_by or emit_and_reduce of its layer
#include "sluice/flow.hpp"

auto smallest(const std::vector<int>& numbers) {
  const auto append = [](std::vector<int>& all, int n) { all.push_back(n); };
#ifdef WRONG
  return sluice::flow::from(numbers) | sluice::flow::take_sort(3);
#else
  return sluice::flow::from(numbers) | sluice::flow::reduce(std::vector<int>{}, append) |
         sluice::flow::take_sort(3);
#endif
}
