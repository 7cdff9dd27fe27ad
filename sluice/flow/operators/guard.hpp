#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/flow/failure/dead_letter.hpp"
#include "sluice/flow/failure/retry.hpp"
#include "sluice/flow/failure/skip.hpp"
#include "sluice/flow/failure/stop.hpp"
#include "sluice/flow/flow.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// What an operator hands on for one event, until it has returned: at most one. Where that is the event
/// itself it stays where it is, so that it is there if the operator fails.
template <class T, class R>
class HandedOne {
 public:
  explicit HandedOne(T& event) noexcept : event_(&event) {}

  template <class U>
  void operator()(U&& made) {
    if constexpr (std::is_same_v<std::remove_cvref_t<U>, T> && std::is_same_v<T, R>) {
      if (std::addressof(std::as_const(made)) == event_) {
        same_ = true;
        return;
      }
    }
    if constexpr (std::is_constructible_v<R, U>) {
      made_.emplace(std::forward<U>(made));
    } else {
      throw std::logic_error("guard: an event that only moves was handed on by reference");
    }
  }
  template <class Next>
  void hand_on(const Next& next) {
    if constexpr (std::is_same_v<T, R>) {
      if (same_) next(std::move(*event_));
    }
    if (made_) next(std::move(*made_));
  }

 private:
  T* event_;
  std::optional<R> made_;
  bool same_ = false;
};

/// The same, any number.
template <class T, class R>
class HandedMany {
 public:
  explicit HandedMany(T& /*event*/) noexcept {}

  template <class U>
  void operator()(U&& made) {
    made_.emplace_back(std::forward<U>(made));
  }
  template <class Next>
  void hand_on(const Next& next) {
    for (R& event : made_) next(std::move(event));
  }

 private:
  std::vector<R> made_;
};

/// Whether Op works on an event that it cannot change, so that it survives a failure.
template <class Op, class T>
concept LeavesEvent = requires { typename Op::template Output<const T&>; };

}  // namespace detail

/// See guard().
template <class Policy, class Op>
struct GuardOperator : Operator {
  static constexpr Holding holding = Policy::retries ? Holding::until_tick : Op::holding;
  static constexpr bool at_most_one = Op::at_most_one;
  static constexpr bool batches = Op::batches;
  void note(Notes& notes) const {
    Notes inside;
    note_of(op, inside);
    Note& made = notes.add("guard", inside);
    policy.note(made);
  }
  template <class In>
  using Output = typename Op::template Output<In>;
  template <class In>
  struct State {
    using Event = In;
    typename Op::template State<In> inner;
    typename Policy::template State<In> failures = {};
  };

  template <class In>
  static consteval bool takes() {
    constexpr bool each = Op::role == Role::each && Op::holding == Holding::nothing;
    static_assert(
        each, "sluice: a guard is for an operator that works event by event: map, filter, flat_map, enrich");
    constexpr bool kept =
        !Policy::keeps_event || std::is_copy_constructible_v<In> || detail::LeavesEvent<Op, In>;
    static_assert(kept,
                  "sluice: retry and dead_letter need the event after its function has failed; where events "
                  "only move, the function takes const T&");
    return each && kept && detail::takes<Op, In>();
  }

  template <class In>
  [[nodiscard]] State<In> open(const Context& context) {
    return {op.template open<In>(context)};
  }
  template <class S, class T, class Next>
  void push(S& state, Context& context, T&& event, const Next& next) {
    if constexpr (std::is_same_v<T, typename S::Event>) {
      attempt(state, context, event, next, [&] { policy.failed(state.failures, context, std::move(event)); });
    } else {
      push(state, context, typename S::Event(event), next);
    }
  }
  template <class S, class Next>
  void tick(S& state, Context& context, const Next& next) {
    if constexpr (Policy::retries) {
      policy.tick(state.failures, context, [&](auto&& event, const Backoff& backoff) {
        attempt(state, context, event, next,
                [&] { policy.failed_again(state.failures, context, std::move(event), backoff); });
      });
    }
  }
  template <class S, class Next>
  void batch_end(S& state, Context& context, const Next& next) {
    op.batch_end(state.inner, context, next);
  }
  template <class S, class Next>
  void fire(S& state, Context& context, const Trigger& trigger, const Next& next) {
    op.fire(state.inner, context, trigger, next);
    if (trigger.done()) policy.done(state.failures, context);
  }
  template <class S>
  [[nodiscard]] std::size_t pending(const S& state) const {
    if constexpr (Policy::retries) {
      return policy.waiting(state.failures);
    } else {
      return 0;
    }
  }

  Policy policy;
  Op op;

 private:
  /// What the operator hands on goes on only when it has returned; so does what fails behind it not fail
  /// here.
  template <class S, class T, class Next, class Failed>
  void attempt(S& state, Context& context, T& event, const Next& next, const Failed& failed) {
    using R = Output<T>;
    std::conditional_t<at_most_one, detail::HandedOne<T, R>, detail::HandedMany<T, R>> handed(event);
    try {
      run(state, context, event, handed);
    } catch (...) {
      failed();
      return;
    }
    handed.hand_on(next);
  }
  template <class S, class T, class To>
  void run(S& state, Context& context, T& event, To& to) {
    const auto out = [&to](auto&& made) { to(std::forward<decltype(made)>(made)); };
    if constexpr (!Policy::keeps_event) {
      op.push(state.inner, context, std::move(event), out);
    } else if constexpr (detail::LeavesEvent<Op, T>) {
      op.push(state.inner, context, std::as_const(event), out);
    } else {
      op.push(state.inner, context, T(event), out);
    }
  }
};

/// Says what becomes of an event for which a function of `op` throws, instead of the whole flow failing:
/// `guard(failure::skip(), map(parse))`. What op handed on for this event before it threw is forgotten
/// (docs/flow-failures.md).
template <IsFailurePolicy Policy, class Op>
  requires std::is_base_of_v<Operator, Op>
[[nodiscard]] auto guard(Policy policy, Op op) {
  return GuardOperator<Policy, Op>{{}, std::move(policy), std::move(op)};
}

}  // namespace sluice::inline v0::flow
