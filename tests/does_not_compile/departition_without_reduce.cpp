// says: sluice: departition brings together what the stages of a reduce emit
#include <functional>
#include <vector>

#include "sluice/flow.hpp"

auto together() {
  return sluice::flow::from(std::vector{1, 2, 3}) | sluice::flow::partition() |
#ifndef WRONG
         sluice::flow::reduce(0, std::plus{}) |
#endif
         sluice::flow::departition(0, std::plus{}, std::identity{});
}
