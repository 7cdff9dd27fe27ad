#include "report.hpp"

#include <fmt/format.h>

#include "ranking.hpp"

namespace packages {

void print_result(const Outcome& outcome, const std::string& csv) {
  print_top(outcome.sums, Key::section, "Top ten sections by installed size");
  print_top(outcome.sums, Key::maintainer, "Top ten maintainers by installed size");
  const Totals& totals = outcome.totals;
  for (const Defect& defect : totals.defects) fmt::print("line {}: {}\n", defect.line, defect.what);
  if (totals.malformed > totals.defects.size()) {
    fmt::print("… and {} more\n", totals.malformed - totals.defects.size());
  }
  fmt::print("{} records of {} KiB in {}; {} malformed records left out\n", totals.records,
             totals.installed_kib, csv, totals.malformed);
}

}  // namespace packages
