#include "sluice/testing/tck/findings.hpp"

#include <utility>

#include "sluice/testing/tck/rule.hpp"

namespace sluice::inline v0::tck {

void Findings::checked(std::string_view rule) {
  auto found = findings_.find(rule);
  if (found == findings_.end()) found = findings_.emplace(rule, Finding{}).first;
  found->second.checked = true;
}

void Findings::skip(std::string_view rule, std::string_view why) {
  auto found = findings_.find(rule);
  if (found == findings_.end()) found = findings_.emplace(rule, Finding{}).first;
  if (found->second.why_not.empty()) found->second.why_not = why;
}

void Findings::broken(std::string_view rule, std::string seen, std::uint64_t seed) {
  checked(rule);
  Finding& finding = findings_.find(rule)->second;
  if (std::exchange(finding.broken, true)) return;
  finding.violation = {std::string(rule), std::move(seen), seed};
}

bool Findings::is_broken(std::string_view rule) const {
  const auto found = findings_.find(rule);
  return found != findings_.end() && found->second.broken;
}

Report Findings::report(std::string_view subject) const {
  Report report;
  report.subject = subject;
  for (const Rule& rule : rules()) {
    const auto found = findings_.find(rule.id);
    if (found == findings_.end()) continue;
    const Finding& finding = found->second;
    if (finding.checked) report.checked.emplace_back(rule.id);
    if (finding.broken) report.violations.push_back(finding.violation);
    if (!finding.checked) report.not_applicable.push_back({std::string(rule.id), finding.why_not});
  }
  return report;
}

}  // namespace sluice::inline v0::tck
