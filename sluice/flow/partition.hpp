#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sluice/core/hash.hpp"
#include "sluice/flow/flow.hpp"

namespace sluice::inline v0::flow {

/// The Ith element of a tuple or pair, as a key: `partition(element<0>)`.
template <std::size_t I>
struct Element {
  template <class Tuple>
  [[nodiscard]] const auto& operator()(const Tuple& tuple) const noexcept {
    return std::get<I>(tuple);
  }
  friend bool operator==(const Element&, const Element&) = default;
};
template <std::size_t I>
inline constexpr Element<I> element{};

/// A partition for each event, chosen by the user: see route().
template <class F>
struct Route {
  [[no_unique_address]] F choose;  // empty with an empty function: two of its kind are then alike

  template <class T>
  [[nodiscard]] std::optional<std::size_t> operator()(T& event, std::size_t /*partitions*/) {
    return std::invoke(choose, event);
  }
  friend bool operator==(const Route&, const Route&)
    requires std::equality_comparable<F>
  = default;
};

/// `partition(route([](Order& order) -> std::optional<std::size_t> { … }), {.stages = 4})`: may change the
/// event; std::nullopt drops it; a partition that does not exist fails the flow (flow.md F5.2). It is asked
/// for a single stage too: what it drops does not depend on the number of stages.
template <class F>
[[nodiscard]] Route<std::decay_t<F>> route(F&& choose) {
  return {std::forward<F>(choose)};
}

namespace detail {

template <class>
inline constexpr bool is_route = false;
template <class F>
inline constexpr bool is_route<Route<F>> = true;

/// Events of equal key in one partition, by sluice::Hash.
template <class Key>
struct ByKey {
  [[no_unique_address]] Key key;

  template <class T>
  [[nodiscard]] std::optional<std::size_t> operator()(const T& event, std::size_t partitions) const {
    using K = std::remove_cvref_t<std::invoke_result_t<const Key&, const T&>>;
    return bucket_of(Hash<K>{}(std::invoke(key, event)), partitions);
  }
  friend bool operator==(const ByKey&, const ByKey&)
    requires std::equality_comparable<Key>
  = default;
};

}  // namespace detail

/// See partition().
template <class Key>
struct PartitionOperator : OperatorTag {
  Key key;
  LayerOptions options;

  template <class In, class... Ops>
  [[nodiscard]] auto on(const Flow<In, Ops...>& flow) && {
    using T = typename Flow<In, Ops...>::Output;
    if constexpr (detail::is_route<Key>) {
      constexpr bool fits = std::is_invocable_r_v<std::optional<std::size_t>, decltype(key.choose)&, T&>;
      static_assert(fits, "sluice: a route takes T& and answers std::optional<std::size_t>");
      if constexpr (fits) return detail::below(flow, Border<T>::by_route(std::move(key)), std::move(options));
    } else {
      constexpr bool fits = std::is_invocable_v<const Key&, const T&>;
      static_assert(
          fits,
          "sluice: the key of a partition is asked for each event: a pointer to member, element<I>, or "
          "a callable that takes const T&");
      if constexpr (fits)
        return detail::below(flow, Border<T>::by_key(detail::ByKey<Key>{std::move(key)}), std::move(options));
    }
  }
};

/// A new layer whose stages have a partition each: events of equal key meet in one stage (flow.md F5.1). The
/// key is a pointer to member, element<I>, a callable, or a route(…). `partition(&Order::customer, {.stages =
/// 4})`
template <class Key>
  requires(!std::convertible_to<Key, LayerOptions>)
[[nodiscard]] auto partition(Key&& key, LayerOptions options = {}) {
  PartitionOperator<std::decay_t<Key>> made{{}, std::forward<Key>(key), std::move(options)};
  return made;
}
/// By the hash of the whole event.
[[nodiscard]] inline auto partition(LayerOptions options = {}) {
  return partition(std::identity{}, std::move(options));
}

/// See shuffle().
struct ShuffleOperator : OperatorTag {
  LayerOptions options;

  template <class In, class... Ops>
  [[nodiscard]] auto on(const Flow<In, Ops...>& flow) && {
    using T = typename Flow<In, Ops...>::Output;
    return detail::below(flow, Border<T>::by_demand(), std::move(options));
  }
};

/// A new layer whose stages get events as they ask for them: load balancing (flow.md F5.3).
[[nodiscard]] inline ShuffleOperator shuffle(LayerOptions options = {}) { return {{}, std::move(options)}; }

/// See divide().
template <class Recipe>
struct DivideOperator : OperatorTag {
  Recipe recipe;
  LayerOptions options;

  template <class In, class... Ops>
  [[nodiscard]] auto on(const Flow<In, Ops...>& flow) && {
    using T = typename Flow<In, Ops...>::Output;
    return detail::below(flow, Border<T>::custom([recipe = std::move(recipe)] { return recipe; }),
                         std::move(options));
  }
};

/// A new layer behind a dispatcher of one's choice, made anew for each stage above: `divide(broadcast())`
/// (F5.4).
template <class Recipe>
[[nodiscard]] auto divide(Recipe recipe, LayerOptions options = {}) {
  return DivideOperator<Recipe>{{}, std::move(recipe), std::move(options)};
}

}  // namespace sluice::inline v0::flow
