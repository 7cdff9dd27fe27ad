#include "sluice/supervise/restart_window.hpp"

#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0 {

void check(const RestartLimit& limit) {
  if (limit.max_restarts > unlimited) {  // what becomes of a negative number
    throw OptionError("max_restarts",
                      fmt::format("must be at least 0, got {}", static_cast<long long>(limit.max_restarts)));
  }
  if (limit.within <= Duration::zero()) {
    throw OptionError("within", fmt::format("must be positive, got {} ns", limit.within.count()));
  }
}

RestartWindow::RestartWindow(RestartLimit limit) : limit_(limit) { check(limit_); }

RestartVerdict RestartWindow::note(Instant now) {
  if (limit_.max_restarts == unlimited) return RestartVerdict::allowed;
  while (!times_.empty() && now - times_.front() > limit_.within) times_.pop_front();
  times_.push_back(now);
  if (times_.size() <= limit_.max_restarts) return RestartVerdict::allowed;
  if (times_.size() > limit_.max_restarts + 1) times_.pop_front();
  return RestartVerdict::too_many;
}

}  // namespace sluice::inline v0
