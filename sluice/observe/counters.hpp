#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::inline v0 {

/// An exact count with one writer and any number of readers; as cheap to raise as a plain integer.
class Tally {
 public:
  void add(std::uint64_t n) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// The same for several writers; for what is rare.
class SharedTally {
 public:
  void add(std::uint64_t n) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What a stage is doing, as one word that anybody may sample.
enum class StageState : std::uint8_t {
  starting,  ///< handle_start has not returned
  idle,      ///< nothing to do and nothing expected
  runnable,  ///< has messages, waits for its worker
  running,   ///< in a turn
  starved,   ///< has asked for events and waits for its producers
  blocked,   ///< has events and waits for its consumers to ask
  busy,      ///< occupied by busy_for
  ended,
};

}  // namespace sluice::inline v0
