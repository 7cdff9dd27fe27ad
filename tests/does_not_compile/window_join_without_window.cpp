// says: sluice: the last argument of window_join is a window
#include <functional>
#include <utility>
#include <vector>

#include "sluice/flow.hpp"

auto pairs() {
#ifdef WRONG
  const int window = 10;
#else
  const auto window = sluice::flow::window::count(10);
#endif
  return sluice::flow::window_join(
      sluice::flow::from(std::vector{1, 2}), sluice::flow::from(std::vector{2, 3}), {}, std::identity{},
      std::identity{}, [](int left, int right) { return std::pair(left, right); }, window);
}
