#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "sluice/flow/operators/combine_options.hpp"
#include "sluice/flow/operators/reduce_by.hpp"
#include "sluice/flow/partition.hpp"
#include "sluice/flow/window/global.hpp"

namespace sluice::inline v0::flow {

/// What combine_by sends over its border: what one stage has made of a key's events so far. The hash goes
/// along, so it is computed once.
template <class K, class Acc>
struct Partial {
  K key;
  Acc acc;
  std::uint64_t hash;
};

namespace detail {

/// The partition that partition(key) would choose.
struct ByPartialHash {
  template <class K, class Acc>
  [[nodiscard]] std::optional<std::size_t> operator()(const Partial<K, Acc>& part,
                                                      std::size_t partitions) const noexcept {
    return bucket_of(part.hash, partitions);
  }
};

/// The part of combine_by above the border: folds the events of its stage by key, and hands on what it holds
/// when it holds enough, has held it long enough, or at a trigger.
template <class Key, class Make, class Fold>
struct PreCombine : Operator {
  static constexpr Role role = Role::state;
  static void note(Notes& notes) {
    notes.add("combine_by, first part").keeps("an entry for each key, handed on when there are many").mixes();
  }
  using Accumulator = accumulator_of<Make>;
  template <class In>
  using Output = Partial<kept_key_of<Key, In>, Accumulator>;
  template <class K>
  struct Held {
    KeyedState<K, Accumulator> state = KeyedState<K, Accumulator>();
    Instant until = {};  ///< when what is held goes on at the latest
  };
  template <class In>
  using State = Held<kept_key_of<Key, In>>;

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& held, Context& context, T&& event, const Next& next) {
    decltype(auto) by = std::invoke(key, std::as_const(event));
    const std::uint64_t hash = Hash<std::remove_cvref_t<decltype(by)>>{}(by);
    if (held.state.empty()) begin(held, context);
    held.state.update_hashed(
        std::rotr(hash, turned), std::forward<decltype(by)>(by), {}, [&] { return begin_of(make); },
        [&](Accumulator& acc) { reduce_into(fold, acc, std::forward<T>(event)); });
    if (held.state.size() >= hold_keys) hand_on(held, next);
  }
  template <class S, class Next>
  void fire(S& held, Context& /*context*/, const Trigger& /*trigger*/, const Next& next) {
    hand_on(held, next);
  }
  template <class S, class Next>
  void tick(S& held, Context& context, const Next& next) {
    if (held.state.empty()) return;
    if (held.until <= context.now()) {
      hand_on(held, next);
    } else {
      context.wake_at(held.until);
    }
  }

  Key key;
  Make make;
  Fold fold;
  std::size_t hold_keys;
  Duration hold_for;

 private:
  /// A table is drained in the order of its hashes. Other bits of them say where keys are kept here than
  /// below the border: one filled in its own order would have all its keys in one place for a while.
  static constexpr int turned = 20;

  template <class S>
  [[gnu::noinline]] void begin(S& held, Context& context) {
    held.until = after(context.now(), hold_for);
    context.wake_at(held.until);
  }
  template <class S, class Next>
  [[gnu::noinline]] void hand_on(S& held, const Next& next) {
    using K = typename decltype(held.state)::Key;
    held.state.drain([&](K&& by, Accumulator&& acc, std::uint64_t hash) {
      next(Partial<K, Accumulator>{std::move(by), std::move(acc), std::rotl(hash, turned)});
    });
  }
};

/// The part below: one accumulator for each key, merged from those of the stages above.
template <class Merge>
struct MergePartials : Operator {
  static constexpr Role role = Role::reduce;
  void note(Notes& notes) const { notes.add("combine_by, merged").keeps_keys(limits).mixes(); }
  template <class P>
  struct Parts;
  template <class K, class Acc>
  struct Parts<Partial<K, Acc>> {
    using Pair = std::pair<K, Acc>;
    using Pane = KeyedPane<K, Acc>;
    using Options = KeyedOptions<Acc>;
  };
  template <class In>
  using Output = typename Parts<In>::Pair;
  template <class In>
  using State = typename Parts<In>::Pane;

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    const KeyedLimits& l = limits;
    return {typename Parts<In>::Options{l.name, l.max_keys, l.max_bytes, l.expire_after, l.expire},
            after_trigger,
            {}};
  }
  template <class S, class K, class Acc, class Next>
  void push(S& pane, Context& context, Partial<K, Acc>&& part, const Next& next) {
    bool first = false;
    pane.update(
        part.hash, std::move(part.key), context,
        [&] {
          first = true;
          return std::move(part.acc);
        },
        [&](Acc& acc) {
          if (!first) reduce_into(merge, acc, std::move(part.acc));
        },
        next);
  }
  template <class S, class Next>
  void fire(S& pane, Context& /*context*/, const Trigger& trigger, const Next& next) {
    pane.fire(trigger, next);
  }
  template <class S, class Next>
  void tick(S& pane, Context& context, const Next& next) {
    pane.tick(context, next);
  }

