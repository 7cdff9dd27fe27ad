#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "sluice/overload/loss.hpp"
#include "sluice/overload/queue_options.hpp"

namespace sluice::inline v0::overload {

/// The weigher of a queue that is bounded by number only.
struct Weightless {
  template <class T>
  [[nodiscard]] std::uint64_t operator()(const T& /*event*/) const noexcept {
    return 0;
  }
};

/// Events that wait, oldest first, bounded by their number and by their weight.
///
/// 1. size() <= events and bytes() <= bytes, unless the limits of a queue that never drops were lowered.
/// 2. pushed() = popped() + size() + losses().total(): what was pushed was stored or dropped, once. An event
/// that
///    came back as `full` or `overflowed` counts for nothing.
/// 3. Every event that is dropped is handed to on_discard(T&&, Loss), after it was counted. on_discard must
/// not
///    use the queue.
///
/// `weigh(event)` is called once for each event, and its bytes are at most `unlimited`. Thread rule: one
/// thread at a time.
template <class T, class Weigh = Weightless>
class BoundedQueue {
 public:
  /// Throws OptionError.
  explicit BoundedQueue(const QueueOptions& options, Weigh weigh = {})
      : options_(options), weigh_(std::move(weigh)) {
    check(options_);
  }

  /// Only where it says stored or dropped has the event been moved from. One that weighs more than the whole
  /// queue may is dropped, or has overflowed where nothing may be dropped.
  template <class OnDiscard>
  [[nodiscard]] Pushed push(T&& event, OnDiscard&& on_discard) {
    const std::uint64_t weight = weigh_(std::as_const(event));
    const bool too_heavy = weight > options_.bytes;
    if (options_.when_full == WhenFull::fail || options_.when_full == WhenFull::block) {
      if (too_heavy) return Pushed::overflowed;
      if (!fits(weight)) return options_.when_full == WhenFull::fail ? Pushed::overflowed : Pushed::full;
    }
    ++pushed_;
    if (too_heavy) return discard(std::move(event), Loss::too_heavy, on_discard);
    while (!fits(weight)) {
      switch (options_.when_full) {
        case WhenFull::keep_last: drop_front(Loss::oldest, on_discard); break;
        case WhenFull::drop_tail: drop_back(Loss::youngest, on_discard); break;
        case WhenFull::drop_all: drop_all(Loss::cleared, on_discard); break;
        default: return discard(std::move(event), Loss::arriving, on_discard);
      }
    }
    waiting_.push_back({std::move(event), weight});
    bytes_ += weight;
    return Pushed::stored;
  }

  /// The oldest.
  [[nodiscard]] std::optional<T> pop() {
    if (empty()) return std::nullopt;
    ++popped_;
    return take_front();
  }
  /// The youngest; see AdaptiveLifo.
  [[nodiscard]] std::optional<T> pop_youngest() {
    if (empty()) return std::nullopt;
    ++popped_;
    return take_back();
  }
  /// The next that pop() gives. The queue is not empty.
  [[nodiscard]] const T& oldest() const { return waiting_.front().event; }
  /// The queue is not empty.
  [[nodiscard]] const T& youngest() const { return waiting_.back().event; }

  /// The queue is not empty.
  template <class OnDiscard>
  void drop_oldest(Loss why, OnDiscard&& on_discard) {
    drop_front(why, on_discard);
  }
  /// The queue is not empty.
  template <class OnDiscard>
  void drop_youngest(Loss why, OnDiscard&& on_discard) {
    drop_back(why, on_discard);
  }

  /// Other limits from now on. What is too much is dropped as Loss::shrunk: the oldest with keep_last, all
  /// with drop_all, the youngest with keep_first and drop_tail, none with block and fail. Throws OptionError
  /// and changes nothing.
  template <class OnDiscard>
  void change(const QueueOptions& options, OnDiscard&& on_discard) {
    check(options);
    options_ = options;
    while (size() > options_.events || bytes_ > options_.bytes) {
      switch (options_.when_full) {
        case WhenFull::block:
        case WhenFull::fail: return;
        case WhenFull::keep_last: drop_front(Loss::shrunk, on_discard); break;
        case WhenFull::drop_all: drop_all(Loss::shrunk, on_discard); break;
        default: drop_back(Loss::shrunk, on_discard);
      }
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  /// Sum of the weights of what waits.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t pushed() const noexcept { return pushed_; }
  [[nodiscard]] std::uint64_t popped() const noexcept { return popped_; }
  [[nodiscard]] const LossCounts& losses() const noexcept { return losses_; }
  [[nodiscard]] const QueueOptions& options() const noexcept { return options_; }

 private:
  struct Waiting {
    T event;
    std::uint64_t weight;
  };

  [[nodiscard]] bool fits(std::uint64_t weight) const noexcept {
    return size() < options_.events && bytes_ <= options_.bytes && weight <= options_.bytes - bytes_;
  }

  T take_front() {
    Waiting taken = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= taken.weight;
    return std::move(taken.event);
  }
  T take_back() {
    Waiting taken = std::move(waiting_.back());
    waiting_.pop_back();
    bytes_ -= taken.weight;
    return std::move(taken.event);
  }

  template <class OnDiscard>
  Pushed discard(T&& event, Loss why, OnDiscard& on_discard) {
    losses_.add(why);
    on_discard(std::move(event), why);
    return Pushed::dropped;
  }
  template <class OnDiscard>
  void drop_front(Loss why, OnDiscard& on_discard) {
    assert(!empty());
    discard(take_front(), why, on_discard);
  }
  template <class OnDiscard>
  void drop_back(Loss why, OnDiscard& on_discard) {
    assert(!empty());
    discard(take_back(), why, on_discard);
  }
  template <class OnDiscard>
  void drop_all(Loss why, OnDiscard& on_discard) {
    while (!empty()) drop_front(why, on_discard);
  }

  QueueOptions options_;
  [[no_unique_address]] Weigh weigh_;
  std::deque<Waiting> waiting_;
  std::uint64_t bytes_ = 0;
  std::uint64_t pushed_ = 0;
  std::uint64_t popped_ = 0;
  LossCounts losses_;
};

}  // namespace sluice::inline v0::overload
