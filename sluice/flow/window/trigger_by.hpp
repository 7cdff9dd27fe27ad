#pragma once

#include <functional>
#include <iterator>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/core/errors.hpp"
#include "sluice/flow/operators/reduce.hpp"
#include "sluice/flow/window/trigger_step.hpp"
#include "sluice/flow/window/window.hpp"

namespace sluice::inline v0::flow {

/// Fires when a function of the user says so: see Triggerable::trigger_by.
template <class Make, class F>
class FunctionTrigger {
 public:
  using Acc = detail::accumulator_of<Make>;
  struct State {
    Acc acc;
    WindowId window;
    FireAllowance allowance = {};
  };

  template <class Window>
  explicit FunctionTrigger(const Window& window) : begin_(window.begin), f_(window.f) {}

  [[nodiscard]] State open(const WindowId& window) { return {detail::begin_of(begin_), window}; }

  template <class T, class Reduce, class Fire>
  void feed(State& state, std::span<T> events, Reduce reduce, Fire fire) {
    std::vector<T> left(std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
    state.allowance.came(left.size());
    while (true) {
      const std::size_t asked = left.size();
      TriggerStep<T, Acc> step = std::invoke(f_, left, std::move(state.acc));
      state.acc = std::move(step.acc);
      if (step.kind == TriggerStep<T, Acc>::Kind::proceed) return reduce(std::span<T>(left));
      if (step.kind == TriggerStep<T, Acc>::Kind::fire && step.post.size() >= asked)
        state.allowance.spend(state.window, step.name);
      reduce(std::span<T>(step.pre));
      if (step.kind == TriggerStep<T, Acc>::Kind::proceed_with) return;
      fire(TriggerName{.kind = TriggerName::Kind::named, .text = std::move(step.name)});
      left = std::move(step.post);
    }
  }

 private:
  Make begin_;
  F f_;
};

namespace detail {

/// Whether f(std::vector<T>&, Acc) answers a TriggerStep<T, Acc>.
template <class F, class T, class Acc>
concept DecidesTriggers = std::is_invocable_r_v<TriggerStep<T, Acc>, F&, std::vector<T>&, Acc>;

}  // namespace detail

/// A window of any kind with a trigger function.
template <class Window, class Make, class F>
struct Triggered : WindowOperator {
  void note(Notes& notes) const { note_of(window, notes); }
  using TriggerPolicy = FunctionTrigger<Make, F>;
  template <class T, class Pane>
  using Machine = typename Window::template Machine<T, Pane>;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = detail::DecidesTriggers<F, In, detail::accumulator_of<Make>>;
    static_assert(fits,
                  "sluice: trigger_by(begin, f) needs an f(std::vector<T>& events, Acc acc) that answers a "
                  "TriggerStep<T, Acc>");
    if constexpr (requires { Window::template takes<In>(); }) {
      return fits && Window::template takes<In>();
    } else {
      return fits;
    }
  }

  /// The machine of the window is made of it.
  operator const Window&() const noexcept { return window; }

  Window window;
  Make begin;
  F f;
};

/// Base of a kind of window whose trigger can be a function. Self: the kind.
template <class Self>
struct Triggerable {  // NOLINT(bugprone-crtp-constructor-accessibility): kinds of windows are aggregates
  /// `f(std::vector<T>& events, Acc acc)` is given the events of each batch that belong to one window, may
  /// take them, and answers a TriggerStep<T, Acc>: what of it is reduced, and when the window fires (flow.md
  /// F7.4, F7.5). `begin`: the accumulator of each window, a value or a callable that makes one. Emissions
  /// leave in order: what was reduced before a trigger before what it emits (E2). A function that fires for
  /// ever without consuming events fails the flow (E17). Throws OptionError for a window with every(n).
  template <class Make, class F>
  [[nodiscard]] auto trigger_by(Make begin, F f) && {
    Self& self = static_cast<Self&>(*this);
    refuse_two(self.triggers);
    Triggered<Self, Make, F> made{{}, std::move(self), std::move(begin), std::move(f)};
    made.triggers = made.window.triggers;
    return made;
  }
  template <class Make, class F>
  [[nodiscard]] auto trigger_by(Make begin, F f) const& {
    return Self(static_cast<const Self&>(*this)).trigger_by(std::move(begin), std::move(f));
  }

 private:
  static void refuse_two(const Triggers& triggers) {
    if (!triggers.every) return;
    throw OptionError("trigger_by", "a window has every(n) or a trigger function, got every(" +
                                        std::to_string(*triggers.every) + ") too");
  }
};

}  // namespace sluice::inline v0::flow
