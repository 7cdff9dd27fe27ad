#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sluice/flow/borrowing.hpp"
#include "sluice/flow/feed.hpp"
#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// Whether the last of these operators is not a window: one that nothing stands behind would do nothing
/// (flow.md F5.7).
template <class... Ops>
[[nodiscard]] consteval bool uses_its_window() {
  bool used = true;
  for (const Role role : {Role::each, Ops::role...}) used = role != Role::window;
  return used;
}

}  // namespace detail

/// A data flow as a description: where events come from, and what is done to them, up to its open last layer.
/// A value; each `|` makes a new one, and nothing runs until a terminal (run, start, to_vector, to_range,
/// into) executes it, any number of times (flow.md F1.1). In: what comes into the open layer. Ops: its
/// operators so far. Thread rule: any thread; the functions in it are copied for every stage.
template <class In, class... Ops>
class Flow {
 public:
  using Input = In;
  using Output = typename detail::OutputOf<In, Ops...>::type;

  explicit Flow(LayerSpec<In> layer, std::tuple<Ops...> ops = {})
      : layer_(std::move(layer)), ops_(std::move(ops)) {}

  [[nodiscard]] const LayerSpec<In>& layer() const& noexcept { return layer_; }
  [[nodiscard]] LayerSpec<In>&& layer() && noexcept { return std::move(layer_); }
  [[nodiscard]] std::tuple<Ops...>&& operators() && noexcept { return std::move(ops_); }

  /// The last layer, closed, for who takes its events.
  [[nodiscard]] std::shared_ptr<const LayerFeed<In, Ops...>> feed() const {
    refuse_views();
    return closed();
  }
  /// The same for a flow that is run for its effects: nobody takes what it emits.
  [[nodiscard]] std::shared_ptr<const LayerFeed<In, Ops...>> closed() const {
    static_assert(detail::uses_its_window<Ops...>(),
                  "sluice: a window needs an operator behind it in its layer, such as reduce");
    return std::make_shared<const LayerFeed<In, Ops...>>(layer_, ops_);
  }
  /// What goes to other stages must not refer to what stays behind.
  static consteval void refuse_views() {
    static_assert(detail::may_leave<In, Output>,
                  "sluice: a view does not go to another stage, for what it refers to is gone by then; send "
                  "a std::string, a vector, or a Text, which keeps its block");
  }

  /// Its plan, as it would be started: layers, what is fused in each, how events are divided and what of
  /// their order is kept, what is kept in memory, what may be dropped. Nothing runs. `workers`: of the
  /// runtime that it will run on. `fmt::print("{}", to_text(flow.explain()))`
  [[nodiscard]] Diagram explain(std::optional<std::size_t> workers = {}) const {
    Plan plan(workers);
    static_cast<void>(closed()->outline_stages(plan, Border<Output>::by_demand()));
    return std::move(plan).take();
  }

 private:
  LayerSpec<In> layer_;
  std::tuple<Ops...> ops_;
};

