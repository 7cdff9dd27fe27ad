#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "sluice/runtime/engine.hpp"
#include "sluice/runtime/worker.hpp"

namespace sluice::inline v0 {

/// The engine with worker threads. One more thread fires timers, moves work away from workers whose callback
/// does not return, and says so in the log.
class Threads final : public Engine {
 public:
  Threads(std::size_t workers, std::shared_ptr<Clock> clock, LogSink log);

  bool post(Cell& to, MessagePtr message) override;
  void place(Cell& cell, Thread thread) override;
  bool run_start(Cell& cell, const StartOptions& options) override;
  [[nodiscard]] bool await(Latch& latch, Duration time) override;

  /// Waits until no cell has anything to do. Timers that are not due do not count.
  void settle() override;
  [[nodiscard]] std::size_t workers() const noexcept override { return pool_.size(); }

  // -- for workers
  /// One that is parked or spins, other than `self`; null: none.
  [[nodiscard]] Worker* idle_worker(const Worker& self) const noexcept;
  void worker_woke() noexcept;
  /// By index plus 1; null: there is none.
  [[nodiscard]] Worker* pool_worker(std::size_t number) const noexcept {
    return number == 0 || number > pool_.size() ? nullptr : pool_[number - 1].get();
  }

 private:
  /// What the watcher remembers of a worker between two looks.
  struct Seen {
    std::uint64_t turns = 0;
    Instant since = {};
    Instant last_word = {};
  };

  ~Threads() override;
  void timers_changed() override;
  void stop_turns() override;
  void watch();
  void look_after(Worker& worker, Seen& seen, Instant now);
  [[nodiscard]] bool all_idle() const;
  [[nodiscard]] Worker& free_own_worker();

  std::vector<std::unique_ptr<Worker>> pool_;
  mutable std::mutex own_mutex_;
  std::vector<std::unique_ptr<Worker>> own_;
  std::atomic<std::uint32_t> visitors_{0};  // foreign threads inside post

  std::mutex watch_mutex_;
  std::condition_variable watch_wake_;
  bool watch_poked_ = false;
  bool watch_stop_ = false;
  std::atomic<bool> watch_asleep_{false};
  std::thread watcher_;
};

}  // namespace sluice::inline v0
