#include "sluice/core/demand_window.hpp"

namespace sluice::inline v0 {

Demand DemandWindow::change(Demand max, Demand min) noexcept {
  max_ = max;
  min_ = min & unlimited;
  return refill();
}

Demand DemandWindow::resume() noexcept {
  paused_ = 0;
  return refill();
}

}  // namespace sluice::inline v0
