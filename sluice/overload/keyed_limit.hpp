#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/core/time.hpp"
#include "sluice/overload/limiter.hpp"

namespace sluice::inline v0::overload {

/// How many keys a KeyedLimit remembers.
struct KeyedLimitOptions {
  /// Keys with a limiter that is not idle, at most. At least 1.
  std::size_t max_keys = 10'000;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const KeyedLimitOptions& options);

/// One limiter for each key, each a copy of the same new one. A limiter that is idle, as good as new, is
/// forgotten. While max_keys of them are not idle another key must wait: to let it pass would mean to forget
/// what somebody has used up. Constant time for a known key, logarithmic in the keys for others.
template <class Key, Limiter L, class Hash = std::hash<Key>>
class KeyedLimit {
 public:
  /// `fresh`: what each key begins with; nothing has passed it. Throws OptionError.
  explicit KeyedLimit(L fresh, const KeyedLimitOptions& options = {})
      : fresh_(std::move(fresh)), max_keys_((check(options), options.max_keys)) {}

  /// Throws what the limiter throws; nothing is counted then.
  [[nodiscard]] Take take(Instant now, const Key& key, std::uint64_t cost = 1) {
    forget(now);
    if (const auto known = limiters_.find(key); known != limiters_.end())
      return known->second.take(now, cost);
    if (limiters_.size() == max_keys_) {
      static_cast<void>(fresh_.wait(now, cost));  // a cost that could never pass throws here too
      ++refused_keys_;
      return Take::not_yet;
    }
    L limiter = fresh_;
    const Take result = limiter.take(now, cost);
    const auto place = limiters_.emplace(key, std::move(limiter)).first;
    idle_.push({after(now, place->second.until_idle(now)), &place->first});
    return result;
  }

  /// For a key that finds no place: how long until one may be free. Throws what the limiter throws.
  [[nodiscard]] Duration wait(Instant now, const Key& key, std::uint64_t cost = 1) {
    forget(now);
    if (const auto known = limiters_.find(key); known != limiters_.end())
      return known->second.wait(now, cost);
    const Duration wait = fresh_.wait(now, cost);
    return limiters_.size() < max_keys_ ? wait : idle_.top().first - now;
  }

  /// Other limits for all keys from now on; `change(limiter)` is called for each and for the one that new
  /// keys begin with, and must not throw: `[&](TokenBucket& b) { b.change(now, options); }`, checked before.
  template <class F>
  void change(F&& change) {
    change(fresh_);
    idle_ = {};
    for (auto& [key, limiter] : limiters_) {
      change(limiter);
      idle_.push({Instant::min(), &key});
    }
  }

  /// Keys that have a limiter now.
  [[nodiscard]] std::size_t keys() const noexcept { return limiters_.size(); }
  /// How often a key found no place.
  [[nodiscard]] std::uint64_t refused_keys() const noexcept { return refused_keys_; }

 private:
  using Idle = std::pair<Instant, const Key*>;  // idle then, or later
  struct Later {
    bool operator()(const Idle& a, const Idle& b) const noexcept { return a.first > b.first; }
  };

  void forget(Instant now) {
    while (!idle_.empty() && idle_.top().first <= now) {
      const Key* const key = idle_.top().second;
      idle_.pop();
      const auto place = limiters_.find(*key);
      const Duration wait = place->second.until_idle(now);
      if (wait == Duration::zero()) {
        limiters_.erase(place);
      } else {
        idle_.push({after(now, wait), key});  // it was used since
      }
    }
  }

  L fresh_;
  std::size_t max_keys_;
  std::unordered_map<Key, L, Hash> limiters_;
  std::priority_queue<Idle, std::vector<Idle>, Later> idle_;  // each key of limiters_ once
  std::uint64_t refused_keys_ = 0;
};

}  // namespace sluice::inline v0::overload
