// says: sluice: on_trigger and emit come right behind reduce, group_by or emit_and_reduce, once
#include "sluice/flow.hpp"

auto sums(const std::vector<int>& numbers) {
  const auto on_trigger = sluice::flow::on_trigger(
      [](int& sum, const sluice::flow::Trigger&, sluice::flow::Emit<int>& out) { out(sum); });
#ifdef WRONG
  return sluice::flow::from(numbers) | on_trigger;
#else
  return sluice::flow::from(numbers) | sluice::flow::reduce(0, std::plus{}) | on_trigger;
#endif
}
