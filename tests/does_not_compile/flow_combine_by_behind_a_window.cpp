// says: sluice: combine_by merges what comes from all windows above it
#include <ranges>

#include "sluice/flow.hpp"

int main() {
  const auto numbers = sluice::flow::from(std::views::iota(0, 10));
#ifdef WRONG
  const auto counts = numbers | sluice::flow::window::count(3) | sluice::flow::count_by(std::identity{});
#else
  const auto counts = numbers | sluice::flow::count_by(std::identity{});
#endif
  static_cast<void>(counts);
}
