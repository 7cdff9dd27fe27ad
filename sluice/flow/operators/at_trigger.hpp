#pragma once

#include <concepts>
#include <functional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "sluice/flow/emit.hpp"
#include "sluice/flow/operators/flat_map.hpp"
#include "sluice/flow/trigger.hpp"

namespace sluice::inline v0::flow {

namespace detail {

template <class T>
struct Copies;
/// Whether T can be copied; containers say so of themselves even where their elements cannot.
template <class T>
inline constexpr bool copies = Copies<T>::value;

template <class T>
struct Copies : std::bool_constant<std::copy_constructible<T>> {};
template <class A, class B>
struct Copies<std::pair<A, B>> : std::bool_constant<copies<std::remove_const_t<A>> && copies<B>> {};
template <class T>
  requires(Iterable<T> && std::copy_constructible<T> &&
           requires { requires !std::same_as<typename T::value_type, T>; })
struct Copies<T> : std::bool_constant<copies<typename T::value_type>> {};

/// What emit(events) emits; of what is no range, EmitEvents says so itself.
template <class Acc>
struct ElementsOf {
  using type = Acc;
};
template <Iterable Acc>
struct ElementsOf<Acc> {
  using type = element_of<Acc>;
};

[[noreturn]] inline void cannot_copy() {
  throw std::logic_error(
      "reduce: an accumulator that cannot be copied is emitted at the end of its window only; "
      "say what to emit before by on_trigger");
}

}  // namespace detail

/// See emit(state).
struct EmitState {
  template <class Acc>
  using Output = Acc;
  template <class Acc, class Next>
  void fire(Acc& acc, const Trigger& trigger, const Next& next) {
    if (trigger.done()) {
      next(std::move(acc));
    } else if constexpr (detail::copies<Acc>) {
      next(Acc(acc));
    } else {
      detail::cannot_copy();
    }
  }
};
/// What a reduce hands on where nothing is said: its accumulator.
struct Unsaid : EmitState {};

/// See emit(events).
struct EmitEvents {
  template <class Acc>
  using Output = typename detail::ElementsOf<Acc>::type;
  template <class Acc>
  static consteval bool takes() {
    constexpr bool fits = detail::Iterable<Acc>;
    static_assert(
        fits,
        "sluice: emit(events) and take_sort need an accumulator that is a range; say what is emitted "
        "by on_trigger, or emit the accumulator itself");
    return fits;
  }
  template <class Acc, class Next>
  void fire(Acc& acc, const Trigger& trigger, const Next& next) {
    if (trigger.done()) {
      detail::hand_on_all(std::move(acc), next);
    } else if constexpr (detail::copies<Acc>) {
      detail::hand_on_all(acc, next);
    } else {
      detail::cannot_copy();
    }
  }
};

/// See emit(nothing).
struct Nothing {
  template <class Acc>
  using Output = Acc;
  template <class Acc, class Next>
  void fire(Acc& /*acc*/, const Trigger& /*trigger*/, const Next& /*next*/) {}
};

/// See on_trigger().
template <class F>
struct OnTrigger {
  F f;
  template <class Acc>
  using Output = detail::emitted_by<F>;
  template <class Acc, class Next>
  void fire(Acc& acc, const Trigger& trigger, const Next& next) {
    Emit<Output<Acc>> out;
    std::invoke(f, acc, trigger, out);
    out.drain(next);
  }
};

namespace detail {

/// Whether a trigger can make something of an accumulator of this type.
template <class AtTrigger, class Acc>
consteval bool fires_with() {
  if constexpr (requires { AtTrigger::template takes<Acc>(); }) {
    return AtTrigger::template takes<Acc>();
  } else {
    return true;
  }
}

}  // namespace detail

}  // namespace sluice::inline v0::flow
