#pragma once

#include <optional>

#include "sluice/core/time.hpp"

namespace sluice::inline v0::flow {

/// The alarm of one machine that wants to be called at a time which keeps moving.
class WakeUp {
 public:
  /// Sees to an alarm at `when` or before; none is set that is later than one already set.
  template <class Run>
  void arm(const std::optional<Instant>& when, Run& run) {
    if (!when || *when == Instant::max() || (set_ && *set_ <= *when)) return;
    const Instant now = run.now();
    set_ = *when;
    run.alarm_in(*when > now ? *when - now : Duration::zero(), 0);
  }
  /// One was heard.
  void rang(Instant now) noexcept {
    if (set_ && *set_ <= now) set_.reset();
  }

 private:
  std::optional<Instant> set_;
};

}  // namespace sluice::inline v0::flow
