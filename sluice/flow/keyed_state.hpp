#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sluice/flow/heap_bytes.hpp"
#include "sluice/flow/key_map.hpp"
#include "sluice/flow/keyed_limits.hpp"
#include "sluice/flow/recency.hpp"

namespace sluice::inline v0::flow {

template <class V>
struct KeyedOptions {
  /// What it is called in errors.
  std::string name = {};
  /// At least 1; unset: any number.
  std::optional<std::size_t> max_keys = {};
  /// Estimated, see KeyedState::bytes. At least 1; unset: any number.
  std::optional<std::size_t> max_bytes = {};
  /// Positive; unset: keys stay.
  std::optional<Duration> expire_after = {};
  Expire expire = Expire::by_last_use;
  /// What a value holds outside itself; unset: HeapBytes<V>. With max_bytes it is called around each change.
  std::function<std::size_t(const V&)> bytes_of = {};

  [[nodiscard]] KeyedLimits limits() const { return {name, max_keys, max_bytes, expire_after, expire}; }
};

/// Values by key, counted and bounded: how many, about how many bytes, and for how long. The clock is the
/// caller's. K is what keys are kept as (see detail::StoredKey: views of characters become strings); a key is
/// looked up as it comes and copied once, when it is first stored. All NaN are one key, as for sluice::Hash.
/// Entries come in no order. K and V are moved about: both need move assignment. Thread rule: one thread.
template <class K, class V>
class KeyedState {
  static_assert(std::movable<K> && std::movable<V>,
                "sluice: keys and what is kept by them move within their table, so both need move "
                "construction and move assignment");

 public:
  using Key = K;
  using Value = V;
  /// What one key costs before anything on the heap.
  static constexpr std::size_t entry_bytes();

  /// Throws OptionError.
  explicit KeyedState(const KeyedOptions<V>& options = {})
      : limits_(options.limits()), bytes_of_(options.bytes_of) {
    check(limits_);
    table_.max_load_factor(0.8F);
  }

  /// So many keys will come without the table growing.
  void reserve(std::size_t keys) { table_.reserve(keys); }
  [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }
  [[nodiscard]] bool empty() const noexcept { return table_.empty(); }
  /// About how many bytes keys and values take up, the table's spare room not counted. Without max_bytes it
  /// looks at every entry.
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] const KeyedLimits& limits() const noexcept { return limits_; }
  [[nodiscard]] bool expires() const noexcept { return limits_.expire_after.has_value(); }

  /// sluice::Hash of the key.
  template <class Q>
  [[nodiscard]] static std::uint64_t hash_of(const Q& key) {
    return Hash<std::remove_cvref_t<Q>>{}(key);
  }

  /// Calls `f(V&)` for the key's value, which `make()` makes where there is none. A use of the key, at `now`
  /// of the caller's clock. Throws KeyedStateFull: for max_keys before anything has changed, for max_bytes
  /// when f has. What expired is still there until expire() was called.
  template <class Q, class Make, class F>
  void update(Q&& key, Instant now, Make&& make, F&& f) {
    update_hashed(hash_of(key), std::forward<Q>(key), now, std::forward<Make>(make), std::forward<F>(f));
  }
  /// The same for who knows hash_of(key) already.
  template <class Q, class Make, class F>
  [[gnu::always_inline]] inline void update_hashed(std::uint64_t hash, Q&& key, Instant now, Make&& make,
                                                   F&& f);

  /// nullptr: there is none. No use of the key.
  template <class Q>
  [[nodiscard]] const V* find(const Q& key) const;
  /// Whether there was one.
  template <class Q>
  bool erase(const Q& key);

  /// f(const K&, const V&) for each, in no order.
  template <class F>
  void for_each(F f) const {
    for (const auto& [cell, value] : table_) f(std::as_const(cell.key), value);
  }
  /// f(K&&, V&&, hash) for each, in no order; then it is empty, also when f throws.
  template <class F>
  void drain(F f);
  void clear() {
    table_.clear();
    uses_.clear();
    held_ = 0;
  }

  /// f(K&&, V&&) for each whose time is over at `now`, the one longest ago first; it is gone before.
  template <class F>
  void expire(Instant now, F f);
  /// When the next one's time is over; std::nullopt: nothing will expire.
  [[nodiscard]] std::optional<Instant> next_expiry() const;

 private:
  /// A key with its hash, so that nothing is hashed twice. `key` changes only when it is moved out at the
  /// end.
  struct Cell {
    mutable K key;
    std::uint64_t hash;
    mutable Recency::Seat seat;
  };
  template <class Q>
  struct Sought {
    const Q& key;
    std::uint64_t hash;
  };
  struct SoughtSeat {
    Recency::Seat seat;
  };
  struct CellHash {
    [[nodiscard]] std::size_t operator()(const Cell& cell) const noexcept { return cell.hash; }
  };
  struct SameCell {
    using is_transparent = void;
    [[nodiscard]] bool operator()(const Cell& a, const Cell& b) const {
      return a.hash == b.hash && detail::same_key(a.key, b.key);
    }
    template <class Q>
    [[nodiscard]] bool operator()(const Cell& a, const Sought<Q>& b) const {
      return a.hash == b.hash && detail::same_key(a.key, b.key);
    }
    template <class Q>
    [[nodiscard]] bool operator()(const Sought<Q>& b, const Cell& a) const {
      return (*this)(a, b);
    }
    [[nodiscard]] bool operator()(const Cell& a, SoughtSeat b) const noexcept { return a.seat == b.seat; }
    [[nodiscard]] bool operator()(SoughtSeat b, const Cell& a) const noexcept { return a.seat == b.seat; }
  };
  using Table = detail::KeyTable<Cell, V, CellHash, SameCell, false>;

