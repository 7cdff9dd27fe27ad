#include "sluice/dispatch/demand.hpp"

#include <fmt/format.h>

namespace sluice::inline v0 {

std::string greedy_ask(Demand n, Demand max, std::string_view name, StageId consumer) {
  return fmt::format(
      "demand dispatcher expects a maximum demand of {}, but {} asked for {}; consumers that ask for unequal "
      "amounts are "
      "served unequally",
      max, name.empty() ? fmt::format("stage {}", consumer.value) : std::string(name), n);
}

}  // namespace sluice::inline v0
