#pragma once

#include <cstddef>
#include <deque>

#include "sluice/core/count.hpp"
#include "sluice/core/time.hpp"

namespace sluice::inline v0 {

/// How many restarts within which time a supervisor takes for bad luck. More of them are a fault it cannot
/// mend.
struct RestartLimit {
  /// 0: none at all; `unlimited`: any number.
  std::size_t max_restarts = 3;
  Duration within = std::chrono::seconds(5);
};

/// Throws OptionError naming the field, the bound and the value.
void check(const RestartLimit& limit);

enum class RestartVerdict : unsigned char {
  allowed,
  too_many,  ///< with this one there were more than max_restarts within the time
};

/// Decides which restart is one too many (genstage.md R15.14): one is allowed if there were at most
/// max_restarts within the time that ends with it; it counts, and so does one exactly `within` ago. Takes the
/// time, has no clock. Instants must not go back.
class RestartWindow {
 public:
  /// Throws OptionError.
  explicit RestartWindow(RestartLimit limit);

  /// A restart is wanted now. It is noted whatever the verdict.
  [[nodiscard]] RestartVerdict note(Instant now);
  /// Restarts noted within the time that ended with the last one; at most max_restarts + 1 are remembered,
  /// none when they are unlimited.
  [[nodiscard]] std::size_t recent() const noexcept { return times_.size(); }
  [[nodiscard]] const RestartLimit& limit() const noexcept { return limit_; }

 private:
  RestartLimit limit_;
  std::deque<Instant> times_;
};

}  // namespace sluice::inline v0
