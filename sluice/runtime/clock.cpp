#include "sluice/runtime/clock.hpp"

#include <algorithm>
#include <atomic>

namespace sluice::inline v0 {

struct ManualClock::State {
  std::atomic<Duration::rep> now{0};
};

ManualClock::ManualClock() : state_(std::make_unique<State>()) {}
ManualClock::~ManualClock() = default;

Instant ManualClock::now() const { return Instant(Duration(state_->now.load())); }

void ManualClock::move_to(Instant to) {
  Duration::rep seen = state_->now.load();
  while (seen < to.time_since_epoch().count() &&
         !state_->now.compare_exchange_weak(seen, to.time_since_epoch().count())) {
  }
}

}  // namespace sluice::inline v0
