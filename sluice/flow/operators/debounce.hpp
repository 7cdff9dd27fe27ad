#pragma once

#include <optional>
#include <utility>

#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

struct DebounceOptions {
  /// Of the runtime's clock. Positive.
  Duration quiet = std::chrono::milliseconds(100);
};

/// See debounce().
struct DebounceOperator : Operator {
  static constexpr Holding holding = Holding::until_done;
  static void note(Notes& notes) {
    notes.add("debounce").keeps("one event").drops("all but the last before each silence");
  }
  template <class In>
  using Output = In;
  template <class In>
  struct State {
    std::optional<In> latest = {};
    Instant due = {};
  };

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  template <class S, class T, class Next>
  void push(S& state, Context& context, T&& event, const Next& /*next*/) {
    state.latest.emplace(std::forward<T>(event));
    state.due = after(context.now(), quiet);
    context.wake_at(state.due);
  }
  /// An alarm that was set for an event before the latest finds that it came too early.
  template <class S, class Next>
  void tick(S& state, Context& context, const Next& next) {
    if (!state.latest) return;
    if (context.now() < state.due) {
      context.wake_at(state.due);
    } else {
      hand_on(state, next);
    }
  }
  template <class S, class Next>
  void fire(S& state, Context& /*context*/, const Trigger& trigger, const Next& next) {
    if (trigger.done() && state.latest) hand_on(state, next);
  }

  Duration quiet;

 private:
  template <class S, class Next>
  static void hand_on(S& state, const Next& next) {
    auto event = std::move(*state.latest);
    state.latest.reset();
    next(std::move(event));
  }
};

/// The last event before each silence: an event passes when for `quiet` no other has come to its stage. What
/// is left at the end of the flow, or window, comes then. `debounce({.quiet = 50ms})`. Throws OptionError
/// unless positive.
[[nodiscard]] DebounceOperator debounce(DebounceOptions options);

}  // namespace sluice::inline v0::flow
