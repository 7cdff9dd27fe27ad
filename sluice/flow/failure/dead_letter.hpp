#pragma once

#include <functional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "sluice/flow/failure/policy.hpp"
#include "sluice/stage/inlet.hpp"

namespace sluice::inline v0::flow {

/// An event whose function failed, and why.
template <class T>
struct DeadLetter {
  T event;
  Reason reason;
};

/// See failure::dead_letter().
template <class F>
struct DeadLetterPolicy : FailurePolicy {
  static constexpr bool keeps_event = true;

  static void note(Note& guard) { guard.drops("events for which it throws: they become dead letters"); }
  template <class S, class T>
  void failed(S& /*state*/, Context& /*context*/, T&& event) {
    static_assert(!std::is_lvalue_reference_v<T>);
    constexpr bool fits = std::is_invocable_v<F&, T, const Reason&>;
    static_assert(fits, "sluice: dead_letter(f) needs an f that takes an event and a const Reason&");
    const Reason why = Reason::of(std::current_exception());
    if constexpr (fits) std::invoke(f, std::forward<T>(event), why);
  }

  F f;
};

/// Puts dead letters into an inlet.
template <class T>
struct IntoInlet {
  void operator()(T&& event, const Reason& why) const {
    if (!inlet.try_push(DeadLetter<T>{std::move(event), why}))
      throw std::runtime_error("dead_letter: the inlet has no room or is closed; the event had failed with " +
                               why.to_string());
  }

  mutable Inlet<DeadLetter<T>> inlet;
};

namespace failure {

/// The event and its error go to `f(T&&, const Reason&)`, on the turn of the stage; several stages call their
/// copies of f at once. What f throws fails the flow.
template <class F>
[[nodiscard]] auto dead_letter(F f) {
  return DeadLetterPolicy<F>{{}, std::move(f)};
}
/// They go to the consumers of an inlet: Runtime::start_inlet<DeadLetter<T>>(). A stage does not wait for
/// room: an inlet that is full or closed fails the flow, for no event disappears unseen.
template <class T>
[[nodiscard]] auto dead_letter(Inlet<DeadLetter<T>> inlet) {
  return DeadLetterPolicy<IntoInlet<T>>{{}, {std::move(inlet)}};
}

}  // namespace failure
}  // namespace sluice::inline v0::flow
