#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "sluice/flow.hpp"
#include "sluice/sluice.hpp"

/// The headers of sluice::flow bring their dependencies along.
int main() {
  sluice::Runtime runtime;
  const std::vector<std::string> words{"one", "two", "one"};
  const auto counts = sluice::flow::from(words) | sluice::flow::count_by(std::identity{}, {.stages = 2}) |
                      sluice::flow::to_vector(runtime);
  for (const auto& [word, count] : counts) std::printf("%s %d\n", word.c_str(), static_cast<int>(count));
  return counts.size() == 2 ? 0 : 1;
}
