#pragma once

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sluice/core/hash.hpp"

namespace sluice::inline v0::flow {

namespace detail {

template <class K>
concept CharactersKey = std::convertible_to<const K&, std::string_view>;

/// What a key is kept as: events go on while keys stay, so views and references become values.
template <class K>
struct StoredKey {
  using type = K;
};
template <class K>
using stored_key = typename StoredKey<std::remove_cvref_t<K>>::type;
template <CharactersKey K>
struct StoredKey<K> {
  using type = std::string;
};
template <class A, class B>
struct StoredKey<std::pair<A, B>> {
  using type = std::pair<stored_key<A>, stored_key<B>>;
};
template <class... A>
struct StoredKey<std::tuple<A...>> {
  using type = std::tuple<stored_key<A>...>;
};

/// Throws what Hash<K> does.
template <class K>
struct KeyHash {
  [[nodiscard]] std::size_t operator()(const K& key) const noexcept(noexcept(Hash<K>{}(key))) {
    return Hash<K>{}(key);
  }
};
template <>
struct KeyHash<std::string> {
  using is_transparent = void;
  [[nodiscard]] std::size_t operator()(std::string_view key) const noexcept {
    return Hash<std::string_view>{}(key);
  }
};

/// Equal as Hash sees it: NaN is one key, however often it comes.
template <class A, class B>
[[nodiscard]] constexpr bool same_key(const A& a, const B& b) {
  if constexpr (std::floating_point<A>) {
    return a == b || (a != a && b != b);
  } else {
    return a == b;
  }
}
template <class A, class B, class C, class D>
[[nodiscard]] constexpr bool same_key(const std::pair<A, B>& a, const std::pair<C, D>& b);
template <class... A, class... B>
[[nodiscard]] constexpr bool same_key(const std::tuple<A...>& a, const std::tuple<B...>& b) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (same_key(std::get<I>(a), std::get<I>(b)) && ...);
  }(std::index_sequence_for<A...>());
}
template <class A, class B, class C, class D>
[[nodiscard]] constexpr bool same_key(const std::pair<A, B>& a, const std::pair<C, D>& b) {
  return same_key(a.first, b.first) && same_key(a.second, b.second);
}

template <class K>
struct SameKey {
  [[nodiscard]] bool operator()(const K& a, const K& b) const { return same_key(a, b); }
};
template <>
struct SameKey<std::string> {
  using is_transparent = void;
  [[nodiscard]] bool operator()(std::string_view a, std::string_view b) const noexcept { return a == b; }
};

/// The one place that knows which hash table this is. Entries are in the table itself, and move when it grows
/// or something is erased. Hashes must be mixed, as sluice::Hash is.
template <class K, class V, class H, class Same, bool stores_hash>
using KeyTable = tsl::robin_map<K, V, H, Same, std::allocator<std::pair<K, V>>, stores_hash>;

}  // namespace detail

/// What operators keep per key, hashed by sluice::Hash. Strings are looked up by std::string_view. To change
/// a value behind an iterator: `found.value()`.
template <class K, class V>
using KeyMap = detail::KeyTable<K, V, detail::KeyHash<K>, detail::SameKey<K>, true>;
template <class K>
using KeySet = tsl::robin_set<K, detail::KeyHash<K>, detail::SameKey<K>, std::allocator<K>, true>;

namespace detail {

/// Whether the key is new; it is copied, or moved, only then.
template <class K, class Key>
[[nodiscard]] bool add_key(KeySet<K>& keys, Key&& key) {
  if constexpr (std::same_as<K, std::string>) {
    if (keys.find(std::string_view(key)) != keys.end()) return false;
    keys.emplace(std::forward<Key>(key));
    return true;
  } else if constexpr (std::same_as<K, std::remove_cvref_t<Key>>) {
    return keys.insert(std::forward<Key>(key)).second;
  } else {
    return keys.insert(K(std::forward<Key>(key))).second;
  }
}

/// The key's value, made when it first comes.
template <class K, class V, class Key>
[[nodiscard]] V& value_of_key(KeyMap<K, V>& map, Key&& key) {
  if constexpr (std::same_as<K, std::string>) {
    const auto found = map.find(std::string_view(key));
    if (found != map.end()) return found.value();
    return map.try_emplace(K(std::forward<Key>(key))).first.value();
  } else if constexpr (std::same_as<K, std::remove_cvref_t<Key>>) {
    return map.try_emplace(std::forward<Key>(key)).first.value();
  } else {
    return map.try_emplace(K(std::forward<Key>(key))).first.value();
  }
}

}  // namespace detail
}  // namespace sluice::inline v0::flow
