// says: sluice: emit.events. and take_sort need an accumulator that is a range
#include "sluice/flow.hpp"

auto sums(const std::vector<int>& numbers) {
#ifdef WRONG
  constexpr auto& what = sluice::flow::events;
#else
  constexpr auto& what = sluice::flow::state;
#endif
  return sluice::flow::from(numbers) | sluice::flow::reduce(0, std::plus{}) | sluice::flow::emit(what);
}
