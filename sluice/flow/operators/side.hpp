#pragma once

#include <cstddef>
#include <utility>

#include "sluice/flow/operator.hpp"
#include "sluice/flow/side.hpp"

namespace sluice::inline v0::flow {

/// The last operator of a layer above a join: says which side (0 left, 1 right) its events are.
template <class L, class R, std::size_t side>
struct SideOperator : Operator {
  static constexpr bool at_most_one = true;
  static void note(Notes& notes) { notes.add(side == 0 ? "join, from the left" : "join, from the right"); }
  template <class In>
  using Output = Side<L, R>;

  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& /*state*/, Context& /*context*/, T&& event, const Next& next) {
    next(Side<L, R>{std::variant<L, R>(std::in_place_index<side>, std::forward<T>(event))});
  }
};

}  // namespace sluice::inline v0::flow
