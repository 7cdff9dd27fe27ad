#pragma once

#include <string>
#include <vector>

#include "csv_writer.hpp"
#include "stages.hpp"

namespace packages {

/// What a run leaves behind.
struct Outcome {
  Totals totals;
  std::vector<Sum> sums;
};

/// The largest sections and maintainers, then what was left out, and the totals.
void print_result(const Outcome& outcome, const std::string& csv);

}  // namespace packages
