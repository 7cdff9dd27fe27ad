// says: sluice: a guard is for an operator that works event by event: map, filter, flat_map, enrich
#include <functional>
#include <vector>

#include "sluice/flow.hpp"

namespace flow = sluice::flow;

auto sums() {
  const auto numbers = flow::from(std::vector{1, 2});
#ifdef WRONG
  return numbers | flow::guard(flow::failure::skip(), flow::reduce(0, std::plus{}));
#else
  return numbers | flow::guard(flow::failure::skip(), flow::map([](int n) { return n; })) |
         flow::reduce(0, std::plus{});
#endif
}
