#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::inline v0 {

/// Who is in control of a worker's cells. While user code runs the gate is open, and a rescuer may step in;
/// the worker waits for it to step out before it goes on. Thread rule: open and shut by the worker; the rest
/// by any one other thread.
class Gate {
 public:
  void open() noexcept { state_.store(opened, std::memory_order_release); }
  void shut() noexcept {
    std::uint32_t expected = opened;
    if (!state_.compare_exchange_strong(expected, closed, std::memory_order_acquire)) [[unlikely]]
      wait_for_rescuer();
  }
  /// By the worker itself: whether user code runs.
  [[nodiscard]] bool is_open() const noexcept { return state_.load(std::memory_order_relaxed) != closed; }

  /// False: the worker is in control.
  [[nodiscard]] bool step_in() noexcept {
    std::uint32_t expected = opened;
    return state_.compare_exchange_strong(expected, rescuer_inside, std::memory_order_acquire);
  }
  void step_out() noexcept { state_.store(opened, std::memory_order_release); }

 private:
  static constexpr std::uint32_t closed = 0;
  static constexpr std::uint32_t opened = 1;
  static constexpr std::uint32_t rescuer_inside = 2;

  void wait_for_rescuer() noexcept;

  std::atomic<std::uint32_t> state_{closed};
};

}  // namespace sluice::inline v0
