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
      : capacity_(std::min(capacity, unlimited) & unlimited), keeps_first_(keep == Keep::first ? 1U : 0U) {}

  /// Events, without marks.
  [[nodiscard]] std::size_t size() const noexcept { return content_ ? content_->size : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] Demand capacity() const noexcept { return capacity_; }
  [[nodiscard]] Keep keep() const noexcept { return keeps_first_ != 0 ? Keep::first : Keep::last; }

  /// Puts events at the end; drops what does not fit, the newest or the oldest as Keep says. Dropping may
  /// pass marks.
  Stored store(Events<T>&& events) {
    if (events.size() <= capacity_ - size()) {
      const std::size_t kept = events.size();
      append(std::move(events));
      return {kept, 0};
    }
    return keep() == Keep::first ? store_first(std::move(events)) : store_last(std::move(events));
  }

  /// Puts a mark behind the last event. Not to be called on an empty buffer, where the mark has passed
  /// already.
  void mark(std::uint64_t mark) {
    assert(!empty());
    auto& rest = content_->rest;
    if (!rest) rest = std::make_unique<std::deque<Run>>();
    if (rest->empty() || !rest->back().events.empty()) rest->emplace_back();
    rest->back().marks.push_back(mark);
  }

  /// The events up to the first mark, to be taken from the front in place; note_taken says how many were.
  /// Not to be called while passed marks wait for release_passed.
  [[nodiscard]] Events<T>& front() {
    if (!content_) content_ = std::make_unique<Content>();
    assert(empty() || !content_->front.empty());
    return content_->front;
  }
  /// `count` events were taken out of front().
  void note_taken(std::size_t count) noexcept {
    assert(count <= size());
    if (count != 0) content_->size -= count;
  }

  /// Calls `release(mark)` for every mark that has been passed, in order. `release` may use the buffer.
  template <class F>
  void release_passed(F&& release) {
    if (!content_) return;
    Content& content = *content_;
    while (content.rest && content.front.empty()) {
      Run next = std::move(content.rest->front());
      content.rest->pop_front();
      if (content.rest->empty()) content.rest.reset();
      content.front = std::move(next.events);
      for (const std::uint64_t passed : next.marks) release(passed);
    }
  }

 private:
  /// Marks, and the events behind them.
  struct Run {
    std::vector<std::uint64_t> marks = {};
    Events<T> events = {};
  };

  struct Content {
    Events<T> front;                        // empty while rest is not: the marks at its head have been passed
    std::unique_ptr<std::deque<Run>> rest;  // null without marks; never an empty deque
    std::size_t size = 0;
  };

  void append(Events<T>&& events) {
    const std::size_t count = events.size();
    if (count == 0) return;
    if (!content_) content_ = std::make_unique<Content>();
    (content_->rest ? content_->rest->back().events : content_->front).append(std::move(events));
    content_->size += count;
  }

  Stored store_first(Events<T>&& events) {
    const auto room = static_cast<std::size_t>(capacity_ - size());
    const std::size_t discarded = events.size() - room;
    append(events.take_front(room));
    events = {};
    return {room, discarded};
  }

  Stored store_last(Events<T>&& events) {
    const auto capacity = static_cast<std::size_t>(capacity_);
    const std::size_t discarded = size() + events.size() - capacity;
    const std::size_t old = std::min(discarded, size());
    if (old != 0) drop(old);
    events.drop_front(discarded - old);
    const std::size_t kept = events.size();
    append(std::move(events));
    return {kept, discarded};
  }

  /// Drops the oldest events. Marks that are passed stay at the head of the rest until they are handed out.
  void drop(std::size_t count) {
    Content& content = *content_;
    content.size -= count;
    while (count != 0) {
      Events<T>& head = content.front.empty() ? content.rest->front().events : content.front;
      const std::size_t here = std::min(count, head.size());
      head.drop_front(here);
      count -= here;
      join_passed();
    }
  }

  /// Where the drops emptied the run behind passed marks, the next marks have been passed too.
  void join_passed() {
    Content& content = *content_;
    while (content.rest && content.front.empty() && content.rest->front().events.empty() &&
           content.rest->size() > 1) {
      Run& next = (*content.rest)[1];
      const auto& passed = content.rest->front().marks;
      next.marks.insert(next.marks.begin(), passed.begin(), passed.end());
      content.rest->pop_front();
    }
  }

  std::unique_ptr<Content> content_;  // on first use: most stages never buffer
  Demand capacity_ : 63;
  Demand keeps_first_ : 1;
};

}  // namespace sluice::inline v0
