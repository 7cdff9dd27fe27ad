#pragma once

#include <concepts>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sluice/flow/flow.hpp"
#include "sluice/flow/operators/at_trigger.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// An accumulator's beginning: a value, copied for each window, or a callable without arguments (flow.md
/// F4.1).
template <class Make>
struct Beginning {
  using type = Make;
};
template <std::invocable Make>
struct Beginning<Make> {
  using type = std::remove_cvref_t<std::invoke_result_t<Make&>>;
};
template <class Make>
using accumulator_of = typename Beginning<Make>::type;

template <class Make>
[[nodiscard]] accumulator_of<Make> begin_of(Make& make) {
  if constexpr (std::invocable<Make&>) {
    return std::invoke(make);
  } else {
    return make;
  }
}

template <class F, class Acc, class T>
concept ReducesInPlace = std::is_invocable_v<F&, Acc&, T>;
template <class F, class Acc, class T>
concept ReducesByValue = requires(F& f, Acc acc, T event) {
  { f(std::move(acc), std::forward<T>(event)) } -> std::convertible_to<Acc>;
};

/// `f(acc, event)`, where f changes the accumulator or answers a new one.
template <class F, class Acc, class T>
[[gnu::always_inline]] inline void reduce_into(F& f, Acc& acc, T&& event) {
  if constexpr (ReducesByValue<F, Acc, T>) {
    acc = std::invoke(f, std::move(acc), std::forward<T>(event));
  } else {
    std::invoke(f, acc, std::forward<T>(event));
  }
}

}  // namespace detail

/// See reduce().
template <class Make, class F, class AtTrigger = Unsaid>
struct ReduceOperator : Operator {
  static constexpr Role role = Role::reduce;
  static void note(Notes& notes) { notes.add("reduce").keeps_accumulators<detail::accumulator_of<Make>>(); }
  using Accumulator = detail::accumulator_of<Make>;
  template <class In>
  using Output = typename AtTrigger::template Output<Accumulator>;
  template <class In>
  using State = Accumulator;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits =
        detail::ReducesInPlace<F, Accumulator, In> || detail::ReducesByValue<F, Accumulator, In>;
    static_assert(fits,
                  "sluice: reduce(begin, f) needs an f(Acc&, event) that changes the accumulator, or an "
                  "f(Acc, event) that answers it");
    return fits && detail::fires_with<AtTrigger, Accumulator>();
  }

  template <class In>
  [[nodiscard]] Accumulator open(const Context& /*context*/) {
    return detail::begin_of(make);
  }
  template <class T, class Next>
  [[gnu::always_inline]] void push(Accumulator& acc, Context& /*context*/, T&& event, const Next& /*next*/) {
    detail::reduce_into(f, acc, std::forward<T>(event));
  }
  template <class Next>
  void fire(Accumulator& acc, Context& /*context*/, const Trigger& trigger, const Next& next) {
    at_trigger.fire(acc, trigger, next);
  }
  /// The same, but something else is handed on.
  template <class Other>
    requires std::same_as<AtTrigger, Unsaid>
  [[nodiscard]] auto with(Other other) && {
    return ReduceOperator<Make, F, Other>{{}, std::move(make), std::move(f), std::move(other)};
  }

  Make make;
  F f;
  AtTrigger at_trigger;
};

/// Folds the events of each stage and window into an accumulator, and emits it at each trigger, last when the
/// window is done (flow.md F4.1). `begin`: a value, or a callable without arguments that makes one.
/// `reduce(0L, [](long& sum, long n) { sum += n; })`, `reduce(0L, std::plus{})`
template <class Make, class F>
[[nodiscard]] auto reduce(Make begin, F f) {
  return ReduceOperator<Make, F>{{}, std::move(begin), std::move(f), {}};
}

/// See emit_and_reduce().
template <class Make, class F, class AtTrigger = Unsaid>
struct EmitAndReduceOperator : Operator {
  static constexpr Role role = Role::reduce;
  static void note(Notes& notes) {
    notes.add("emit_and_reduce").keeps_accumulators<detail::accumulator_of<Make>>();
  }
  using Accumulator = detail::accumulator_of<Make>;
  using Emitted = detail::emitted_by<F>;
  template <class In>
  using Output = Emitted;
  struct Kept {
    Accumulator acc;
    Emit<Emitted> out = {};
  };
  template <class In>
  using State = Kept;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = std::is_invocable_v<F&, Accumulator&, In, Emit<Emitted>&>;
    static_assert(fits, "sluice: emit_and_reduce(begin, f) needs an f(Acc&, event, Emit<R>& out)");
    return fits;
  }

  template <class In>
  [[nodiscard]] Kept open(const Context& /*context*/) {
    return {detail::begin_of(make)};
  }
  template <class T, class Next>
  void push(Kept& kept, Context& /*context*/, T&& event, const Next& next) {
    std::invoke(f, kept.acc, std::forward<T>(event), kept.out);
    kept.out.drain(next);
  }
  template <class Next>
  void fire(Kept& kept, Context& /*context*/, const Trigger& trigger, const Next& next) {
    at_trigger.fire(kept.acc, trigger, [&](auto&& event) {
      constexpr bool one_type = std::is_convertible_v<decltype(event), Emitted>;
      static_assert(one_type,
                    "sluice: emit_and_reduce emits one type and keeps another; say what a trigger emits by "
                    "on_trigger, or emit(nothing)");
      if constexpr (one_type) next(Emitted(std::forward<decltype(event)>(event)));
    });
  }
  template <class Other>
    requires std::same_as<AtTrigger, Unsaid>
  [[nodiscard]] auto with(Other other) && {
    return EmitAndReduceOperator<Make, F, Other>{{}, std::move(make), std::move(f), std::move(other)};
  }

  Make make;
  F f;
  AtTrigger at_trigger;
};

