#include "sluice/overload/fixed_window.hpp"

#include <algorithm>

#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const FixedWindowOptions& options) {
  detail::check_count(options.limit, "limit");
  detail::check_positive(options.per, "per");
}

FixedWindow::FixedWindow(const FixedWindowOptions& options) : options_(options) { check(options_); }

void FixedWindow::move_to(Instant now) noexcept {
  latest_ = std::max(latest_, now);
  if (begin_ == Instant::min()) begin_ = latest_;
  if (latest_ < after(begin_, options_.per)) return;
  begin_ += (latest_ - begin_) / options_.per * options_.per;
  counted_ = 0;
}

Take FixedWindow::take(Instant now, std::uint64_t cost) {
  detail::check_cost(cost, options_.limit, "limit");
  move_to(now);
  if (cost == 0) return Take::taken;
  if (counted_ > options_.limit - cost) return Take::not_yet;
  counted_ += cost;
  return Take::taken;
}

Duration FixedWindow::wait(Instant now, std::uint64_t cost) const {
  detail::check_cost(cost, options_.limit, "limit");
  if (cost == 0 || counted_ <= options_.limit - cost) return Duration::zero();
  const Instant end = after(begin_, options_.per);
  return end <= std::max(latest_, now) ? Duration::zero() : end - now;
}

void FixedWindow::change(Instant now, const FixedWindowOptions& options) {
  check(options);
  move_to(now);
  options_ = options;
}

}  // namespace sluice::inline v0::overload
