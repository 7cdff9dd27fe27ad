#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

#include "sluice/core/pool.hpp"
#include "sluice/core/time.hpp"
#include "sluice/runtime/cell.hpp"

namespace sluice::inline v0 {

class Threads;

/// One thread and the cells that have their home on it. Only its home runs a cell, so messages between two
/// cells of one worker need no atomic operation.
///
/// Thread rule: the worker's own thread, except what is marked "any thread" and the rescue.
///
/// 1. `cell.home` is written by the worker that is home, or by a rescuer that holds this worker's gate.
/// 2. A cell is linked in at most one inbox (cell.in_inbox) and in at most one run queue (cell.in_run_queue).
/// 3. While user code runs the gate is open: the worker touches nothing of other cells, and a rescuer may
/// take its
///    run queue and inbox away. What user code sends goes over mailboxes.
/// 4. Parked is stored before the inbox is looked at a last time; whoever links a cell looks at parked after.
class Worker final : public RunQueue {
 public:
  enum class Kind : unsigned char {
    pool,  ///< shares its cells with others
    own,   ///< runs one cell, that of a stage with a thread of its own
  };

  Worker(Threads& threads, std::size_t index, Kind kind);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void launch();
  /// Runs `first` before all else and then that cell only; ends when the cell has ended.
  void launch_with(Cell& cell, UniqueFunction<void()> first);
  /// Any thread but its own. Waits for the thread's end.
  void join();
  /// Any thread but its own: makes a worker that has finished as good as new.
  void renew();
  void ask_to_stop() noexcept;

  /// The worker whose thread this is; null: none.
  [[nodiscard]] static Worker* current() noexcept { return static_cast<Worker*>(RunQueue::current()); }

  // -- any thread
  void link(Cell& cell) noexcept;
  [[nodiscard]] bool parked() const noexcept { return parked_.load(std::memory_order_seq_cst); }
  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool inbox_empty() const noexcept {
    return inbox_.load(std::memory_order_seq_cst) == nullptr;
  }
  /// Raised whenever it goes from idle to work; together with `idle` a way to see that nothing happened in
  /// between.
  [[nodiscard]] std::uint64_t wakes() const noexcept { return wakes_.load(std::memory_order_seq_cst); }
  [[nodiscard]] bool idle() const noexcept { return idle_.load(std::memory_order_seq_cst); }
  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool finished() const noexcept { return finished_.load(std::memory_order_acquire); }
  /// The cell whose callback keeps this worker, for messages to people; may be out of date.
  [[nodiscard]] HostPtr occupied_by();
  /// Takes what waits behind a long callback over to `to`; returns how many cells moved.
  std::size_t rescue(Worker& to);

 private:
  void run();
  bool collect_inbox();
  void adopt(Cell& cell);
  void run_one(Cell& cell);
  void run_handed_over();
  void run_first_after_idling(Cell& cell);
  [[nodiscard]] Cell* dequeue() noexcept { return static_cast<Cell*>(pop()); }
  [[nodiscard]] bool spin();
  void park();
  void share_if_worthwhile();
  void give(Cell& cell, Worker& to);

  Threads& threads_;
  const std::size_t index_;
  const Kind kind_;
  Pool pool_;

  // its own
  unsigned turns_since_look_ = 0;
  Duration previous_mean_{};
  std::size_t previous_length_ = 0;
  Instant last_look_{};
  Cell* on_turn_ = nullptr;  // under the gate

  // written by it, read by others
  alignas(64) std::atomic<std::uint64_t> turns_{0};
  std::atomic<bool> finished_{false};

  // written by others
  alignas(64) std::atomic<Cell*> inbox_{nullptr};
  std::atomic<bool> parked_{false};
  std::atomic<bool> idle_{false};  // before its thread runs: nobody knows
  std::atomic<std::uint64_t> wakes_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  HostPtr only_;  // Kind::own: its cell
  std::thread thread_;
};

}  // namespace sluice::inline v0
