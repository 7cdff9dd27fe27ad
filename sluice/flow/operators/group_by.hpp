#pragma once

#include <concepts>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sluice/flow/group.hpp"
#include "sluice/flow/operators/reduce.hpp"

namespace sluice::inline v0::flow {

/// See group_by().
template <class Key, class Value, class AtTrigger = Unsaid>
struct GroupByOperator : Operator {
  static constexpr Role role = Role::reduce;
  static void note(Notes& notes) { notes.add("group_by").keeps_all("the values of each key of a window"); }
  template <class In>
  using Accumulator = Groups<detail::stored_key<std::invoke_result_t<Key&, const In&>>,
                             std::remove_cvref_t<std::invoke_result_t<Value&, In>>>;
  template <class In>
  using Output = typename AtTrigger::template Output<Accumulator<In>>;
  template <class In>
  using State = Accumulator<In>;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = std::is_invocable_v<Key&, const In&> && std::is_invocable_v<Value&, In>;
    static_assert(
        fits,
        "sluice: group_by(key, value) needs a key that takes a const event and a value that takes an "
        "event; group_by_key() needs pairs");
    if constexpr (fits) {
      return detail::fires_with<AtTrigger, Accumulator<In>>();
    } else {
      return false;
    }
  }

  template <class In>
  [[nodiscard]] Accumulator<In> open(const Context& /*context*/) {
    return {};
  }
  template <class Acc, class T, class Next>
  void push(Acc& groups, Context& /*context*/, T&& event, const Next& /*next*/) {
    auto& group = detail::value_of_key(groups, std::invoke(key, std::as_const(event)));
    group.add(std::invoke(value, std::forward<T>(event)));
  }
  template <class Acc, class Next>
  void fire(Acc& groups, Context& /*context*/, const Trigger& trigger, const Next& next) {
    at_trigger.fire(groups, trigger, next);
  }
  template <class Other>
    requires std::same_as<AtTrigger, Unsaid>
  [[nodiscard]] auto with(Other other) && {
    return GroupByOperator<Key, Value, Other>{{}, std::move(key), std::move(value), std::move(other)};
  }

  Key key;
  Value value;
  AtTrigger at_trigger = {};
};

/// A reduce to Groups: for each key the values of its events, most recent first; emitted whole at each
/// trigger (flow.md F4.4). `group_by(&Order::customer)`, `group_by(&Order::customer, &Order::amount)`
template <class Key, class Value = std::identity>
[[nodiscard]] auto group_by(Key key, Value value = {}) {
  return GroupByOperator<Key, Value>{{}, std::move(key), std::move(value)};
}

namespace detail {

struct KeyOfPair {
  template <class P>
  [[nodiscard]] auto operator()(const P& pair) const -> decltype(std::get<0>(pair)) {
    return std::get<0>(pair);
  }
};
struct ValueOfPair {
  template <class P>
  [[nodiscard]] auto operator()(P&& pair) const -> decltype(std::get<1>(std::forward<P>(pair))) {
    return std::get<1>(std::forward<P>(pair));
  }
};

}  // namespace detail

/// The same for pairs (key, value).
[[nodiscard]] inline auto group_by_key() { return group_by(detail::KeyOfPair{}, detail::ValueOfPair{}); }

}  // namespace sluice::inline v0::flow
