// says: sluice: filter.p. and reject.p. need a p that takes a const event and answers a bool
#include <string>

#include "sluice/flow.hpp"

auto even(const std::vector<int>& numbers) {
#ifdef WRONG
  const auto p = [](const std::string& text) { return text.empty(); };
#else
  const auto p = [](int n) { return n % 2 == 0; };
#endif
  return sluice::flow::from(numbers) | sluice::flow::filter(p);
}
