#pragma once

#include <concepts>
#include <functional>
#include <iterator>
#include <type_traits>
#include <utility>

#include "sluice/flow/emit.hpp"
#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// Begin and end are found as in a range-based for: no <ranges> for one concept.
/// The keys of a map are constant in it, and are so no longer outside.
template <class T>
struct ElementOf {
  using type = T;
};
template <class K, class V>
struct ElementOf<std::pair<const K, V>> {
  using type = std::pair<K, V>;
};
template <class R>
using element_of = typename ElementOf<std::remove_cvref_t<decltype(*std::begin(std::declval<R&>()))>>::type;
template <class R>
concept Iterable = requires(R& range) {
  std::begin(range);
  std::end(range);
};

/// A map that can be taken apart without copying its keys.
template <class R>
concept GivesNodes = !std::is_lvalue_reference_v<R> && requires(R& range) {
  range.extract(range.begin()).key();
  range.extract(range.begin()).mapped();
};

/// A map whose iterators show constant pairs, and let go of a value only by itself (tsl::robin_map).
template <class R>
concept GivesValues = !std::is_lvalue_reference_v<R> && requires(R& range) {
  { range.begin().value() } -> std::same_as<typename R::mapped_type&>;
  range.begin().key();
};

/// Each element, moved where the range is given away.
template <class R, class Next>
[[gnu::always_inline]] inline void hand_on_all(R&& range, const Next& next) {
  if constexpr (GivesNodes<R>) {
    while (!range.empty()) {
      auto node = range.extract(range.begin());
      next(element_of<R>(std::move(node.key()), std::move(node.mapped())));
    }
  } else if constexpr (GivesValues<R>) {
    for (auto at = range.begin(); at != range.end(); ++at)
      next(element_of<R>(at.key(), std::move(at.value())));
  } else {
    for (auto&& element : range) {
      using E = decltype(element);
      if constexpr (std::is_lvalue_reference_v<R> || !std::is_lvalue_reference_v<E> ||
                    std::is_const_v<std::remove_reference_t<E>>) {
        next(element_of<R>(std::forward<E>(element)));
      } else {
        next(element_of<R>(std::move(element)));
      }
    }
  }
}

}  // namespace detail

/// See flat_map().
template <class F>
struct FlatMapOperator : Operator {
  static void note(Notes& notes) { notes.add("flat_map"); }
  template <class In>
  using Output = detail::element_of<std::invoke_result_t<F&, In>>;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = requires(F& call, In event) {
      { call(std::move(event)) } -> detail::Iterable;
    };
    static_assert(fits, "sluice: flat_map(f) needs an f that takes an event and answers a range");
    return fits;
  }

  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& /*state*/, Context& /*context*/, T&& event, const Next& next) {
    detail::hand_on_all(std::invoke(f, std::forward<T>(event)), next);
  }

  F f;
};

/// Any number of events for each: the elements of the range, or view, that `f(event)` answers. One level.
template <class F>
[[nodiscard]] auto flat_map(F f) {
  return FlatMapOperator<F>{{}, std::move(f)};
}

/// See flatten().
struct FlattenOperator : Operator {
  static void note(Notes& notes) { notes.add("flatten"); }
  template <class In>
  using Output = detail::element_of<In>;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = detail::Iterable<In>;
    static_assert(fits, "sluice: flatten() needs events that are ranges");
    return fits;
  }

  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& /*state*/, Context& /*context*/, T&& event, const Next& next) {
    if constexpr (requires {
                    event.begin();
                    requires !std::is_lvalue_reference_v<T>;
                  }) {
      detail::hand_on_all(std::forward<T>(event), next);
    } else {
      detail::hand_on_all(event, next);
    }
  }
};

/// Takes apart what reduce emits: `reduce(Counts{}, add) | flatten()` emits the elements of each accumulator.
[[nodiscard]] inline FlattenOperator flatten() { return {}; }

}  // namespace sluice::inline v0::flow
