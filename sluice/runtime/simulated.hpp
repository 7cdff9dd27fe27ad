#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sluice/core/random.hpp"
#include "sluice/runtime/cell.hpp"
#include "sluice/runtime/engine.hpp"
#include "sluice/runtime/simulation_options.hpp"

namespace sluice::inline v0 {

/// The engine of a simulation: one thread, virtual time, and an order of turns drawn from a seed. Among
/// several stages with mail one is drawn; among the senders in its mailbox one is drawn; one sender's
/// messages stay in order. Thread rule: the thread that made it.
class Simulated final : public Engine {
 public:
  Simulated(SimulationOptions options, LogSink log);

  bool post(Cell& to, MessagePtr message) override;
  /// What a program sees that makes as many stages as there are workers.
  [[nodiscard]] std::size_t workers() const noexcept override { return 2; }
  void place(Cell& cell, Thread thread) override;
  bool run_start(Cell& cell, const StartOptions& options) override;
  [[nodiscard]] bool await(Latch& latch, Duration time) override;
  void settle() override;
  void advance(Duration time) override;
  void callback_begins(Cell& cell) override;

  /// One turn; false: nobody has anything to do now.
  bool step();
  /// Turns and, when there are none, time, until nothing is left. Throws std::runtime_error after
  /// `max_turns`.
  void run_until_idle(std::uint64_t max_turns);
  void crash(std::string stage, std::uint64_t nth_callback);
  void slow(std::string stage, Duration each_callback);
  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_; }
  [[nodiscard]] const std::vector<TraceLine>& trace() const noexcept { return trace_; }
  [[nodiscard]] std::uint64_t trace_hash() const noexcept { return trace_hash_; }

 private:
  struct Fault {
    std::uint64_t callbacks = 0;
    std::uint64_t crash_at = 0;  // 0: never
    Duration slow = {};
  };

  ~Simulated() override = default;
  void stop_turns() override;
  void make_runnable(Cell& cell);
  void deliver_late(Cell& to, MessagePtr message, std::uint64_t sender);
  void note(const Cell& cell);
  [[nodiscard]] bool advance_to_timer(Instant limit);

  SimulationOptions options_;
  ManualClock* virtual_clock_;
  Random random_;
  std::vector<HostPtr> runnable_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Instant> last_arrival_;  // per sender and receiver
  std::map<std::string, Fault, std::less<>> faults_;
  std::vector<TraceLine> trace_;
  std::uint64_t trace_hash_ = 0xcbf29ce484222325U;
  std::uint64_t turns_ = 0;
};

}  // namespace sluice::inline v0
