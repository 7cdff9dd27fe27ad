#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sluice/core/log.hpp"
#include "sluice/core/pool.hpp"
#include "sluice/core/random.hpp"
#include "sluice/observe/ended_stages.hpp"
#include "sluice/observe/snapshot.hpp"
#include "sluice/runtime/clock.hpp"
#include "sluice/runtime/registry.hpp"
#include "sluice/runtime/start_error.hpp"
#include "sluice/runtime/timer_queue.hpp"
#include "sluice/stage/host.hpp"
#include "sluice/stage/latch.hpp"
#include "sluice/stage/ref.hpp"

namespace sluice::inline v0 {

class Cell;

/// What the cells of one runtime share, and how they get their turns. Counted by its cells: a Ref may outlive
/// the runtime, and finds an engine that answers no.
///
/// Thread rule: any thread, unless said otherwise.
class Engine {
 public:
  Engine(std::shared_ptr<Clock> clock, LogSink log);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  // -- turns

  /// A message to a cell whose thread is another one. False: it was abandoned.
  virtual bool post(Cell& to, MessagePtr message) = 0;
  /// A new cell takes part from now on.
  virtual void place(Cell& cell, Thread thread) = 0;
  /// Runs the first turn of a new cell; false: not within the time.
  virtual bool run_start(Cell& cell, const StartOptions& options) = 0;
  [[nodiscard]] virtual bool await(Latch& latch, Duration time) = 0;
  /// How many stages run at once, at most, but for those with a thread of their own.
  [[nodiscard]] virtual std::size_t workers() const noexcept = 0;

  // -- stages

  HostPtr start(StartOptions options, StageFactory make, const std::type_info& type,
                std::shared_ptr<Lineage> lineage = nullptr);
  [[nodiscard]] HostPtr find(std::string_view name) const { return registry_.find(name); }
  [[nodiscard]] std::vector<HostPtr> live() const;
  [[nodiscard]] std::size_t live_count() const noexcept { return live_count_.load(); }
  [[nodiscard]] Snapshot snapshot(Duration patience);
  ShutdownReport shutdown(Duration deadline);
  /// Shuts down unless that was done, waits for callbacks that still run, and ends the threads.
  void close();
  [[nodiscard]] bool shutting_down() const noexcept { return shutting_down_.load(std::memory_order_relaxed); }

  // -- services

  [[nodiscard]] std::uint64_t new_id() noexcept { return next_id_.fetch_add(1, std::memory_order_relaxed); }
  /// Everything that draw() gives depends on it alone. Before the first stage starts.
  void seed(std::uint64_t seed) noexcept { dice_.store(seed, std::memory_order_relaxed); }
  /// 64 random bits.
  [[nodiscard]] std::uint64_t draw() noexcept {
    return Random(dice_.fetch_add(Random::step, std::memory_order_relaxed)).next();
  }
  [[nodiscard]] Clock& clock() const noexcept { return *clock_; }
  void log(Severity severity, std::string_view stage, std::string text) const;
  std::uint64_t add_timer(Duration delay, TimerQueue::Action action) {
    return add_timer_at(after(clock_->now(), delay), std::move(action));
  }
  std::uint64_t add_timer_at(Instant when, TimerQueue::Action action);
  void cancel_timer(std::uint64_t id);
  /// Fires what is due by the clock; returns whether anything was.
  bool fire_timers();
  /// Instant::max(): none.
  [[nodiscard]] Instant next_timer() const;

  Registry& registry() noexcept { return registry_; }
  PoolDepot& depot() noexcept { return depot_; }
  std::atomic<std::uint64_t> casts_dropped{0};

  /// Waits until no cell has anything to do.
  virtual void settle() = 0;
  /// Moves time forward, firing what becomes due. Throws std::logic_error for a clock that runs by itself.
  virtual void advance(Duration time);
  /// Simulated faults; may throw in the place of the callback.
  virtual void callback_begins(Cell& /*cell*/) {}

  // -- for cells
  /// Whether a shutdown tells the cell to end, or had begun before.
  enum class Entered : unsigned char { in_time, too_late };
  [[nodiscard]] Entered enter(Cell& cell);
  /// `last`: what it has counted; null: it never started.
  void leave(Cell& cell, const EventCounts* last = nullptr) noexcept;
  /// Events came for a cell that had ended.
  void lose_late(Cell& cell, std::size_t events);

 protected:
  virtual ~Engine() = default;
  /// A timer was added that is due before all others.
  virtual void timers_changed() {}
  /// Ends whatever runs cells. Called once, after the last cell has ended.
  virtual void stop_turns() = 0;

 private:
  void note_lost(ShutdownReport& report, const Cell& cell) const;

  std::shared_ptr<Clock> clock_;
  LogSink log_;
  Registry registry_;
  PoolDepot depot_;
  std::atomic<std::uint32_t> references_{0};
  std::atomic<std::uint64_t> next_id_{1};
  std::atomic<std::uint64_t> dice_{1};
  std::atomic<std::size_t> live_count_{0};
  std::atomic<bool> shutting_down_{false};

  mutable std::mutex live_mutex_;
  Cell* first_ = nullptr;
  ShutdownReport* report_ = nullptr;  // while shutting down: where ending cells say what they lost
  std::shared_ptr<Latch> all_ended_;
  EndedStagesBook ended_;

  mutable std::mutex timer_mutex_;
  TimerQueue timers_;
};

}  // namespace sluice::inline v0
