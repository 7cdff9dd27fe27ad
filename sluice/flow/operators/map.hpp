#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

/// See map().
template <class F>
struct MapOperator : Operator {
  static constexpr bool at_most_one = true;
  static void note(Notes& notes) { notes.add("map"); }
  template <class In>
  using Output = std::remove_cvref_t<std::invoke_result_t<F&, In>>;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = std::is_invocable_v<F&, In>;
    static_assert(fits, "sluice: map(f) needs an f that takes an event");
    return fits;
  }

  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& /*state*/, Context& /*context*/, T&& event, const Next& next) {
    next(std::invoke(f, std::forward<T>(event)));
  }

  F f;
};

/// One event for each: what `f(event)` answers.
template <class F>
[[nodiscard]] auto map(F f) {
  return MapOperator<F>{{}, std::move(f)};
}

/// See map_values().
template <class F>
struct MapValuesOperator : Operator {
  static constexpr bool at_most_one = true;
  static void note(Notes& notes) { notes.add("map_values"); }
  template <class In>
  using Output = std::pair<typename In::first_type,
                           std::remove_cvref_t<std::invoke_result_t<F&, typename In::second_type>>>;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = requires(F& call, In pair) { call(std::move(pair.second)); };
    static_assert(fits,
                  "sluice: map_values(f) needs events that are pairs, and an f that takes their second");
    return fits;
  }

  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& /*state*/, Context& /*context*/, T&& pair, const Next& next) {
    auto value = std::invoke(f, std::forward<T>(pair).second);
    next(Output<std::remove_cvref_t<T>>(std::forward<T>(pair).first, std::move(value)));
  }

  F f;
};

/// Pairs (key, value) become (key, f(value)).
template <class F>
[[nodiscard]] auto map_values(F f) {
  return MapValuesOperator<F>{{}, std::move(f)};
}

}  // namespace sluice::inline v0::flow
