#pragma once

#include <stdexcept>
#include <string>

#include "sluice/core/reason.hpp"

namespace sluice::inline v0::flow {

/// How a flow ended.
struct Outcome {
  enum class Kind : unsigned char {
    completed,  ///< all sources ended, and all their events came through
    cancelled,  ///< somebody stopped it, or nobody wanted more
    failed,     ///< a stage ended for a reason that is not polite; `done` triggers below it did not fire
  };
  Kind kind = Kind::completed;
  Reason reason = {};
  /// The stage that failed first, by its name; empty unless the flow failed.
  std::string stage = {};

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// "completed", "cancelled: shutdown", "failed: stage "words/count[0]": failure: disk full".
[[nodiscard]] std::string to_string(const Outcome& outcome);

/// A flow ended before all its events came through. "the flow failed: …", "the flow was cancelled: …"
class FlowFailed : public std::runtime_error {
 public:
  explicit FlowFailed(Outcome outcome);
  [[nodiscard]] const Outcome& outcome() const noexcept { return outcome_; }

 private:
  Outcome outcome_;
};

}  // namespace sluice::inline v0::flow
