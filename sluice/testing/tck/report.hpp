#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace sluice::inline v0::tck {

/// A rule that was seen broken.
struct Violation {
  std::string rule = {};   ///< its id: "3.8"
  std::string seen = {};   ///< what happened
  std::uint64_t seed = 0;  ///< of the run that shows it; 0: under threads
};

/// A rule that this stage or dispatcher gives no occasion to break.
struct NotApplicable {
  std::string rule = {};
  std::string why = {};
};

/// What a verification found. Rules are in the order of rules().
struct Report {
  std::string subject = {};                ///< "producer", "dispatcher" …
  std::vector<std::string> checked = {};   ///< the ids of rules that were put to the test
  std::vector<Violation> violations = {};  ///< at most one for each rule
  std::vector<NotApplicable> not_applicable = {};

  [[nodiscard]] bool passed() const noexcept { return violations.empty(); }
  /// For people: each broken rule with its sentence, what was seen, and the line that repeats the run.
  [[nodiscard]] std::string to_string() const;
};

std::ostream& operator<<(std::ostream& out, const Report& report);

}  // namespace sluice::inline v0::tck
