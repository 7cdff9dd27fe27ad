#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <unordered_map>
#include <utility>

#include "sluice/core/hash.hpp"
#include "sluice/stage/lock.hpp"

namespace sluice::inline v0::flow {

/// A lookup that is replaced as a whole while flows read it: enrich(). Copyable; all copies are one table.
/// Map: whatever has find(key), end(), and elements with `second`.
///
/// Thread rule: any thread.
/// 1. A map is never changed once it is in the table; readers keep the one they look at.
/// 2. The version grows with every map that is put in, so a reader that has the newest takes no lock.
template <class K, class V, class Map = std::unordered_map<K, V, Hash<K>>>
class Table {
 public:
  using Key = K;
  using Value = V;
  using Snapshot = std::shared_ptr<const Map>;

  Table() : Table(Map()) {}
  Table(std::initializer_list<typename Map::value_type> values) : Table(Map(values)) {}
  explicit Table(Map map) : state_(std::make_shared<State>(std::move(map))) {}

  /// Another map instead. Flows see it from their next batch on.
  void replace(Map map) const {
    const Lock::Held one_at_a_time(state_->writing);
    put(std::make_shared<const Map>(std::move(map)));
  }
  /// `change(Map&)` works on a copy, which then becomes the map. Changes come one after the other; none is
  /// lost. What it throws leaves the table as it was.
  template <class F>
  void update(F change) const {
    const Lock::Held one_at_a_time(state_->writing);
    Map copy(*snapshot());
    change(copy);
    put(std::make_shared<const Map>(std::move(copy)));
  }
  /// The map of now; never null.
  [[nodiscard]] Snapshot snapshot() const {
    const Lock::Held held(state_->lock);
    return state_->map;
  }
  /// How many maps were put in before it.
  [[nodiscard]] std::uint64_t version() const noexcept {
    return state_->version.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::size_t size() const { return snapshot()->size(); }

 private:
  struct State {
    explicit State(Map first) : map(std::make_shared<const Map>(std::move(first))) {}

    Lock writing;  // held while a map is made, so that updates do not undo each other
    Lock lock;     // of `map`
    Snapshot map;
    std::atomic<std::uint64_t> version{0};
  };

  void put(Snapshot map) const {
    {
      const Lock::Held held(state_->lock);
      state_->map.swap(map);
    }
    state_->version.fetch_add(1, std::memory_order_release);
  }

  std::shared_ptr<State> state_;
};

}  // namespace sluice::inline v0::flow
