#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

namespace detail {

template <class In, class... Ops>
struct OutputOf {
  using type = In;
};
template <class In, class Op, class... Rest>
struct OutputOf<In, Op, Rest...> : OutputOf<typename Op::template Output<In>, Rest...> {};

/// What comes to the Ith operator.
template <std::size_t I, class In, class... Ops>
struct InputOf {
  using type = In;
};
template <std::size_t I, class In, class Op, class... Rest>
  requires(I != 0)
struct InputOf<I, In, Op, Rest...> : InputOf<I - 1, typename Op::template Output<In>, Rest...> {};

}  // namespace detail

/// Operators in a row, fused by the compiler: an event goes through all of them before the next one comes
/// (flow.md F3.1). The functions are here, what is kept per window is in a States.
template <class In, class... Ops>
class Chain {
  template <std::size_t I>
  using Input = typename detail::InputOf<I, In, Ops...>::type;
  template <class I>
  struct StatesOf;
  template <std::size_t... I>
  struct StatesOf<std::index_sequence<I...>> {
    using type = std::tuple<typename Ops::template State<Input<I>>...>;
  };

 public:
  using Output = typename detail::OutputOf<In, Ops...>::type;
  using States = typename StatesOf<std::index_sequence_for<Ops...>>::type;
  static constexpr bool at_most_one = (Ops::at_most_one && ...);
  static constexpr bool batches = (Ops::batches || ...);
  static constexpr Holding holding = std::max({Holding::nothing, Ops::holding...});

  explicit Chain(std::tuple<Ops...> ops) : ops_(std::move(ops)) {}

  [[nodiscard]] States open(const Context& context) {
    return open(context, std::index_sequence_for<Ops...>());
  }

  template <class Out>
  [[gnu::always_inline]] void push(States& states, Context& context, In&& event, Out& out) {
    step<0>(states, context, std::move(event), out);
  }

  /// Moves each event through. Small states are worked on in a copy that the compiler keeps in registers.
  template <class Out>
  void push_all(States& states, Context& context, std::span<In> events, Out& out) {
    if constexpr (std::is_trivially_copyable_v<States> && sizeof(States) <= 64) {
      States local = states;
      for (In& event : events) push(local, context, std::move(event), out);
      states = local;
    } else {
      for (In& event : events) push(states, context, std::move(event), out);
    }
  }

  template <class Out>
  void fire(States& states, Context& context, const Trigger& trigger, Out& out) {
    each([&]<std::size_t I>() {
      op<I>().fire(std::get<I>(states), context, trigger, next<I>(states, context, out));
    });
  }
  template <class Out>
  void batch_end(States& states, Context& context, Out& out) {
    each([&]<std::size_t I>() {
      op<I>().batch_end(std::get<I>(states), context, next<I>(states, context, out));
    });
  }
  template <class Out>
  void tick(States& states, Context& context, Out& out) {
    each([&]<std::size_t I>() { op<I>().tick(std::get<I>(states), context, next<I>(states, context, out)); });
  }
  [[nodiscard]] std::size_t pending(const States& states) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (std::size_t{0} + ... + std::get<I>(ops_).pending(std::get<I>(states)));
    }(std::index_sequence_for<Ops...>());
  }

 private:
  /// Hands events on to the operator behind the Ith.
  template <std::size_t I, class Out>
  struct Next {
    Chain* chain;
    States* states;
    Context* context;
    Out* out;

    template <class T>
    [[gnu::always_inline]] void operator()(T&& event) const {
      chain->template step<I + 1>(*states, *context, std::forward<T>(event), *out);
    }
  };

  template <std::size_t I, class T, class Out>
  [[gnu::always_inline]] void step(States& states, Context& context, T&& event, Out& out) {
    if constexpr (I == sizeof...(Ops)) {
      out(std::forward<T>(event));
    } else {
      op<I>().push(std::get<I>(states), context, std::forward<T>(event), next<I>(states, context, out));
    }
  }

  template <std::size_t I>
  [[nodiscard]] auto& op() noexcept {
    return std::get<I>(ops_);
  }
  template <std::size_t I, class Out>
  [[nodiscard]] Next<I, Out> next(States& states, Context& context, Out& out) noexcept {
    return {this, &states, &context, &out};
  }
  template <class F>
  static void each(F f) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (f.template operator()<I>(), ...);
    }(std::index_sequence_for<Ops...>());
  }
  template <std::size_t... I>
  States open(const Context& context, std::index_sequence<I...>) {
    return States(std::get<I>(ops_).template open<Input<I>>(context)...);
  }

  std::tuple<Ops...> ops_;
};

}  // namespace sluice::inline v0::flow
