// says: sluice: chunk_by_weight\(limit, weight\) needs a weight that takes a const event and answers an
// integer
#include <ranges>

#include "sluice/flow.hpp"

int main() {
  const auto numbers = sluice::flow::from(std::views::iota(0, 10));
#ifdef WRONG
  const auto chunks = numbers | sluice::flow::chunk_by_weight(3, [](int) { return "heavy"; });
#else
  const auto chunks = numbers | sluice::flow::chunk_by_weight(3, [](int) { return 1; });
#endif
  static_cast<void>(chunks);
}
