// says: sluice: a layer has one window, and it comes before everything that keeps state
#include "sluice/flow.hpp"

auto sums(const std::vector<int>& numbers) {
  const auto window = sluice::flow::window::count(10);
  const auto sum = sluice::flow::reduce(0, std::plus{});
#ifdef WRONG
  return sluice::flow::from(numbers) | sum | window;
#else
  return sluice::flow::from(numbers) | window | sum;
#endif
}