  /// Keeps the account of bytes around a change of a value, also when the change throws.
  class Measured;

  /// Characters are compared as such, whatever holds them.
  template <class Q>
  [[nodiscard]] static auto find_in(auto& table, std::uint64_t hash, const Q& key) {
    if constexpr (std::same_as<K, std::string> && detail::CharactersKey<Q>) {
      const std::string_view characters = key;
      return table.find(Sought<std::string_view>{characters, hash}, hash);
    } else {
      return table.find(Sought<Q>{key, hash}, hash);
    }
  }
  template <class Q, class Make>
  [[gnu::noinline]] typename Table::iterator add(std::uint64_t hash, Q&& key, Instant now, Make& make);
  [[nodiscard]] std::size_t heap_of(const V& value) const {
    return bytes_of_ ? bytes_of_(value) : HeapBytes<V>{}(value);
  }
  [[nodiscard]] std::size_t bytes_of(const K& key, const V& value) const {
    return entry_bytes() + HeapBytes<K>{}(key) + heap_of(value) + (expires() ? Recency::bytes() : 0);
  }
  void forget(const Cell& cell, const V& value) {
    if (limits_.max_bytes) held_ -= bytes_of(cell.key, value);
    if (cell.seat != Recency::none) uses_.remove(cell.seat);
  }

  KeyedLimits limits_;
  std::function<std::size_t(const V&)> bytes_of_;
  Table table_;
  Recency uses_;
  std::size_t held_ = 0;  // bytes; counted only with max_bytes
};

template <class K, class V>
constexpr std::size_t KeyedState<K, V>::entry_bytes() {
  return sizeof(std::pair<Cell, V>) + 8;  // the table's own word per entry
}

template <class K, class V>
class KeyedState<K, V>::Measured {
 public:
  Measured(KeyedState& state, const V& value) : state_(state), value_(value), before_(state.heap_of(value)) {}
  ~Measured() { state_.held_ = state_.held_ - before_ + state_.heap_of(value_); }
  Measured(const Measured&) = delete;
  Measured& operator=(const Measured&) = delete;

 private:
  KeyedState& state_;
  const V& value_;
  std::size_t before_;
};

template <class K, class V>
std::size_t KeyedState<K, V>::bytes() const {
  if (limits_.max_bytes) return held_;
  std::size_t all = 0;
  for (const auto& [cell, value] : table_) all += bytes_of(cell.key, value);
  return all;
}

template <class K, class V>
template <class Q, class Make, class F>
inline void KeyedState<K, V>::update_hashed(std::uint64_t hash, Q&& key, Instant now, Make&& make, F&& f) {
  auto found = find_in(table_, hash, key);
  if (found == table_.end()) {
    found = add(hash, std::forward<Q>(key), now, make);
  } else if (expires() && limits_.expire == Expire::by_last_use) {
    uses_.use(found.key().seat, now);
  }
  if (!limits_.max_bytes) {
    f(found.value());
    return;
  }
  {
    const Measured measured(*this, found.value());
    f(found.value());
  }
  if (held_ > *limits_.max_bytes) detail::too_many_bytes(limits_, size(), held_);
}

template <class K, class V>
template <class Q, class Make>
typename KeyedState<K, V>::Table::iterator KeyedState<K, V>::add(std::uint64_t hash, Q&& key, Instant now,
                                                                 Make& make) {
  if (limits_.max_keys && size() >= *limits_.max_keys) detail::too_many_keys(limits_, size(), bytes());
  const auto added = table_.try_emplace(Cell{K(std::forward<Q>(key)), hash, Recency::none}, make()).first;
  if (expires()) added.key().seat = uses_.add(now, hash);
  if (limits_.max_bytes) held_ += bytes_of(added.key().key, added.value());
  return added;
}

template <class K, class V>
template <class Q>
const V* KeyedState<K, V>::find(const Q& key) const {
  const auto found = find_in(table_, hash_of(key), key);
  return found == table_.end() ? nullptr : &found.value();
}

template <class K, class V>
template <class Q>
bool KeyedState<K, V>::erase(const Q& key) {
  const std::uint64_t hash = hash_of(key);
  const auto found = find_in(table_, hash, key);
  if (found == table_.end()) return false;
  forget(found.key(), found.value());
  table_.erase(found.key(), hash);  // by iterator it would look for the entry behind
  return true;
}

template <class K, class V>
template <class F>
void KeyedState<K, V>::drain(F f) {
  struct Emptied {
    KeyedState& state;
    ~Emptied() { state.clear(); }
  } const emptied{*this};
  for (auto at = table_.begin(); at != table_.end(); ++at)
    f(std::move(at.key().key), std::move(at.value()), at.key().hash);
}

template <class K, class V>
template <class F>
void KeyedState<K, V>::expire(Instant now, F f) {
  for (auto next = next_expiry(); next && *next <= now; next = next_expiry()) {
    const SoughtSeat oldest{uses_.oldest()};
    const std::uint64_t hash = uses_.hash(oldest.seat);
    const auto found = table_.find(oldest, hash);
    forget(found.key(), found.value());
    K key = std::move(found.key().key);
    V value = std::move(found.value());
    table_.erase(oldest, hash);
    f(std::move(key), std::move(value));
  }
}

template <class K, class V>
std::optional<Instant> KeyedState<K, V>::next_expiry() const {
  const Recency::Seat oldest = uses_.oldest();
  if (oldest == Recency::none) return std::nullopt;
  return after(uses_.used(oldest), *limits_.expire_after);
}

}  // namespace sluice::inline v0::flow
