#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "sluice/flow/operators/reduce.hpp"

namespace sluice::inline v0::flow {

/// See scan().
template <class Make, class F>
struct ScanOperator : Operator {
  static constexpr Role role = Role::state;
  static constexpr bool at_most_one = true;
  static void note(Notes& notes) { notes.add("scan").keeps_accumulators<detail::accumulator_of<Make>>(); }
  using Accumulator = detail::accumulator_of<Make>;
  template <class In>
  using Output = Accumulator;
  template <class In>
  using State = Accumulator;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits =
        detail::ReducesInPlace<F, Accumulator, In> || detail::ReducesByValue<F, Accumulator, In>;
    static_assert(fits,
                  "sluice: scan(begin, f) needs an f(Acc&, event) that changes the accumulator, or an "
                  "f(Acc, event) that answers it");
    constexpr bool copied = std::copy_constructible<Accumulator>;
    static_assert(copied, "sluice: scan emits a copy of its accumulator for each event");
    return fits && copied;
  }

  template <class In>
  [[nodiscard]] Accumulator open(const Context& /*context*/) {
    return detail::begin_of(make);
  }
  template <class T, class Next>
  [[gnu::always_inline]] void push(Accumulator& acc, Context& /*context*/, T&& event, const Next& next) {
    detail::reduce_into(f, acc, std::forward<T>(event));
    next(Accumulator(acc));
  }

  Make make;
  F f;
};

/// As reduce, but emits the accumulator after each event, at once, and nothing at triggers. Per stage and
/// window. `scan(0L, std::plus{})` emits running sums.
template <class Make, class F>
[[nodiscard]] auto scan(Make begin, F f) {
  return ScanOperator<Make, F>{{}, std::move(begin), std::move(f)};
}

}  // namespace sluice::inline v0::flow
