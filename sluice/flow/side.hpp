#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "sluice/core/hash.hpp"
#include "sluice/flow/key_map.hpp"

namespace sluice::inline v0::flow {

/// An event on its way into a join: one from the left (index 0) or from the right (1).
template <class L, class R>
struct Side {
  std::variant<L, R> event;
};

namespace detail {

/// What is kept of a key: text is copied, as it may belong to an event that moves.
template <class F, class T>
using join_key_of = stored_key<std::invoke_result_t<const F&, const T&>>;

/// The key as it is looked up: text without copying it.
template <class Key>
[[nodiscard]] decltype(auto) looked_up(const Key& key) noexcept {
  if constexpr (CharactersKey<Key>) {
    return std::string_view(key);
  } else {
    return (key);
  }
}

/// sluice::Hash of keys, for tables.
struct AnyKeyHash {
  using is_transparent = void;
  template <class Key>
  [[nodiscard]] std::size_t operator()(const Key& key) const {
    return static_cast<std::size_t>(Hash<Key>{}(key));
  }
};

/// The border above a join: events of equal key in one stage, from whichever side.
template <class LeftKey, class RightKey>
struct BySide {
  [[no_unique_address]] LeftKey left;
  [[no_unique_address]] RightKey right;

  template <class L, class R>
  [[nodiscard]] std::optional<std::size_t> operator()(const Side<L, R>& side, std::size_t partitions) const {
    if (const L* event = std::get_if<0>(&side.event)) return bucket(std::invoke(left, *event), partitions);
    return bucket(std::invoke(right, *std::get_if<1>(&side.event)), partitions);
  }

 private:
  template <class Key>
  [[nodiscard]] static std::size_t bucket(const Key& key, std::size_t partitions) {
    return bucket_of(AnyKeyHash{}(looked_up(key)), partitions);
  }
};

/// One type for what a function answers of both sides: a reference where they agree.
template <class A, class B>
struct Answer : std::common_type<A, B> {};
template <class A>
struct Answer<A, A> {
  using type = A;
};

/// A function of a window, asked for what is inside a Side.
template <class F>
struct AskSide {
  [[no_unique_address]] F f;

  template <class L, class R>
    requires(std::is_invocable_v<const F&, const L&> && std::is_invocable_v<const F&, const R&>)
  [[nodiscard]] auto operator()(const Side<L, R>& side) const ->
      typename Answer<std::invoke_result_t<const F&, const L&>,
                      std::invoke_result_t<const F&, const R&>>::type {
    if (const L* left = std::get_if<0>(&side.event)) return std::invoke(f, *left);
    return std::invoke(f, *std::get_if<1>(&side.event));
  }
};
/// Makes them.
struct AskSides {
  template <class F>
  [[nodiscard]] AskSide<F> operator()(F f) const {
    return {std::move(f)};
  }
};

}  // namespace detail
}  // namespace sluice::inline v0::flow
