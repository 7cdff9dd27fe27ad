// says: sluice: both keys of a join are of one type
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/flow.hpp"

auto pairs() {
#ifdef WRONG
  const auto key = [](int n) { return std::to_string(n); };
#else
  const auto key = [](int n) { return n; };
#endif
  return sluice::flow::join(sluice::flow::from(std::vector{1, 2}), sluice::flow::from(std::vector{2, 3}), {},
                            std::identity{}, key, [](int left, int right) { return std::pair(left, right); });
}
