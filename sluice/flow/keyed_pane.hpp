#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include "sluice/flow/after_trigger.hpp"
#include "sluice/flow/keyed_state.hpp"
#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow::detail {

/// How many keys the next window of a stage will have at least: as many as the fewer of the last two. Its
/// table need not grow to that, and is not large for ever because of one large window.
class UsualKeys {
 public:
  void note(std::size_t keys) noexcept { before_ = std::exchange(last_, keys); }
  [[nodiscard]] std::size_t value() const noexcept { return std::min(last_, before_); }

 private:
  std::size_t last_ = 0;
  std::size_t before_ = 0;
};

/// What a keyed reduce keeps for one window: an accumulator per key, and an alarm for the next that expires.
template <class K, class Acc>
class KeyedPane {
 public:
  KeyedPane(const KeyedOptions<Acc>& options, AfterTrigger after, const UsualKeys& usual)
      : state_(options), after_(after) {
    state_.reserve(usual.value());
  }

  [[nodiscard]] std::size_t keys() const noexcept { return state_.size(); }

  /// `f(Acc&)`; what is due by then goes before. `make()` makes the accumulator.
  template <class Q, class Make, class F, class Next>
  [[gnu::always_inline]] void update(std::uint64_t hash, Q&& key, Context& context, Make make, F f,
                                     const Next& next) {
    if (!state_.expires()) {
      state_.update_hashed(hash, std::forward<Q>(key), {}, make, f);
      return;
    }
    const Instant now = context.now();
    expire(now, next);
    state_.update_hashed(hash, std::forward<Q>(key), now, make, f);
    watch(context);
  }
  template <class Next>
  void fire(const Trigger& trigger, const Next& next) {
    if (trigger.done() || after_ == AfterTrigger::forget) {
      state_.drain([&](K&& key, Acc&& acc, std::uint64_t /*hash*/) {
        next(std::pair<K, Acc>(std::move(key), std::move(acc)));
      });
    } else if constexpr (std::copy_constructible<Acc> && std::copy_constructible<K>) {
      state_.for_each([&](const K& key, const Acc& acc) { next(std::pair<K, Acc>(key, acc)); });
    } else {
      throw std::logic_error(
          state_.limits().name +
          ": an accumulator that cannot be copied is emitted at the end of its window only, "
          "or with .after_trigger = AfterTrigger::forget");
    }
  }
  template <class Next>
  void tick(Context& context, const Next& next) {
    if (!state_.expires()) return;
    watched_ = false;
    expire(context.now(), next);
    watch(context);
  }

 private:
  template <class Next>
  void expire(Instant now, const Next& next) {
    state_.expire(now, [&](K&& key, Acc&& acc) { next(std::pair<K, Acc>(std::move(key), std::move(acc))); });
  }
  /// One alarm at a time: it looks again when it comes.
  void watch(Context& context) {
    if (watched_ || state_.empty()) return;
    context.wake_at(*state_.next_expiry());
    watched_ = true;
  }

  KeyedState<K, Acc> state_;
  AfterTrigger after_;
  bool watched_ = false;
};

/// What a key function answers for events of type T, and what it is kept as.
template <class Key, class T>
using key_of = std::remove_cvref_t<std::invoke_result_t<Key&, const T&>>;
template <class Key, class T>
using kept_key_of = stored_key<key_of<Key, T>>;

}  // namespace sluice::inline v0::flow::detail
