#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

/// See filter().
template <class P, bool wanted>
struct FilterOperator : Operator {
  static constexpr bool at_most_one = true;
  static void note(Notes& notes) { notes.add(wanted ? "filter" : "reject"); }
  template <class In>
  using Output = In;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = std::predicate<P&, const In&>;
    static_assert(fits,
                  "sluice: filter(p) and reject(p) need a p that takes a const event and answers a bool");
    return fits;
  }

  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& /*state*/, Context& /*context*/, T&& event, const Next& next) {
    if (static_cast<bool>(std::invoke(predicate, std::as_const(event))) == wanted)
      next(std::forward<T>(event));
  }

  P predicate;
};

/// The events for which `p(event)` holds.
template <class P>
[[nodiscard]] auto filter(P p) {
  return FilterOperator<P, true>{{}, std::move(p)};
}
/// The events for which it does not.
template <class P>
[[nodiscard]] auto reject(P p) {
  return FilterOperator<P, false>{{}, std::move(p)};
}

}  // namespace sluice::inline v0::flow
