#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/core/errors.hpp"
#include "sluice/flow/after_trigger.hpp"
#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

struct TopKOptions {
  /// Forget: each trigger tells of the events since the last. Needed behind a reduce, which emits its state
  /// anew at each trigger.
  AfterTrigger after_trigger = AfterTrigger::keep;
};

/// See top_k().
template <class Less>
struct TopKOperator : Operator {
  static void note(Notes& notes) { notes.add("top_k").keeps("the first k of each window").mixes(); }
  static constexpr Role role = Role::state;  // so it may stand behind a reduce
  template <class In>
  struct Ranked {
    In event;
    std::uint64_t number;  ///< which of the window's events it is
  };
  template <class In>
  using Output = std::vector<In>;
  template <class In>
  struct Best {
    std::vector<Ranked<In>> heap = {};  ///< the one that goes next in front
    std::uint64_t seen = 0;
  };
  template <class In>
  using State = Best<In>;

  template <class In>
  static consteval bool takes() {
    constexpr bool ordered = std::predicate<Less&, const In&, const In&>;
    static_assert(ordered,
                  "sluice: top_k(k, less) needs a less that takes two const events and answers a bool");
    constexpr bool copied = std::copy_constructible<In>;
    static_assert(copied, "sluice: top_k emits copies of events, as they stay for the next trigger");
    return ordered && copied;
  }

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& best, Context& /*context*/, T&& event, const Next& /*next*/) {
    const std::uint64_t number = best.seen++;
    if (best.heap.size() == k) {
      if (!std::invoke(less, std::as_const(best.heap.front().event), std::as_const(event))) return;
      std::pop_heap(best.heap.begin(), best.heap.end(), before());
      best.heap.pop_back();
    }
    best.heap.push_back({std::forward<T>(event), number});
    std::push_heap(best.heap.begin(), best.heap.end(), before());
  }
  template <class S, class Next>
  void fire(S& best, Context& /*context*/, const Trigger& /*trigger*/, const Next& next) {
    auto ranked = best.heap;
    std::sort_heap(ranked.begin(), ranked.end(), before());  // safe even if less contradicts itself
    Output<std::remove_cvref_t<decltype(best.heap.front().event)>> list;
    list.reserve(ranked.size());
    for (auto& one : ranked) list.push_back(std::move(one.event));
    if (after_trigger == AfterTrigger::forget) best.heap.clear();
    next(std::move(list));
  }

  std::size_t k;
  Less less;
  AfterTrigger after_trigger;

 private:
  /// Whether a comes before b in the list: it is greater, or equal and came earlier.
  [[nodiscard]] auto before() {
    return [this](const auto& a, const auto& b) {
      if (std::invoke(less, b.event, a.event)) return true;
      return a.number < b.number && !std::invoke(less, a.event, b.event);
    };
  }
};

/// The k greatest events of each stage and window by `less`, the greatest first, those that are equal in the
/// order of their coming: one list at each trigger and when the window is done. k events are kept. For one
/// list of all stages: `top_k(10) | shuffle({.stages = 1}) | flatten() | top_k(10)`. Throws OptionError for
/// 0.
template <class Less = std::less<>>
[[nodiscard]] auto top_k(std::size_t k, Less less = {}, TopKOptions options = {}) {
  if (k == 0) throw OptionError("k", "must be at least 1, got 0");
  return TopKOperator<Less>{{}, k, std::move(less), options.after_trigger};
}

}  // namespace sluice::inline v0::flow
