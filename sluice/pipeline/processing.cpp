#include "sluice/pipeline/processing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sluice::inline v0::pipeline {

void detail::admit(const std::vector<std::string>& batchers, std::string_view wanted) {
  if (batchers.empty() || std::ranges::find(batchers, wanted) != batchers.end()) return;
  throw UnknownBatcher(
      fmt::format(R"(there is no batcher "{}"; there are "{}")", wanted, fmt::join(batchers, R"(", ")")));
}

}  // namespace sluice::inline v0::pipeline
