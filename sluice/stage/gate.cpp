#include "sluice/stage/gate.hpp"

#include <thread>

namespace sluice::inline v0 {

void Gate::wait_for_rescuer() noexcept {
  std::uint32_t expected = opened;
  while (!state_.compare_exchange_weak(expected, closed, std::memory_order_acquire)) {
    expected = opened;
    std::this_thread::yield();
  }
}

}  // namespace sluice::inline v0
