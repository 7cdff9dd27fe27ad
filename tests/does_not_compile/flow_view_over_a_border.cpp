// says: sluice: a view does not go to another stage
#include <string>
#include <string_view>
#include <vector>

#include "sluice/flow.hpp"

namespace flow = sluice::flow;

std::string_view first_three(const std::string& word) { return std::string_view(word).substr(0, 3); }

int main() {
  const auto words = flow::from(std::vector<std::string>{"sluice"});
  // Inside a layer they are fine, also where a flow is run for its effects; so are those the user brought.
  static_cast<void>(words | flow::map(first_three) |
                    flow::count_by([](std::string_view word) { return word; }));
  static_cast<void>([&](sluice::Runtime& runtime) { words | flow::map(first_three) | flow::run(runtime); });
  static_cast<void>(flow::from(std::vector<std::string_view>{"gate"}) | flow::partition());
#ifdef WRONG
  static_cast<void>(words | flow::map(first_three) | flow::partition());
#endif
}
