#pragma once

#include <cstddef>
#include <type_traits>

#include "sluice/flow/context.hpp"
#include "sluice/flow/note.hpp"
#include "sluice/flow/trigger.hpp"

namespace sluice::inline v0::flow {

/// What can stand behind `|` in a flow.
struct OperatorTag {};

/// Where an operator stands in the grammar of a layer: gather? batch* window? (each | state)* — what is
/// allowed behind what is checked when the flow is written (flow.md F3.3, F3.4, F4.3).
enum class Role : unsigned char {
  source,  ///< stands at the beginning of a layer by itself
  gather,  ///< makes the layer's events of what several stages above sent: a join or departition, put there
           ///< by the library; what is behind it sees its results only (E9)
  batch,   ///< takes whole batches: only at the beginning of a layer, before its window
  window,  ///< divides the events into windows: at most one, before anything that keeps state
  each,    ///< event by event
  state,   ///< keeps something per window, and hands events on as they come
  reduce,  ///< keeps an accumulator per window, and hands on what it emits at a trigger: at most one
};

/// Whether an operator keeps events back and hands them on outside of their push, and until when.
enum class Holding : unsigned char {
  nothing,     ///< it hands on in push what it hands on; or what is no event that came to it, at a trigger
  until_done,  ///< for some time; `done` gets out all that is left
  until_tick,  ///< until tick hands them on, and their stage does not end before: see pending
};

/// For operators that keep nothing.
struct NoState {};

/// What every operator has; derive and hide what is different. An operator is a value: it is copied for every
/// stage, and its State made for every window. All of it runs on the stage's turn, fused with its neighbours.
///
/// `push(state, context, event, next)` is called for each event; next(event) hands one on. `note(Notes&)
/// const`, if there is one, says what it is and keeps in the plan of a flow (Flow::explain).
struct Operator : OperatorTag {
  static constexpr Role role = Role::each;
  /// Whether it hands on at most one event for each that comes, and none at other times.
  static constexpr bool at_most_one = false;

  /// Events held until_tick stop the stage from asking for more while they are many (LayerRun), and come
  /// before the window of their layer. A window behind held events sees them come from one place, as behind a
  /// stage.
  static constexpr Holding holding = Holding::nothing;

  /// Whether it has a batch_end.
  static constexpr bool batches = false;
  /// Whether it would make no sense behind the layer's reduce.
  static constexpr bool before_reduce = false;

  template <class In>
  using State = NoState;

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  /// A trigger of the window fires; `done` is its last. Also called for the windows' end when the flow ends.
  template <class S, class Next>
  void fire(S& /*state*/, Context& /*context*/, const Trigger& /*trigger*/, const Next& /*next*/) {}
  /// All events of one batch were pushed.
  template <class S, class Next>
  void batch_end(S& /*state*/, Context& /*context*/, const Next& /*next*/) {}
  /// A time has come that somebody in this stage asked for by Context::wake_at.
  template <class S, class Next>
  void tick(S& /*state*/, Context& /*context*/, const Next& /*next*/) {}
  /// Events it holds back that tick() will hand on; the stage does not end before, and asks for nothing more
  /// while they are as many as its max_demand.
  template <class S>
  [[nodiscard]] std::size_t pending(const S& /*state*/) const {
    return 0;
  }
};

template <class O>
concept IsOperator = std::is_base_of_v<OperatorTag, O>;

}  // namespace sluice::inline v0::flow
