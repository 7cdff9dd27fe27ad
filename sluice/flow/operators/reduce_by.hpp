#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "sluice/flow/keyed_pane.hpp"
#include "sluice/flow/operators/reduce.hpp"

namespace sluice::inline v0::flow {

template <class Acc>
struct ReduceByOptions {
  /// In errors and logs, behind "reduce_by".
  std::string name = {};
  /// Keys of one window in one stage. At least 1; unset: any number. One more fails the flow
  /// (KeyedStateFull).
  std::optional<std::size_t> max_keys = {};
  /// The same for estimated bytes (KeyedState::bytes).
  std::optional<std::size_t> max_bytes = {};
  /// A key whose time is over is emitted and forgotten; when it comes again it begins anew. By the runtime's
  /// clock. Positive; unset: keys stay until the window is done.
  std::optional<Duration> expire_after = {};
  Expire expire = Expire::by_last_use;
  AfterTrigger after_trigger = AfterTrigger::keep;
  /// What an accumulator holds outside itself; unset: HeapBytes<Acc>. Called only with max_bytes.
  std::function<std::size_t(const Acc&)> bytes_of = {};

  [[nodiscard]] KeyedOptions<Acc> kept(std::string_view of) const {
    return {detail::state_name(of, name), max_keys, max_bytes, expire_after, expire, bytes_of};
  }
};

/// See reduce_by().
template <class Key, class Make, class F>
struct ReduceByOperator : Operator {
  static constexpr Role role = Role::reduce;
  void note(Notes& notes) const {
    notes.add("reduce_by").keeps_keys(options.kept("reduce_by").limits()).mixes();
  }
  using Accumulator = detail::accumulator_of<Make>;
  template <class In>
  using Output = std::pair<detail::kept_key_of<Key, In>, Accumulator>;
  template <class In>
  using State = detail::KeyedPane<detail::kept_key_of<Key, In>, Accumulator>;

  template <class In>
  static consteval bool takes() {
    constexpr bool keyed = std::is_invocable_v<Key&, const In&>;
    static_assert(
        keyed,
        "sluice: the key of reduce_by is asked for each event: a pointer to member, element<I>, or a "
        "callable that takes const T&");
    constexpr bool fits =
        detail::ReducesInPlace<F, Accumulator, In> || detail::ReducesByValue<F, Accumulator, In>;
    static_assert(fits,
                  "sluice: reduce_by(key, begin, f) needs an f(Acc&, event) that changes the accumulator, or "
                  "an f(Acc, event) that answers it");
    return keyed && fits;
  }

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {options.kept("reduce_by"), options.after_trigger, usual};
  }
  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& pane, Context& context, T&& event, const Next& next) {
    decltype(auto) by = std::invoke(key, std::as_const(event));
    const std::uint64_t hash = Hash<std::remove_cvref_t<decltype(by)>>{}(by);
    pane.update(
        hash, std::forward<decltype(by)>(by), context, [&] { return detail::begin_of(make); },
        [&](Accumulator& acc) { detail::reduce_into(f, acc, std::forward<T>(event)); }, next);
  }
  template <class S, class Next>
  void fire(S& pane, Context& /*context*/, const Trigger& trigger, const Next& next) {
    if (trigger.done()) usual.note(pane.keys());
    pane.fire(trigger, next);
  }
  template <class S, class Next>
  void tick(S& pane, Context& context, const Next& next) {
    pane.tick(context, next);
  }

  Key key;
  Make make;
  F f;
  ReduceByOptions<Accumulator> options = {};
  detail::UsualKeys usual = {};
};

/// As reduce, but with an accumulator for each key; emits pairs (key, accumulator), in no order, at each
/// trigger and when the window is done. Keys are kept as detail::StoredKey says: a std::string_view becomes a
/// std::string when it first comes. Events of one key meet behind partition(key). Throws OptionError.
/// `reduce_by(&Order::customer, 0.0, [](double& sum, const Order& o) { sum += o.amount; }, {.max_keys =
/// 1000})`
template <class Key, class Make, class F>
[[nodiscard]] auto reduce_by(Key key, Make begin, F f,
                             ReduceByOptions<detail::accumulator_of<Make>> options = {}) {
  check(options.kept("reduce_by").limits());
  return ReduceByOperator<Key, Make, F>{
      {}, std::move(key), std::move(begin), std::move(f), std::move(options)};
}

}  // namespace sluice::inline v0::flow
