#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/flow/flow.hpp"
#include "sluice/flow/join_options.hpp"
#include "sluice/flow/merge.hpp"
#include "sluice/flow/operators/join.hpp"
#include "sluice/flow/operators/side.hpp"
#include "sluice/flow/side.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// Whether these join, without a word about it.
template <class L, class R, class LeftKey, class RightKey>
consteval bool has_keys() {
  return std::is_invocable_v<const LeftKey&, const L&> && std::is_invocable_v<const RightKey&, const R&>;
}
template <class L, class R, class LeftKey, class RightKey>
consteval bool has_equal_keys() {
  if constexpr (has_keys<L, R, LeftKey, RightKey>()) {
    return std::same_as<join_key_of<LeftKey, L>, join_key_of<RightKey, R>>;
  } else {
    return true;
  }
}
template <class L, class R, class F>
consteval bool joins() {
  return JoinsBothSides<F, L, R> || JoinsEitherSide<F, L, R>;
}

/// The same; what is wrong is said in one sentence.
template <class L, class R, class LeftKey, class RightKey, class F>
consteval bool join_fits() {
  constexpr bool keys = has_keys<L, R, LeftKey, RightKey>();
  constexpr bool equal = has_equal_keys<L, R, LeftKey, RightKey>();
  constexpr bool function = joins<L, R, F>();
  static_assert(keys,
                "sluice: a join asks its keys for each event: pointers to member, element<I>, or callables "
                "that take const L& and const R&");
  static_assert(equal, "sluice: both keys of a join are of one type");
  static_assert(function,
                "sluice: a join needs an f(const L&, const R&), or an f(const L*, const R*) that gets null "
                "for the side that is missing");
  return keys && equal && function;
}

/// A layer to which both flows send their events, those of equal key to one stage (flow.md F8.1).
template <class Left, class Right, class LeftKey, class RightKey>
[[nodiscard]] auto sides(const Left& left, const Right& right, LayerOptions options, LeftKey left_key,
                         RightKey right_key) {
  using L = typename Left::Output;
  using R = typename Right::Output;
  using S = Side<L, R>;
  Left::refuse_views();
  Right::refuse_views();
  std::vector<FeedPtr<S>> feeds{append(left, SideOperator<L, R, 0>{}).feed(),
                                append(right, SideOperator<L, R, 1>{}).feed()};
  return Flow<S>(LayerSpec<S>{
      .feed = std::make_shared<const MergedFeed<S>>(std::move(feeds)),
      .border = Border<S>::by_key(BySide<LeftKey, RightKey>{std::move(left_key), std::move(right_key)}),
      .options = std::move(options)});
}

/// A window whose functions are asked for either side: one that has any has an asking(wrap), which answers
/// the same window with wrap(f) in place of each.
template <class Window>
[[nodiscard]] auto window_of_sides(Window window) {
  if constexpr (requires { window.asking(AskSides{}); }) {
    return window.asking(AskSides{});
  } else {
    return window;
  }
}

/// `open(flow of sides)` is the flow with what stands before the join.
template <class Left, class Right, class LeftKey, class RightKey, class F, class Open>
[[nodiscard]] auto make_join(const Left& left, const Right& right, JoinOptions options, LeftKey left_key,
                             RightKey right_key, F f, Open open) {
  using L = typename Left::Output;
  using R = typename Right::Output;
  if constexpr (!join_fits<L, R, LeftKey, RightKey, F>()) {
    return left;  // what is wrong was said
  } else {
    check(options, JoinsBothSides<F, L, R> ? Matches::both_sides : Matches::either_side);
    JoinOperator<L, R, LeftKey, RightKey, F> op{
        {}, options.mode, options.clear_at_triggers, options.max_keys, left_key, right_key, std::move(f)};
    return append(
        open(sides(left, right, layer_of(std::move(options)), std::move(left_key), std::move(right_key))),
        std::move(op));
  }
}

}  // namespace detail

/// Matches the events of two flows by key (flow.md §8). The keys are pointers to member, element<I> or
/// callables, of one type, hashed by sluice::Hash; a NaN matches nothing. For each pair of equal key
/// `f(const L&, const R&)` answers an event as soon as its second half comes; where several match, the most
/// recent one first.
///
/// An outer join takes an `f(const L*, const R*)`: it gets null for the side that is missing. That a side is
/// missing is known at the end of the flow: first those from the left, then those from the right, as they
/// came. All events are kept until then; .max_keys bounds them, window_join lets go of them earlier. What
/// stands behind sees the results, in the same layer. Throws OptionError.
///
///     flow::join(orders, customers, {.stages = 4}, &Order::customer, &Customer::id,
///                [](const Order& order, const Customer& customer) { … })
template <IsFlow Left, IsFlow Right, class LeftKey, class RightKey, class F>
[[nodiscard]] auto join(const Left& left, const Right& right, JoinOptions options, LeftKey left_key,
                        RightKey right_key, F f) {
  return detail::make_join(left, right, std::move(options), std::move(left_key), std::move(right_key),
                           std::move(f), [](auto flow) { return flow; });
}

/// The same in windows (flow.md F8.5): only events of one window match, and a window is forgotten when it is
/// done. The functions of a window (when did it happen, whose session is it) are asked for either side: they
/// take const L& as well as const R&. What comes too late is a Side<L, R>.
template <IsFlow Left, IsFlow Right, class LeftKey, class RightKey, class F, class Window>
[[nodiscard]] auto window_join(const Left& left, const Right& right, JoinOptions options, LeftKey left_key,
                               RightKey right_key, F f, Window window) {
  constexpr bool is_window = requires { requires Window::role == Role::window; };
  static_assert(is_window, "sluice: the last argument of window_join is a window");
  return detail::make_join(left, right, std::move(options), std::move(left_key), std::move(right_key),
                           std::move(f), [&](auto flow) {
                             if constexpr (is_window) {
                               return detail::append(std::move(flow),
                                                     detail::window_of_sides(std::move(window)));
                             } else {
                               return flow;
                             }
                           });
}

}  // namespace sluice::inline v0::flow
