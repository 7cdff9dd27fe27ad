#include "sluice/overload/sliding_window.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/core/errors.hpp"
#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const SlidingWindowOptions& options) {
  detail::check_count(options.limit, "limit");
  detail::check_positive(options.per, "per");
  if (options.grain < Duration::zero() || options.grain > options.per) {
    throw OptionError("grain", fmt::format("must be at least 0 and at most per, {} ns, got {} ns",
                                           options.per.count(), options.grain.count()));
  }
}

SlidingWindow::SlidingWindow(const SlidingWindowOptions& options) : options_(options) { check(options_); }

Instant SlidingWindow::rounded(Instant now) const noexcept {
  if (options_.grain == Duration::zero()) return now;
  const Duration rest = now.time_since_epoch() % options_.grain;
  return rest == Duration::zero() ? now : after(now, options_.grain - rest);
}

void SlidingWindow::forget(Instant now) {
  while (!passed_.empty() && after(passed_.front().at, options_.per) <= now) {
    counted_ -= passed_.front().cost;
    passed_.pop_front();
  }
}

Take SlidingWindow::take(Instant now, std::uint64_t cost) {
  detail::check_cost(cost, options_.limit, "limit");
  now = latest_ = std::max(latest_, now);
  forget(now);
  if (cost == 0) return Take::taken;
  if (counted_ > options_.limit - cost) return Take::not_yet;
  counted_ += cost;
  // After a change of grain the last time may be later than this one; times stay in order.
  const Instant time = passed_.empty() ? rounded(now) : std::max(rounded(now), passed_.back().at);
  if (passed_.empty() || passed_.back().at != time) passed_.push_back({time, 0});
  passed_.back().cost += cost;
  return Take::taken;
}

Duration SlidingWindow::wait(Instant now, std::uint64_t cost) const {
  detail::check_cost(cost, options_.limit, "limit");
  if (cost == 0) return Duration::zero();
  Instant free = std::max(latest_, now);
  std::uint64_t counted = counted_;
  for (const Passed& passed : passed_) {
    const Instant end = after(passed.at, options_.per);
    if (counted <= options_.limit - cost && end > free) break;
    counted -= passed.cost;
    free = std::max(free, end);
  }
  return free <= std::max(latest_, now) ? Duration::zero() : free - now;
}

void SlidingWindow::change(Instant now, const SlidingWindowOptions& options) {
  check(options);
  latest_ = std::max(latest_, now);
  forget(latest_);
  options_ = options;
}

}  // namespace sluice::inline v0::overload
