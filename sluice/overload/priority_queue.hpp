#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "sluice/core/count.hpp"
#include "sluice/core/time.hpp"
#include "sluice/overload/expiry.hpp"
#include "sluice/overload/loss.hpp"
#include "sluice/overload/queue_options.hpp"

namespace sluice::inline v0::overload {

struct PriorityOptions {
  /// Classes 0 … classes-1; a higher one goes first. 1 … 256.
  std::size_t classes = 2;
  /// Events at most, of all classes together. At least 1; `unlimited`: any number.
  Demand events = 10'000;
  /// An event that has waited this long ranks as one of the next higher class that has just come. Positive,
  /// at most a year; unset: a lower class waits until there is nothing above it.
  std::optional<Duration> ageing = {};
  /// How long an event may wait; looked at when it is its turn. Positive.
  Duration time_to_live = forever;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const PriorityOptions& options);

namespace detail {

/// The rank of an event, the lowest goes first: class + age / ageing, times -ageing, without the time that is
/// the same for all. It does not change while the event waits.
[[nodiscard]] Duration rank_of(std::size_t priority, Instant since, const PriorityOptions& options) noexcept;

/// Throws OptionError.
void check_class(std::size_t priority, const PriorityOptions& options);

}  // namespace detail

/// Events by class: first the one with the greatest class + age / ageing, of equal ones the one that came
/// first; a class is in order. When it is full, the oldest event of the lowest class that waits is evicted if
/// that class is lower than the new event's; else the new one is dropped.
///
/// 1. size() <= events.
/// 2. pushed() = popped() + size() + losses().total().
///
/// push and pop cost as much as there are classes. Times must not go back. Thread rule: one thread at a time.
template <class T>
class PriorityQueue {
 public:
  /// Throws OptionError.
  explicit PriorityQueue(const PriorityOptions& options) : options_(options) {
    check(options_);
    classes_.resize(options_.classes);
  }

  /// Stored or dropped. on_discard(T&&, Loss) gets what was evicted, or the event itself, as Loss::outranked;
  /// it must not use the queue. Throws OptionError if there is no such class.
  template <class OnDiscard>
  [[nodiscard]] Pushed push(Instant now, std::size_t priority, T&& event, OnDiscard&& on_discard) {
    detail::check_class(priority, options_);
    ++pushed_;
    if (size_ >= options_.events) {
      if (lowest() >= priority) {
        losses_.add(Loss::outranked);
        on_discard(std::move(event), Loss::outranked);
        return Pushed::dropped;
      }
      drop(lowest(), Loss::outranked, on_discard);
    }
    classes_[priority].push_back({std::move(event), now, arrivals_++});
    ++size_;
    return Pushed::stored;
  }

  /// The next event. Those whose turn it would have been but that have expired go to on_discard as
  /// Loss::expired.
  template <class OnDiscard>
  [[nodiscard]] std::optional<T> pop(Instant now, OnDiscard&& on_discard) {
    while (size_ != 0) {
      const std::size_t first = next();
      if (age_of(classes_[first].front().since, now, {options_.time_to_live}) == Age::fresh) {
        ++popped_;
        return take(first);
      }
      drop(first, Loss::expired, on_discard);
    }
    return std::nullopt;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// Events of one class.
  [[nodiscard]] std::size_t size_of(std::size_t priority) const { return classes_.at(priority).size(); }
  [[nodiscard]] std::uint64_t pushed() const noexcept { return pushed_; }
  [[nodiscard]] std::uint64_t popped() const noexcept { return popped_; }
  [[nodiscard]] const LossCounts& losses() const noexcept { return losses_; }
  [[nodiscard]] const PriorityOptions& options() const noexcept { return options_; }

 private:
  struct Ranked {
    T event;
    Instant since;
    std::uint64_t arrival;
  };

  /// The lowest class that has events. Not empty.
  [[nodiscard]] std::size_t lowest() const noexcept {
    std::size_t i = 0;
    while (classes_[i].empty()) ++i;
    return i;
  }
  /// The class whose turn it is. Not empty.
  [[nodiscard]] std::size_t next() const noexcept {
    std::size_t best = lowest();
    for (std::size_t i = best + 1; i < classes_.size(); ++i) {
      if (!classes_[i].empty() && key(i) < key(best)) best = i;
    }
    return best;
  }
  [[nodiscard]] std::pair<Duration, std::uint64_t> key(std::size_t i) const noexcept {
    const Ranked& head = classes_[i].front();
    return {detail::rank_of(i, head.since, options_), head.arrival};
  }

  T take(std::size_t i) {
    T event = std::move(classes_[i].front().event);
    classes_[i].pop_front();
    --size_;
    return event;
  }
  template <class OnDiscard>
  void drop(std::size_t i, Loss why, OnDiscard& on_discard) {
    T event = take(i);
    losses_.add(why);
    on_discard(std::move(event), why);
  }

  PriorityOptions options_;
  std::vector<std::deque<Ranked>> classes_;
  std::size_t size_ = 0;
  std::uint64_t arrivals_ = 0;
  std::uint64_t pushed_ = 0;
  std::uint64_t popped_ = 0;
  LossCounts losses_;
};

}  // namespace sluice::inline v0::overload
