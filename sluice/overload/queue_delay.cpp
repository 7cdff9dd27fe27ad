#include "sluice/overload/queue_delay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/core/errors.hpp"
#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const QueueDelayOptions& options) {
  detail::check_positive(options.target, "target");
  if (options.target > std::chrono::hours(24 * 365))
    throw OptionError("target", fmt::format("must be at most a year, got {} ns", options.target.count()));
  if (options.interval < options.target) {
    throw OptionError("interval", fmt::format("must be at least target, {} ns, got {} ns",
                                              options.target.count(), options.interval.count()));
  }
}

QueueDelay::QueueDelay(const QueueDelayOptions& options) : options_(options) { check(options_); }

Shed QueueDelay::note(Duration waited, Instant now) noexcept {
  if (now >= end_) {
    overloaded_ = shortest_ > options_.target && now < after(end_, options_.interval);
    end_ = after(now, options_.interval);
    shortest_ = waited;
    return Shed::keep;
  }
  shortest_ = std::min(shortest_, waited);
  return overloaded_ && waited > 2 * options_.target ? Shed::discard : Shed::keep;
}

double QueueDelay::load() const noexcept {
  const auto most = static_cast<double>((2 * options_.target).count());
  return std::clamp(static_cast<double>(shortest_.count()) / most, 0.0, 1.0);
}

void QueueDelay::change(const QueueDelayOptions& options) {
  check(options);
  options_ = options;
}

}  // namespace sluice::inline v0::overload
