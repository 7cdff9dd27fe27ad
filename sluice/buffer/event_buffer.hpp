#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "sluice/core/count.hpp"
#include "sluice/core/events.hpp"
#include "sluice/core/options.hpp"

namespace sluice::inline v0 {

/// What became of a batch that was stored.
struct Stored {
  std::size_t kept = 0;       ///< of its events, how many are in the buffer now
  std::size_t discarded = 0;  ///< events dropped, old ones (Keep::last) or its own
};

/// Events that nobody has asked for yet, oldest first, with marks riding between them (genstage.md §9).
///
/// 1. At most capacity() events; marks count for nothing and are never dropped.
/// 2. The events before the first mark are one contiguous batch, front().
/// 3. A mark is passed when all events stored before it are gone, taken or dropped; release_passed hands it
/// out.
///
/// Taking copies nothing. A batch that meets an empty buffer is taken over as it is, a later one is moved
/// behind the last: amortised constant time per event. Thread rule: one thread at a time.
template <class T>
class EventBuffer {
 public:
  /// `capacity` events, at most `unlimited`; 0 keeps none.
  explicit EventBuffer(Demand capacity = unlimited, Keep keep = Keep::last) noexcept
      : capacity_(std::min(capacity, unlimited)), keep_(keep) {}

  /// Events, without marks.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] Demand capacity() const noexcept { return capacity_; }
  [[nodiscard]] Keep keep() const noexcept { return keep_; }

  /// Puts events at the end; drops what does not fit, the newest or the oldest as Keep says. Dropping may
  /// pass marks.
  Stored store(Events<T>&& events) {
    if (events.size() <= capacity_ - size_) {
      const std::size_t kept = events.size();
      append(std::move(events));
      return {kept, 0};
    }
    return keep_ == Keep::first ? store_first(std::move(events)) : store_last(std::move(events));
  }

  /// Puts a mark behind the last event. Not to be called on an empty buffer, where the mark has passed
  /// already.
  void mark(std::uint64_t mark) {
    assert(!empty());
    if (!rest_) rest_ = std::make_unique<std::deque<Run>>();
    if (rest_->empty() || !rest_->back().events.empty()) rest_->emplace_back();
    rest_->back().marks.push_back(mark);
  }

  /// The events up to the first mark, to be taken from the front in place; note_taken says how many were.
  /// Not to be called while passed marks wait for release_passed.
  [[nodiscard]] Events<T>& front() noexcept {
    assert(empty() || !front_.empty());
    return front_;
  }
  /// `count` events were taken out of front().
  void note_taken(std::size_t count) noexcept {
    assert(count <= size_);
    size_ -= count;
  }

  /// Calls `release(mark)` for every mark that has been passed, in order. `release` may use the buffer.
  template <class F>
  void release_passed(F&& release) {
    while (rest_ && front_.empty()) {
      Run next = std::move(rest_->front());
      rest_->pop_front();
      if (rest_->empty()) rest_.reset();
      front_ = std::move(next.events);
      for (const std::uint64_t passed : next.marks) release(passed);
    }
  }

 private:
  /// Marks, and the events behind them.
  struct Run {
    std::vector<std::uint64_t> marks = {};
    Events<T> events = {};
  };

  void append(Events<T>&& events) {
    const std::size_t count = events.size();
    (rest_ ? rest_->back().events : front_).append(std::move(events));
    size_ += count;
  }

  Stored store_first(Events<T>&& events) {
    const auto room = static_cast<std::size_t>(capacity_ - size_);
    const std::size_t discarded = events.size() - room;
    append(events.take_front(room));
    events = {};
    return {room, discarded};
  }

  Stored store_last(Events<T>&& events) {
    const auto capacity = static_cast<std::size_t>(capacity_);
    const std::size_t discarded = size_ + events.size() - capacity;
    const std::size_t old = std::min(discarded, size_);
    drop(old);
    events.drop_front(discarded - old);
    const std::size_t kept = events.size();
    append(std::move(events));
    return {kept, discarded};
  }

  /// Drops the oldest events. Marks that are passed stay at the head of the rest until they are handed out.
  void drop(std::size_t count) {
    size_ -= count;
    while (count != 0) {
      Events<T>& head = front_.empty() ? rest_->front().events : front_;
      const std::size_t here = std::min(count, head.size());
      head.drop_front(here);
      count -= here;
      join_passed();
    }
  }

  /// Where the drops emptied the run behind passed marks, the next marks have been passed too.
  void join_passed() {
    while (rest_ && front_.empty() && rest_->front().events.empty() && rest_->size() > 1) {
      Run& next = (*rest_)[1];
      const auto& passed = rest_->front().marks;
      next.marks.insert(next.marks.begin(), passed.begin(), passed.end());
      rest_->pop_front();
    }
  }

  Events<T> front_;                        // empty while rest_ is not: the marks at its head have been passed
  std::unique_ptr<std::deque<Run>> rest_;  // null without marks; never an empty deque
  std::size_t size_ = 0;
  Demand capacity_;
  Keep keep_;
};

}  // namespace sluice::inline v0
