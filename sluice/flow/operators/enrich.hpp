#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "sluice/core/errors.hpp"
#include "sluice/flow/operator.hpp"
#include "sluice/flow/table.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// A map that never changes, read as a table is.
template <class Map>
struct FixedTable {
  using Snapshot = std::shared_ptr<const Map>;
  [[nodiscard]] const Snapshot& snapshot() const noexcept { return map; }
  [[nodiscard]] static constexpr std::uint64_t version() noexcept { return 0; }

  Snapshot map;
};

}  // namespace detail

/// See enrich().
template <class Source, class Key, class F>
struct EnrichOperator : Operator {
  static constexpr bool at_most_one = true;
  static constexpr bool batches = true;
  static void note(Notes& notes) { notes.add("enrich"); }
  using Map = typename Source::Snapshot::element_type;
  using Value = typename Map::mapped_type;
  template <class In>
  using Output = std::remove_cvref_t<std::invoke_result_t<F&, In, const Value*>>;
  /// What one batch looks at.
  struct Looked {
    typename Source::Snapshot map = {};
    std::uint64_t version = 0;
    bool old = true;
  };
  template <class In>
  using State = Looked;

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }

  template <class In>
  static consteval bool takes() {
    constexpr bool keyed =
        requires(const Key& of, const In& event, const Map& map) { map.find(std::invoke(of, event)); };
    static_assert(
        keyed,
        "sluice: enrich(table, key, f) needs a key that takes const T& and answers a key of the table");
    constexpr bool fits = std::is_invocable_v<F&, In, const Value*>;
    static_assert(fits, "sluice: enrich(table, key, f) needs an f that takes an event and a const Value*");
    return keyed && fits;
  }

  template <class T, class Next>
  void push(Looked& looked, Context& /*context*/, T&& event, const Next& next) {
    if (looked.old) look(looked);
    const auto found = looked.map->find(std::invoke(key, std::as_const(event)));
    const Value* const value = found == looked.map->end() ? nullptr : &found->second;
    next(std::invoke(f, std::forward<T>(event), value));
  }
  template <class Next>
  void batch_end(Looked& looked, Context& /*context*/, const Next& /*next*/) {
    looked.old = true;
  }

  Source source;
  Key key;
  F f;

 private:
  void look(Looked& looked) const {
    looked.old = false;
    // Read before the map: at worst the map is newer than this says, and is looked at once more.
    const std::uint64_t version = source.version();
    if (looked.map && looked.version == version) return;
    looked.version = version;
    looked.map = source.snapshot();
  }
};

/// What a table says to each event: `f(event, const Value*)`, null where it has no such key. The events of
/// one batch see one map; a map that is put into the table meanwhile is seen by the next batch.
/// `enrich(prices, &Order::product, [](Order order, const double* price) { … })`
template <class K, class V, class Map, class Key, class F>
[[nodiscard]] auto enrich(Table<K, V, Map> table, Key key, F f) {
  return EnrichOperator<Table<K, V, Map>, Key, F>{{}, std::move(table), std::move(key), std::move(f)};
}
/// The same with a map that never changes. Throws OptionError for a null pointer.
template <class Map, class Key, class F>
[[nodiscard]] auto enrich(std::shared_ptr<Map> table, Key key, F f) {
  using Source = detail::FixedTable<std::remove_const_t<Map>>;
  if (!table) throw OptionError("table", "must be a map, got a null pointer");
  return EnrichOperator<Source, Key, F>{{}, Source{std::move(table)}, std::move(key), std::move(f)};
}

}  // namespace sluice::inline v0::flow
