// says: sluice: map.f. needs an f that takes an event
#include <string>

#include "sluice/flow.hpp"

auto doubled(const std::vector<int>& numbers) {
#ifdef WRONG
  const auto f = [](const std::string& text) { return text.size(); };
#else
  const auto f = [](int n) { return 2 * n; };
#endif
  return sluice::flow::from(numbers) | sluice::flow::map(f);
}
