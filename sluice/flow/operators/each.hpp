#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

/// See each().
template <class F>
struct EachOperator : Operator {
  static constexpr bool at_most_one = true;
  static void note(Notes& notes) { notes.add("each"); }
  template <class In>
  using Output = In;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = std::is_invocable_v<F&, const In&>;
    static_assert(fits, "sluice: each(f) needs an f that takes a const event");
    return fits;
  }

  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& /*state*/, Context& /*context*/, T&& event, const Next& next) {
    static_cast<void>(std::invoke(f, std::as_const(event)));
    next(std::forward<T>(event));
  }

  F f;
};

/// Calls `f(event)` for its effect; the event goes on unchanged.
template <class F>
[[nodiscard]] auto each(F f) {
  return EachOperator<F>{{}, std::move(f)};
}

}  // namespace sluice::inline v0::flow
