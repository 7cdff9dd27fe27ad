#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "sluice/testing/tck/report.hpp"

namespace sluice::inline v0::tck {

/// What the runs of one verification find out, rule by rule. Thread rule: one thread.
class Findings {
 public:
  void checked(std::string_view rule);
  /// Counts only for a rule that no run could check.
  void skip(std::string_view rule, std::string_view why);
  /// Only the first for each rule is kept.
  void broken(std::string_view rule, std::string seen, std::uint64_t seed);

  [[nodiscard]] bool is_broken(std::string_view rule) const;
  [[nodiscard]] Report report(std::string_view subject) const;

 private:
  struct Finding {
    bool checked = false;
    bool broken = false;
    std::string why_not = {};
    Violation violation = {};
  };
  std::map<std::string, Finding, std::less<>> findings_;
};

}  // namespace sluice::inline v0::tck
