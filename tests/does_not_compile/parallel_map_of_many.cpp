// says: sluice: parallel_map takes a function, or an operator that hands on at most one event for each
#include <vector>

#include "sluice/flow.hpp"

namespace flow = sluice::flow;

auto doubled() {
  const auto numbers = flow::from(std::vector{1, 2});
#ifdef WRONG
  return numbers | flow::parallel_map(flow::flat_map([](int n) { return std::vector{n, n}; }));
#else
  return numbers | flow::parallel_map([](int n) { return std::vector{n, n}; }) | flow::flatten();
#endif
}
