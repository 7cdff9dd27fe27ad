#pragma once

#include "sluice/core/time.hpp"

namespace sluice::inline v0::overload {

/// Which end of a queue the next event is taken from.
enum class End : unsigned char { oldest, youngest };

struct AdaptiveLifoOptions {
  /// How long the oldest event may have waited before the youngest go first. Positive.
  Duration target = std::chrono::milliseconds(50);
};

/// Throws OptionError naming the field, the bound and the value.
void check(const AdaptiveLifoOptions& options);

/// In order while the queue is short; once its oldest event has waited longer than the target, the youngest
/// first until the queue has been empty: whoever sent the old ones has given up by now. Drops nothing; goes
/// together with an expiry, or the old ones wait for the end of the overload. It breaks the order of events.
/// (Maurer, ACM Queue 2015.) Thread rule: one thread at a time.
class AdaptiveLifo {
 public:
  /// Throws OptionError.
  explicit AdaptiveLifo(const AdaptiveLifoOptions& options);

  /// One event is taken; the oldest has waited so long.
  [[nodiscard]] End next(Duration oldest_waited) noexcept;
  /// The queue is empty.
  void emptied() noexcept { end_ = End::oldest; }
  /// Where the last event was taken from; `oldest` after emptied().
  [[nodiscard]] End end() const noexcept { return end_; }

 private:
  Duration target_;
  End end_ = End::oldest;
};

}  // namespace sluice::inline v0::overload
