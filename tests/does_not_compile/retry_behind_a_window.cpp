// says: sluice: what waits or retries comes before the window of its layer, or in a layer of its own behind
// it
#include <vector>

#include "sluice/flow.hpp"

namespace flow = sluice::flow;

auto sums() {
  const auto half =
      flow::guard(flow::failure::retry({.attempts = 3}), flow::map([](int n) { return n / 2; }));
  const auto numbers = flow::from(std::vector{1, 2});
#ifdef WRONG
  return numbers | flow::window::count(2) | half;
#else
  return numbers | half | flow::window::count(2);
#endif
}
