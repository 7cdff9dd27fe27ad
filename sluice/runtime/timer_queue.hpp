#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/core/time.hpp"
#include "sluice/core/unique_function.hpp"

namespace sluice::inline v0 {

/// What is to happen when. Not synchronised: whoever owns it locks.
class TimerQueue {
 public:
  using Action = UniqueFunction<void()>;

  /// Ids are the caller's and unique. Equal times fire in order of adding.
  void add(std::uint64_t id, Instant when, Action action) {
    const Key key{when, next_++};
    actions_.emplace(key, Entry{id, std::move(action)});
    keys_.emplace(id, key);
  }
  void cancel(std::uint64_t id) {
    if (const auto found = keys_.find(id); found != keys_.end()) {
      actions_.erase(found->second);
      keys_.erase(found);
    }
  }
  [[nodiscard]] bool empty() const noexcept { return actions_.empty(); }
  /// Not to be called when empty.
  [[nodiscard]] Instant next() const noexcept { return actions_.begin()->first.first; }
  /// Removes the earliest action; not to be called when empty.
  [[nodiscard]] Action pop() {
    auto node = actions_.extract(actions_.begin());
    keys_.erase(node.mapped().id);
    return std::move(node.mapped().action);
  }

 private:
  using Key = std::pair<Instant, std::uint64_t>;
  struct Entry {
    std::uint64_t id;
    Action action;
  };
  std::map<Key, Entry> actions_;
  std::unordered_map<std::uint64_t, Key> keys_;
  std::uint64_t next_ = 0;
};

}  // namespace sluice::inline v0
