#include "sluice/core/demand_window.hpp"

#include <algorithm>

namespace sluice::inline v0 {

DemandWindow::Settled DemandWindow::settle(Demand n) noexcept {
  const Demand legitimate = std::min(n, allowed_);
  allowed_ -= legitimate;
  pending_ -= std::min(pending_, legitimate);
  return {refill(), n - legitimate};
}

Demand DemandWindow::refill() noexcept {
  if (paused_ || pending_ > min_) return 0;
  const Demand ask = max_ - pending_;
  pending_ = max_;
  return ask;
}

Demand DemandWindow::change(Demand max, Demand min) noexcept {
  max_ = max;
  min_ = min;
  return refill();
}

Demand DemandWindow::resume() noexcept {
  paused_ = false;
  return refill();
}

}  // namespace sluice::inline v0
