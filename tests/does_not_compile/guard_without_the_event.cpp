// says: sluice: retry and dead_letter need the event after its function has failed; where events only move,
// the function takes const T&
#include <memory>
#include <vector>

#include "sluice/flow.hpp"

namespace flow = sluice::flow;

#ifdef WRONG
using Taken = std::unique_ptr<int>;
#else
using Taken = const std::unique_ptr<int>&;
#endif

auto boxes() {
  return flow::from(std::vector{1, 2}) | flow::map([](int n) { return std::make_unique<int>(n); }) |
         flow::guard(flow::failure::retry({.attempts = 3}), flow::map([](Taken box) { return *box; }));
}