  Merge merge;
  KeyedLimits limits;
  AfterTrigger after_trigger;
};

}  // namespace detail

/// See combine_by().
template <class Key, class Make, class Fold, class Merge>
struct CombineByOperator : OperatorTag {
  using Accumulator = detail::accumulator_of<Make>;
  Key key;
  Make make;
  Fold fold;
  Merge merge;
  LayerOptions layer;
  CombineOptions options;

  template <class In, class... Ops>
  [[nodiscard]] auto on(Flow<In, Ops...> flow) && {
    using T = typename Flow<In, Ops...>::Output;
    if constexpr (!fits<T, Ops...>()) {
      return flow;
    } else {
      using Pre = detail::PreCombine<Key, Make, Fold>;
      auto above = detail::append(
          std::move(flow),
          Pre{{}, std::move(key), std::move(make), std::move(fold), options.hold_keys, options.holds_for()});
      using Part = typename decltype(above)::Output;
      auto below = detail::below(above, Border<Part>::by_key(detail::ByPartialHash{}), std::move(layer));
      auto windowed =
          detail::append(std::move(below), window::global({.trigger = std::move(options.trigger)}));
      return detail::append(std::move(windowed),
                            detail::MergePartials<Merge>{
                                {}, std::move(merge), options.limits("combine_by"), options.after_trigger});
    }
  }

 private:
  template <class T, class... Ops>
  static consteval bool fits() {
    constexpr bool keyed = std::is_invocable_v<Key&, const T&>;
    static_assert(
        keyed,
        "sluice: the key of combine_by is asked for each event: a pointer to member, element<I>, or "
        "a callable that takes const T&");
    constexpr bool folds =
        detail::ReducesInPlace<Fold, Accumulator, T> || detail::ReducesByValue<Fold, Accumulator, T>;
    static_assert(folds,
                  "sluice: combine_by(key, begin, fold, merge) needs a fold(Acc&, event) that changes the "
                  "accumulator, or a fold(Acc, event) that answers it");
    constexpr bool merges = detail::ReducesInPlace<Merge, Accumulator, Accumulator> ||
                            detail::ReducesByValue<Merge, Accumulator, Accumulator>;
    static_assert(
        merges,
        "sluice: combine_by(key, begin, fold, merge) needs a merge(Acc&, Acc) that changes its first "
        "accumulator, or a merge(Acc, Acc) that answers one");
    constexpr bool whole = !detail::has<Role::window, Ops...>;
    static_assert(whole,
                  "sluice: combine_by merges what comes from all windows above it; behind a window use "
                  "partition and reduce_by");
    return keyed && folds && merges && whole;
  }
};

/// The same result as `partition(key, layer) | reduce_by(key, begin, fold)`, for folds that can be done in
/// parts: each stage of the layer above folds its own events by key first, and only what came of it goes over
/// the border, where `merge` puts the parts together. Fewer events cross, and keys are copied once per stage
/// and stretch. Needed for that: `merge(fold(begin, a), fold(begin, b))` is `fold(fold(begin, a), b)` in any
/// order, so begin is neutral. Emits pairs (key, accumulator) at the end and at `options.trigger`. Throws
/// OptionError.
/// `combine_by(&Order::customer, 0.0, add_amount, std::plus{}, {.stages = 4})`
template <class Key, class Make, class Fold, class Merge>
[[nodiscard]] auto combine_by(Key key, Make begin, Fold fold, Merge merge, LayerOptions layer = {},
                              CombineOptions options = {}) {
  check(layer);
  check(options);
  return CombineByOperator<Key, Make, Fold, Merge>{{},
                                                   std::move(key),
                                                   std::move(begin),
                                                   std::move(fold),
                                                   std::move(merge),
                                                   std::move(layer),
                                                   std::move(options)};
}

/// How many events of each key there are, as pairs (key, number): `words | count_by(std::identity{}, {.stages
/// = 4})`
template <class Key>
[[nodiscard]] auto count_by(Key key, LayerOptions layer = {}, CombineOptions options = {}) {
  return combine_by(
      std::move(key), std::uint64_t{0}, [](std::uint64_t& n, const auto& /*event*/) { ++n; },
      [](std::uint64_t& n, std::uint64_t more) { n += more; }, std::move(layer), std::move(options));
}

}  // namespace sluice::inline v0::flow
