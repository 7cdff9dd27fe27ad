#pragma once

#include <memory>
#include <vector>

#include "sluice/core/time.hpp"
#include "sluice/core/unique_function.hpp"

namespace sluice::inline v0 {

/// Where a runtime's time comes from. Thread rule: any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  /// Whether time passes by itself, so that one can wait for it.
  [[nodiscard]] virtual bool runs_by_itself() const noexcept = 0;
};

/// The machine's steady clock.
class SteadyClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] bool runs_by_itself() const noexcept override { return true; }
};

/// Time that moves only when it is told to; starts at 0. For tests of threaded runtimes: timers and busy_for
/// wait for Runtime::advance. Thread rule: any thread.
class ManualClock final : public Clock {
 public:
  ManualClock();
  ~ManualClock() override;
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] bool runs_by_itself() const noexcept override { return false; }
  /// Moves time to `to`, never back. Runtime::advance does it and fires what is due.
  void move_to(Instant to);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::inline v0