namespace detail {

template <class>
inline constexpr bool is_flow = false;
template <class In, class... Ops>
inline constexpr bool is_flow<Flow<In, Ops...>> = true;

/// A new layer below `flow`.
template <class F>
[[nodiscard]] auto below(const F& flow, Border<typename F::Output> border, LayerOptions options) {
  check(options);
  using T = typename F::Output;
  return Flow<T>(
      LayerSpec<T>{.feed = flow.feed(), .border = std::move(border), .options = std::move(options)});
}

template <Role role, class... Ops>
inline constexpr bool has = ((Ops::role == role) || ...);

/// Whether tick must hand on what an operator holds back: a window that ends could not wait for it.
template <class Op>
inline constexpr bool holds_on = [] {
  if constexpr (requires { Op::holding; }) return Op::holding == Holding::until_tick;
  return false;
}();

/// Whether an operator of this role stands behind the join or departition that opens the layer, if there is
/// one.
template <Role role, class... Ops>
consteval bool has_behind_gather() {
  bool found = false;
  for (const Role each : std::initializer_list<Role>{Ops::role...})
    found = each != Role::gather && (found || each == role);
  return found;
}

template <class Op>
concept BeforeReduce = requires { requires Op::before_reduce; };

/// How an operator would stand in its layer.
enum class Place : unsigned char {
  fits,
  second_reduce,
  behind_reduce,
  late_batch,
  late_window,
  held_in_window
};

/// Where `Op` would stand behind Ops (flow.md F3.3, F3.4, F4.3, F4.5).
template <class Op, class... Ops>
consteval Place place_of() {
  constexpr bool reduced = has<Role::reduce, Ops...>;
  constexpr bool kept = reduced || has<Role::state, Ops...>;
  constexpr bool windowed = has<Role::window, Ops...>;
  if (Op::role == Role::reduce && reduced) return Place::second_reduce;
  if (BeforeReduce<Op> && reduced) return Place::behind_reduce;
  if (Op::role == Role::batch &&
      (kept || has_behind_gather<Role::window, Ops...>() || has<Role::each, Ops...>))
    return Place::late_batch;
  if (Op::role == Role::window && (kept || windowed)) return Place::late_window;
  if (holds_on<Op> && windowed) return Place::held_in_window;
  return Place::fits;
}

/// The grammar of a layer, one sentence each.
template <class Op, class... Ops>
consteval bool fits() {
  constexpr Place place = place_of<Op, Ops...>();
  static_assert(
      place != Place::held_in_window,
      "sluice: what waits or retries comes before the window of its layer, or in a layer of its own "
      "behind it (shuffle)");
  static_assert(
      place != Place::second_reduce,
      "sluice: a layer has one reduce, group_by or emit_and_reduce; start a new layer with partition, "
      "shuffle or merge, or change what the first one emits with on_trigger");
  static_assert(place != Place::behind_reduce,
                "sluice: uniq comes before the reduce of its layer; behind it start a new layer with "
                "partition");
  static_assert(
      place != Place::late_batch,
      "sluice: map_batch comes first in its layer, right behind a source, partition, shuffle, merge or join");
  static_assert(place != Place::late_window,
                "sluice: a layer has one window, and it comes before everything that keeps state");
  return place == Place::fits;
}

/// Whether `Op` takes events of type T; it says so itself, in one sentence.
template <class Op, class T>
consteval bool takes() {
  if constexpr (requires { Op::template takes<T>(); }) {
    return Op::template takes<T>();
  } else {
    return true;
  }
}

template <class Op, class In, class... Ops>
[[nodiscard]] auto append(Flow<In, Ops...> flow, Op op) {
  using T = typename Flow<In, Ops...>::Output;
  if constexpr (!fits<Op, Ops...>() || !takes<Op, T>()) {
    return flow;  // what is wrong was said; nothing more is to be said about it
  } else {
    return Flow<In, Ops..., Op>(std::move(flow).layer(),
                                std::tuple_cat(std::move(flow).operators(), std::tuple<Op>(std::move(op))));
  }
}

}  // namespace detail

template <class F>
concept IsFlow = detail::is_flow<std::remove_cvref_t<F>>;

/// `flow | operator`: the operator becomes the last of the open layer, or does what its `on(flow)` says.
template <class In, class... Ops, IsOperator Op>
[[nodiscard]] auto operator|(Flow<In, Ops...> flow, Op op) {
  if constexpr (requires { std::move(op).on(std::move(flow)); }) {
    return std::move(op).on(std::move(flow));
  } else {
    return detail::append(std::move(flow), std::move(op));
  }
}

/// What ends a flow: `flow | terminal` executes it and is what the terminal answers.
struct TerminalTag {};

template <class In, class... Ops, std::derived_from<TerminalTag> Terminal>
decltype(auto) operator|(const Flow<In, Ops...>& flow, Terminal&& terminal) {
  return std::forward<Terminal>(terminal).execute(flow);
}

}  // namespace sluice::inline v0::flow