/// As reduce, but `f(acc, event, out)` may also emit at once, in order (flow.md F4.2). What a trigger emits
/// is of the same type: the accumulator, if it is, or what on_trigger says.
template <class Make, class F>
[[nodiscard]] auto emit_and_reduce(Make begin, F f) {
  static_assert(detail::Emitting<F>,
                "sluice: emit_and_reduce(begin, f) needs an f whose last parameter is Emit<R>&");
  return EmitAndReduceOperator<Make, F>{{}, std::move(begin), std::move(f), {}};
}

namespace detail {

/// `flow` with its last operator, a reduce, handing on something else; unchanged where that cannot be.
template <class Other, class In, class... Ops>
[[nodiscard]] auto change_trigger(Flow<In, Ops...> flow, Other other) {
  constexpr std::size_t last = sizeof...(Ops) - 1;
  using Reduce = std::tuple_element_t<last, std::tuple<Ops...>>;
  using Changed = decltype(std::declval<Reduce>().with(std::move(other)));
  if constexpr (!takes<Changed, typename InputOf<last, In, Ops...>::type>()) {
    return flow;
  } else {
    LayerSpec<In> layer = std::move(flow).layer();
    std::tuple<Ops...> ops = std::move(flow).operators();
    auto before = slice<0>(ops, std::make_index_sequence<last>());
    Changed changed = std::get<last>(std::move(ops)).with(std::move(other));
    return [&]<class... Before>(std::tuple<Before...>&& kept) {
      return append(Flow<In, Before...>(std::move(layer), std::move(kept)), std::move(changed));
    }(std::move(before));
  }
}

template <class Other, class... Ops>
concept ChangesLast =
    sizeof...(Ops) != 0 && requires(std::tuple_element_t<sizeof...(Ops) - 1, std::tuple<Ops...>> last,
                                    Other other) { std::move(last).with(std::move(other)); };

}  // namespace detail

/// See on_trigger(), emit().
template <class AtTrigger>
struct ChangeTrigger : OperatorTag {
  AtTrigger at_trigger;

  template <class In, class... Ops>
  [[nodiscard]] auto on(Flow<In, Ops...> flow) && {
    constexpr bool fits = detail::ChangesLast<AtTrigger, Ops...>;
    static_assert(fits,
                  "sluice: on_trigger and emit come right behind reduce, group_by or emit_and_reduce, once");
    if constexpr (fits) {
      return detail::change_trigger(std::move(flow), std::move(at_trigger));
    } else {
      return flow;
    }
  }
};

/// Behind a reduce: at each trigger `f(Acc&, const Trigger&, Emit<R>& out)` says what is emitted, and what it
/// leaves in the accumulator goes on (flow.md F4.8).
template <class F>
[[nodiscard]] auto on_trigger(F f) {
  static_assert(detail::Emitting<F>, "sluice: on_trigger(f) needs an f(Acc&, const Trigger&, Emit<R>& out)");
  return ChangeTrigger<OnTrigger<F>>{{}, {std::move(f)}};
}

inline constexpr Nothing nothing{};

/// `emit(nothing)` behind a reduce: it is run for its effects only (flow.md F4.9).
[[nodiscard]] inline auto emit(Nothing /*what*/) { return ChangeTrigger<Nothing>{}; }

/// Words for emit(). Functions, because a variable of these names would be hidden by every parameter that has
/// one of them.
inline void state(EmitState /*word*/) {}
inline void events(EmitEvents /*word*/) {}

/// `emit(state)` behind a reduce: its accumulator, as without it.
[[nodiscard]] inline auto emit(void (& /*what*/)(EmitState)) { return ChangeTrigger<EmitState>{}; }
/// `emit(events)` behind a reduce: the elements of its accumulator, which is a range (flow.md F4.10).
[[nodiscard]] inline auto emit(void (& /*what*/)(EmitEvents)) { return ChangeTrigger<EmitEvents>{}; }

}  // namespace sluice::inline v0::flow
