// says: sluice: this is a flow already; put partition, shuffle or merge behind it
#include "sluice/flow.hpp"

auto doubled(const std::vector<int>& numbers) {
  const auto flow = sluice::flow::from(numbers);
#ifdef WRONG
  return sluice::flow::from(flow);
#else
  return flow | sluice::flow::shuffle();
#endif
}
