#pragma once

#include <atomic>
#include <cstdint>

#include "sluice/stage/message.hpp"

namespace sluice::inline v0 {

/// Where other threads put messages for a cell: a stack that the owner empties in one go and turns round.
///
/// Thread rule: push from any thread; take_all and close by the owner only.
///
/// 1. Messages of one sender come out in the order they went in.
/// 2. After close() nothing goes in any more, and nothing is left inside.
class Mailbox {
 public:
  enum class Pushed : unsigned char { yes, closed };

  /// On `closed` the message is still the caller's.
  [[nodiscard]] Pushed push(Message* message) noexcept {
    Message* seen = head_.load(std::memory_order_relaxed);
    do {
      if (seen == closed_mark()) return Pushed::closed;
      message->next_ = seen;
    } while (
        !head_.compare_exchange_weak(seen, message, std::memory_order_seq_cst, std::memory_order_relaxed));
    return Pushed::yes;
  }
  [[nodiscard]] bool empty() const noexcept { return head_.load(std::memory_order_seq_cst) == nullptr; }
  [[nodiscard]] bool maybe_empty() const noexcept { return head_.load(std::memory_order_relaxed) == nullptr; }

  /// Appends all messages to `list`, oldest first.
  void take_all(MessageList& list) noexcept {
    reverse_into(head_.exchange(nullptr, std::memory_order_seq_cst), list);
  }
  void close(MessageList& list) noexcept {
    reverse_into(head_.exchange(closed_mark(), std::memory_order_seq_cst), list);
  }
  [[nodiscard]] bool closed() const noexcept {
    return head_.load(std::memory_order_acquire) == closed_mark();
  }

 private:
  static Message* closed_mark() noexcept { return reinterpret_cast<Message*>(std::uintptr_t{1}); }
  static void reverse_into(Message* newest, MessageList& list) noexcept {
    if (newest == closed_mark()) return;
    Message* oldest_first = nullptr;
    while (newest != nullptr) {
      Message* const older = newest->next_;
      newest->next_ = oldest_first;
      oldest_first = newest;
      newest = older;
    }
    while (oldest_first != nullptr) {
      Message* const m = oldest_first;
      oldest_first = m->next_;
      list.push(MessagePtr(m));
    }
  }

  std::atomic<Message*> head_{nullptr};
};

}  // namespace sluice::inline v0
