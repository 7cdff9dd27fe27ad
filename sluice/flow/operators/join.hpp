#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "sluice/flow/join_options.hpp"
#include "sluice/flow/join_table.hpp"
#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

namespace detail {

template <class F, class L, class R>
concept JoinsBothSides = std::is_invocable_v<F&, const L&, const R&>;
template <class F, class L, class R>
concept JoinsEitherSide = std::is_invocable_v<F&, const L*, const R*>;

template <class F, class L, class R>
struct JoinResult : std::invoke_result<F&, const L*, const R*> {};
template <class F, class L, class R>
  requires JoinsBothSides<F, L, R>
struct JoinResult<F, L, R> : std::invoke_result<F&, const L&, const R&> {};

}  // namespace detail

/// Matches the events of both sides; the first operator of the layer below them, or behind its window. See
/// join().
template <class L, class R, class LeftKey, class RightKey, class F>
struct JoinOperator : Operator {
  static constexpr Role role = Role::gather;
  /// max_keys bounds the keys, not the events of each.
  static void note(Notes& notes) { notes.add("join").keeps_all("both sides of each window").mixes(); }
  using Table = JoinTable<detail::join_key_of<LeftKey, L>, L, R>;
  template <class In>
  using Output = std::remove_cvref_t<typename detail::JoinResult<F, L, R>::type>;
  template <class In>
  using State = Table;

  template <class In>
  [[nodiscard]] Table open(const Context& /*context*/) const {
    return {};
  }
  template <class Next>
  void push(Table& table, Context& /*context*/, Side<L, R>&& side, const Next& next) {
    if (L* const left = std::get_if<0>(&side.event)) {
      const auto& key = std::invoke(left_key, std::as_const(*left));
      table.template meet<0>(detail::looked_up(key), std::move(*left),
                             [&](const L& l, const R& r) { hand_on(&l, &r, next); });
    } else {
      R& right = *std::get_if<1>(&side.event);
      const auto& key = std::invoke(right_key, std::as_const(right));
      table.template meet<1>(detail::looked_up(key), std::move(right),
                             [&](const R& r, const L& l) { hand_on(&l, &r, next); });
    }
    if (max_keys && table.keys() > *max_keys) detail::join_is_full("join", table.keys(), *max_keys);
  }
  template <class Next>
  void fire(Table& table, Context& /*context*/, const Trigger& trigger, const Next& next) {
    if (!trigger.done() && !clear_at_triggers) return;
    if constexpr (!detail::JoinsBothSides<F, L, R>) {
      if (keeps_left(mode))
        table.template each_unmatched<0>([&](const L& left) { hand_on(&left, nullptr, next); });
      if (keeps_right(mode))
        table.template each_unmatched<1>([&](const R& right) { hand_on(nullptr, &right, next); });
    }
    table.clear();
  }

  Join mode;
  bool clear_at_triggers;
  std::optional<std::size_t> max_keys;
  LeftKey left_key;
  RightKey right_key;
  F f;

 private:
  template <class Next>
  void hand_on(const L* left, const R* right, const Next& next) {
    if constexpr (detail::JoinsBothSides<F, L, R>) {
      next(std::invoke(f, *left, *right));
    } else {
      next(std::invoke(f, left, right));
    }
  }
};

}  // namespace sluice::inline v0::flow
