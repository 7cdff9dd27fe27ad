#include "sluice/testing/tck/report.hpp"

#include <fmt/format.h>

#include <ostream>

#include "sluice/testing/tck/rule.hpp"

namespace sluice::inline v0::tck {

namespace {

std::string to_text(const Violation& violation) {
  return fmt::format(
      "rule {} is broken: {}\n  seen: {}\n  {}\n", violation.rule, rule(violation.rule).text, violation.seen,
      violation.seed == 0 ? "under threads, with two workers"
                          : fmt::format("repeat this run with SLUICE_SEED={}", violation.seed));
}

}  // namespace

std::string Report::to_string() const {
  std::string out = fmt::format("{}: {} rules checked, {} broken, {} not applicable\n", subject,
                                checked.size(), violations.size(), not_applicable.size());
  for (const Violation& violation : violations) out += to_text(violation);
  for (const NotApplicable& rule : not_applicable) {
    out += fmt::format("rule {} is not applicable: {}\n", rule.rule, rule.why);
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const Report& report) { return out << report.to_string(); }

}  // namespace sluice::inline v0::tck
