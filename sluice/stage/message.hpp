#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "sluice/core/pool.hpp"
#include "sluice/core/reason.hpp"

namespace sluice::inline v0 {

class Host;

/// What one stage, or the world outside, sends to a stage. Owned by whoever holds it: sender, mailbox,
/// receiver.
class Message {
 public:
  Message() = default;
  virtual ~Message() = default;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  /// What the stage does about it, on the turn of `at`. `self` is this message.
  virtual void deliver(std::unique_ptr<Message> self, Host& at) = 0;
  /// The stage ended before it could be delivered. Thread rule: any thread.
  virtual void abandon(Host& /*at*/, const Reason& /*why*/) {}

  static void* operator new(std::size_t bytes) { return Pool::take(bytes); }
  static void operator delete(void* storage, std::size_t bytes) noexcept { Pool::give(storage, bytes); }

 private:
  friend class MessageList;
  friend class Mailbox;
  friend class Host;
  friend class Cell;
  Message* next_ = nullptr;
  std::uint64_t sender_ =
      0;  // id of the sending stage, 0: outside; only the simulation's order depends on it
};

using MessagePtr = std::unique_ptr<Message>;

/// Messages in order of arrival; owns them.
class MessageList {
 public:
  MessageList() = default;
  MessageList(MessageList&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)), last_(std::exchange(other.last_, nullptr)) {}
  MessageList& operator=(MessageList&& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    return *this;
  }
  ~MessageList() {
    while (!empty()) static_cast<void>(pop());
  }

  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  [[nodiscard]] Message* first() const noexcept { return first_; }

  void push(MessagePtr message) noexcept {
    Message* const m = message.release();
    m->next_ = nullptr;
    (last_ != nullptr ? last_->next_ : first_) = m;
    last_ = m;
  }
  /// Before all others.
  void push_front(MessagePtr message) noexcept {
    Message* const m = message.release();
    m->next_ = first_;
    if (first_ == nullptr) last_ = m;
    first_ = m;
  }
  /// Not to be called when empty.
  [[nodiscard]] MessagePtr pop() noexcept {
    Message* const m = first_;
    first_ = m->next_;
    if (first_ == nullptr) last_ = nullptr;
    return MessagePtr(m);
  }

 private:
  friend class Cell;
  Message* first_ = nullptr;
  Message* last_ = nullptr;
};

}  // namespace sluice::inline v0
