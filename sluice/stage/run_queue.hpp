#pragma once

#include <atomic>
#include <cstddef>

#include "sluice/stage/gate.hpp"
#include "sluice/stage/hand_over.hpp"

namespace sluice::inline v0 {

class Host;

/// The hosts that one thread is to give a turn, in order. A host has its home at one of them, and only that
/// thread gives it turns; so what two hosts of one queue send each other needs no atomic operation.
///
/// Thread rule: the thread it is installed on, and a rescuer inside its gate; length() by any thread.
class RunQueue {
 public:
  RunQueue() = default;
  RunQueue(const RunQueue&) = delete;
  RunQueue& operator=(const RunQueue&) = delete;

  /// Of this thread; null: it gives no turns.
  [[nodiscard]] static RunQueue* current() noexcept { return current_; }

  /// The host must not be in a queue.
  inline void push(Host& host) noexcept;
  /// Null: empty.
  [[nodiscard]] inline Host* pop() noexcept;
  [[nodiscard]] std::size_t length() const noexcept { return length_.load(std::memory_order_relaxed); }

  /// For the host whose turn comes before all others. That host counts as queued (in_run_queue).
  [[nodiscard]] HandOver& hand_over() noexcept { return hand_over_; }
  /// Makes a message of it; its host queues up like all others.
  void queue_hand_over();

  /// Any thread: the turn at hand has lasted long, others shall have theirs.
  void hurry() noexcept { hurry_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool hurried() const noexcept { return hurry_.load(std::memory_order_relaxed); }

  /// Open while user code runs on this thread. Then nothing of other hosts may be touched.
  [[nodiscard]] Gate& gate() noexcept { return gate_; }

 protected:
  void install() noexcept { current_ = this; }
  static void uninstall() noexcept { current_ = nullptr; }

 private:
  static thread_local constinit RunQueue* current_;

  Host* first_ = nullptr;
  Host* last_ = nullptr;
  std::atomic<std::size_t> length_{0};
  HandOver hand_over_;
  alignas(64) Gate gate_;

 protected:
  std::atomic<bool> hurry_{false};
};

}  // namespace sluice::inline v0
