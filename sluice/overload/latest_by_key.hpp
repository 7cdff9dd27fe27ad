#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

#include "sluice/overload/loss.hpp"
#include "sluice/overload/queue_options.hpp"

namespace sluice::inline v0::overload {

/// How many keys a LatestByKey holds.
struct LatestOptions {
  /// At least 1.
  std::size_t max_keys = 10'000;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const LatestOptions& options);

/// The newest event of each key, for a consumer to whom older ones mean nothing: prices, positions, states.
/// Keys come out in the order in which they first arrived since they last went out, so that one that is
/// renewed all the time does not lose its turn. An event of a new key that finds max_keys waiting stays with
/// its sender (`full`).
///
/// pushed() = popped() + size() + losses().total(). Constant time. Thread rule: one thread at a time.
template <class Key, class T, class Hash = std::hash<Key>>
class LatestByKey {
 public:
  /// Throws OptionError.
  explicit LatestByKey(const LatestOptions& options = {}) : max_keys_(options.max_keys) { check(options); }

  /// Stored or full. The event whose place is taken goes to on_discard(T&&, Loss::replaced), which must not
  /// use the queue.
  template <class OnDiscard>
  [[nodiscard]] Pushed push(const Key& key, T&& event, OnDiscard&& on_discard) {
    const auto known = places_.find(key);
    if (known == places_.end()) return push_new(key, std::move(event));
    ++pushed_;
    T old = std::exchange(known->second->event, std::move(event));
    losses_.add(Loss::replaced);
    on_discard(std::move(old), Loss::replaced);
    return Pushed::stored;
  }

  /// The newest event of the key that has waited longest.
  [[nodiscard]] std::optional<T> pop() {
    if (waiting_.empty()) return std::nullopt;
    T event = std::move(waiting_.front().event);
    places_.erase(places_.find(*waiting_.front().key));
    waiting_.pop_front();
    ++popped_;
    return event;
  }

  /// Keys that wait, each with one event.
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  [[nodiscard]] std::uint64_t pushed() const noexcept { return pushed_; }
  [[nodiscard]] std::uint64_t popped() const noexcept { return popped_; }
  [[nodiscard]] const LossCounts& losses() const noexcept { return losses_; }

 private:
  struct Waiting;
  using Places = std::unordered_map<Key, typename std::list<Waiting>::iterator, Hash>;
  struct Waiting {
    T event;
    const Key* key = nullptr;  // in places_
  };

  Pushed push_new(const Key& key, T&& event) {
    if (size() == max_keys_) return Pushed::full;
    ++pushed_;
    waiting_.push_back({std::move(event)});
    const auto last = std::prev(waiting_.end());
    last->key = &places_.emplace(key, last).first->first;
    return Pushed::stored;
  }

  std::size_t max_keys_;
  std::list<Waiting> waiting_;
  Places places_;
  std::uint64_t pushed_ = 0;
  std::uint64_t popped_ = 0;
  LossCounts losses_;
};

}  // namespace sluice::inline v0::overload
