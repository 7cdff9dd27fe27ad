#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/flow/flow.hpp"
#include "sluice/flow/operators/map.hpp"
#include "sluice/flow/reorder.hpp"

namespace sluice::inline v0::flow {

/// Numbers the events of one stage.
struct NumberOperator : Operator {
  static constexpr bool at_most_one = true;
  static void note(Notes& notes) { notes.add("parallel_map, numbered"); }
  template <class In>
  using Output = Numbered<In>;
  struct Next {
    std::uint64_t number = 0;
  };
  template <class In>
  using State = Next;

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  template <class S, class T, class To>
  [[gnu::always_inline]] void push(S& state, Context& /*context*/, T&& event, const To& next) {
    next(Numbered<std::remove_cvref_t<T>>{state.number++, std::forward<T>(event)});
  }
};

/// Another operator, for numbered events. Each number goes on, also where Op hands on nothing.
template <class Op>
struct NumberedOperator : Operator {
  static constexpr bool at_most_one = true;
  static constexpr bool batches = Op::batches;
  void note(Notes& notes) const {
    Notes inside;
    note_of(op, inside);
    notes.add("parallel_map", inside);
  }
  template <class In>
  using Output = Numbered<std::optional<typename Op::template Output<typename In::Event>>>;
  template <class In>
  using State = typename Op::template State<typename In::Event>;

  template <class In>
  [[nodiscard]] State<In> open(const Context& context) {
    return op.template open<typename In::Event>(context);
  }
  template <class S, class T, class Next>
  void push(S& state, Context& context, T&& numbered, const Next& next) {
    Output<std::remove_cvref_t<T>> made{numbered.number, std::nullopt};
    op.push(state, context, std::forward<T>(numbered).event,
            [&](auto&& event) { made.event.emplace(std::forward<decltype(event)>(event)); });
    next(std::move(made));
  }
  template <class S, class Next>
  void fire(S& state, Context& context, const Trigger& trigger, const Next& /*next*/) {
    op.fire(state, context, trigger, [](auto&& /*none*/) {});
  }
  template <class S, class Next>
  void batch_end(S& state, Context& context, const Next& /*next*/) {
    op.batch_end(state, context, [](auto&& /*none*/) {});
  }

  Op op;
};

/// Puts the results of several stages back into order. Each stage sends its own in order, so a stage whose
/// last number lies far ahead cannot have the one that is waited for: it is not asked for more until the
/// others have come nearer. The one that has it is always asked. So no more wait here than
/// `ahead + 2 * stages * max_demand`, and it never comes to a halt.
struct ReorderOperator : Operator {
  static constexpr Holding holding = Holding::until_done;
  static void note(Notes& notes) { notes.add("parallel_map, in order").keeps("results that came too early"); }
  template <class In>
  using Output = typename In::Event::value_type;
  struct Ahead {
    SubscriptionId from;
    std::uint64_t number;
  };
  template <class In>
  struct State {
    Reorder<typename In::Event> line = {};
    std::vector<Ahead> paused = {};
  };

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  template <class S, class T, class Next>
  void push(S& state, Context& context, T&& numbered, const Next& next) {
    const std::uint64_t number = numbered.number;
    state.line.put(number, std::forward<T>(numbered).event, hand_on(next));
    const std::uint64_t expected = state.line.expected();
    if (number >= expected + ahead) pause(state, context, number);
    if (!state.paused.empty()) resume(state, context, expected);
  }
  template <class S, class Next>
  void fire(S& state, Context& /*context*/, const Trigger& trigger, const Next& next) {
    if (trigger.done()) state.line.finish(hand_on(next));
  }

  /// How far before the expected number is far. At least 1.
  std::uint64_t ahead;

 private:
  template <class Next>
  [[nodiscard]] static auto hand_on(const Next& next) {
    return [&next](auto&& result) {
      if (result) next(std::move(*result));
    };
  }
  template <class S>
  static void pause(S& state, Context& context, std::uint64_t number) {
    const SubscriptionId from = context.from();
    const auto found = std::ranges::find(state.paused, from, &Ahead::from);
    if (found != state.paused.end()) {
      found->number = number;
    } else {
      state.paused.push_back({from, number});
      context.pause(from);
    }
  }
  template <class S>
  void resume(S& state, Context& context, std::uint64_t expected) const {
    std::erase_if(state.paused, [&](const Ahead& stage) {
      const bool near = stage.number < expected + (ahead + 1) / 2;
      if (near) context.resume(stage.from);
      return near;
    });
  }
};

/// See parallel_map().
template <class Op>
struct ParallelOperator : OperatorTag {
  Op op;
  LayerOptions options;

  template <class In, class... Ops>
  [[nodiscard]] auto on(Flow<In, Ops...> flow) && {
    using T = typename Flow<In, Ops...>::Output;
    constexpr bool fits = Op::role == Role::each && Op::at_most_one && Op::holding == Holding::nothing;
    static_assert(fits,
                  "sluice: parallel_map takes a function, or an operator that hands on at most one event for "
                  "each, at once: map, filter, enrich, or one of them under a guard that skips");
    if constexpr (!fits || !detail::takes<Op, T>()) {
      return flow;
    } else {
      const LayerOptions one{.stages = 1,
                             .max_demand = options.max_demand,
                             .min_demand = options.min_demand,
                             .shutdown = options.shutdown};
      auto done = detail::append(number(std::move(flow), one, std::move(options)),
                                 NumberedOperator<Op>{{}, std::move(op)});
      using R = typename decltype(done)::Output;
      return detail::append(detail::below(done, Border<R>::by_demand(), one),
                            ReorderOperator{{}, terms_of(one).max_demand});
    }
  }

 private:
  /// The layer below the numbers. Events of one stage have an order; others get one as they come.
  template <class F>
  [[nodiscard]] static auto number(F flow, const LayerOptions& one, LayerOptions below) {
    using T = typename F::Output;
    const auto by_demand = Border<Numbered<T>>::by_demand();
    if (flow.layer().options.stages == std::size_t{1})
      return detail::below(detail::append(std::move(flow), NumberOperator{}), by_demand, std::move(below));
    return detail::below(detail::append(detail::below(flow, Border<T>::by_demand(), one), NumberOperator{}),
                         by_demand, std::move(below));
  }
};

/// `f` in several stages at once, and the results in the order of the events (docs/flow-time.md). A flow of
/// one stage has an order; the events of several get theirs as they arrive. What comes behind it runs in one
/// stage; write shuffle() where order matters no more. `parallel_map(resize, {.stages = 8, .max_demand =
/// 4})`: small demands spread small numbers of expensive events.
template <class F>
  requires(!IsOperator<F>)
[[nodiscard]] auto parallel_map(F f, LayerOptions options = {}) {
  check(options);
  return ParallelOperator<MapOperator<F>>{{}, MapOperator<F>{{}, std::move(f)}, std::move(options)};
}
/// The same for map, filter, enrich, or a guard that skips around one of them.
template <IsOperator Op>
[[nodiscard]] auto parallel_map(Op op, LayerOptions options = {}) {
  check(options);
  return ParallelOperator<Op>{{}, std::move(op), std::move(options)};
}

}  // namespace sluice::inline v0::flow
