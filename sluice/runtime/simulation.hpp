#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/runtime/runtime.hpp"
#include "sluice/runtime/simulation_options.hpp"

namespace sluice::inline v0 {

class Simulated;

/// A runtime by hand: the same stages on the calling thread, in virtual time that starts at 0, in an order
/// drawn from a seed. Nothing happens unless it is driven: by settle, advance, run_until_idle, or a call that
/// waits. Thread rule: the thread that made it.
class Simulation : public Runtime {
 public:
  explicit Simulation(SimulationOptions options = {});
  ~Simulation() override;

  /// Runs all turns and timers until nothing is left to do. Throws std::runtime_error when `max_turns` did
  /// not do.
  void run_until_idle(std::uint64_t max_turns = 1'000'000);
  /// One turn; false: no stage has anything to do at this moment.
  bool step();

  /// The stage of this name throws in its nth callback (1 is the first).
  void crash(std::string stage, std::uint64_t nth_callback);
  /// Each callback of the stage of this name takes so long.
  void slow(std::string stage, Duration each_callback);

  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  [[nodiscard]] std::uint64_t turns() const noexcept;
  /// Equal for equal seeds.
  [[nodiscard]] std::uint64_t trace_hash() const noexcept;
  /// With SimulationOptions::keep_trace.
  [[nodiscard]] const std::vector<TraceLine>& trace() const noexcept;

 private:
  Simulation(SimulationOptions options, int);
  [[nodiscard]] Simulated& simulated() const noexcept;
  std::uint64_t seed_;
};

}  // namespace sluice::inline v0
