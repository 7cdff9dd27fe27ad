#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sluice/core/errors.hpp"
#include "sluice/flow/operators/reduce.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// The elements of the accumulator as it is in the end: what it was at triggers before is part of it.
struct ElementsWhenDone : EmitEvents {
  template <class Acc, class Next>
  void fire(Acc& acc, const Trigger& trigger, const Next& next) {
    if (trigger.done()) EmitEvents::fire(acc, trigger, next);
  }
};

/// What one stage has found in one window.
template <class T>
struct SortedPart {
  std::vector<T> best;
  WindowId window = {};
  std::size_t parts = 1;  ///< as many as the layer has stages
};

/// In each stage: the first n by `less` of what the reduce before it hands on until the window is done.
template <class Less>
struct SortedPartOperator : Operator {
  static void note(Notes& notes) {
    notes.add("take_sort, of each stage").keeps("the first n of each window").mixes();
  }
  template <class In>
  using Output = SortedPart<In>;
  template <class In>
  using State = std::multiset<In, Less>;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = std::predicate<const Less&, const In&, const In&>;
    static_assert(
        fits,
        "sluice: take_sort(n, less) needs a const less that compares two of the events that reduce, or "
        "its on_trigger, emits; those of an accumulator are its elements");
    return fits;
  }

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return State<In>(less);
  }
  template <class Best, class T, class Next>
  void push(Best& best, Context& /*context*/, T&& event, const Next& /*next*/) {
    if (best.size() == n && !std::invoke(less, std::as_const(event), *best.rbegin())) return;
    best.insert(std::forward<T>(event));
    if (best.size() > n) best.erase(std::prev(best.end()));
  }
  template <class Best, class Next>
  void fire(Best& best, Context& context, const Trigger& trigger, const Next& next) {
    if (!trigger.done()) return;
    SortedPart<typename Best::value_type> part{{}, trigger.window, context.count()};
    part.best.reserve(best.size());
    while (!best.empty()) part.best.push_back(std::move(best.extract(best.begin()).value()));
    next(std::move(part));
  }

  std::size_t n;
  Less less;
};

/// In the one stage below: one list of each window, when all stages above have sent their part.
template <class Less>
struct MergeSortedOperator : Operator {
  static constexpr Role role = Role::gather;
  static void note(Notes& notes) {
    notes.add("take_sort, merged").keeps("the first n of each window").mixes();
  }
  template <class In>
  using Output = decltype(In::best);
  template <class T>
  struct Found {
    std::vector<T> best = {};
    std::size_t parts = 0;
  };
  template <class In>
  using State = std::map<WindowId, Found<typename Output<In>::value_type>>;

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  template <class S, class Part, class Next>
  void push(S& windows, Context& /*context*/, Part&& part, const Next& next) {
    const auto found = windows.try_emplace(part.window).first;
    found->second.best = merged(std::move(part.best), std::move(found->second.best));
    if (++found->second.parts != part.parts) return;
    auto best = std::move(found->second.best);
    windows.erase(found);
    next(std::move(best));
  }
  /// Windows that some stage never opened (flow.md F6.5).
  template <class S, class Next>
  void fire(S& windows, Context& /*context*/, const Trigger& trigger, const Next& next) {
    if (!trigger.done()) return;
    for (auto& [window, found] : windows) next(std::move(found.best));
    windows.clear();
  }

  std::size_t n;
  Less less;

 private:
  /// What has newly come stands before its equals (flow.md F4.11).
  template <class T>
  [[nodiscard]] std::vector<T> merged(std::vector<T> came, std::vector<T> had) {
    std::vector<T> all;
    all.reserve(std::min(n, came.size() + had.size()));
    auto left = came.begin();
    auto right = had.begin();
    while (all.size() != n && (left != came.end() || right != had.end())) {
      const bool from_had =
          left == came.end() ||
          (right != had.end() && std::invoke(less, std::as_const(*right), std::as_const(*left)));
      all.push_back(std::move(from_had ? *right++ : *left++));
    }
    return all;
  }
};

}  // namespace detail

/// See take_sort().
template <class Less>
struct TakeSortOperator : OperatorTag {
  std::size_t n;
  Less less;
  LayerOptions options;

  template <class In, class... Ops>
  [[nodiscard]] auto on(Flow<In, Ops...> flow) && {
    constexpr bool fits = detail::has<Role::reduce, Ops...>;
    static_assert(fits, "sluice: take_sort comes behind a reduce, group_by or emit_and_reduce of its layer");
    if constexpr (!fits) {
      return flow;
    } else if constexpr (detail::ChangesLast<detail::ElementsWhenDone, Ops...>) {
      return merge(detail::change_trigger(std::move(flow), detail::ElementsWhenDone{}));
    } else {
      return merge(std::move(flow));
    }
  }

 private:
  template <class F>
  [[nodiscard]] auto merge(F flow) {
    auto parts = detail::append(std::move(flow), detail::SortedPartOperator<Less>{{}, n, less});
    using Part = typename decltype(parts)::Output;
    if constexpr (std::same_as<decltype(parts), F>) {
      return parts;
    } else {
      return detail::append(detail::below(parts, Border<Part>::by_demand(), std::move(options)),
                            detail::MergeSortedOperator<Less>{{}, n, std::move(less)});
    }
  }
};

/// Behind a reduce: the first n of the elements of its accumulator, or of what on_trigger or emit hands on,
/// by `less`; one sorted list for each window, when the window is done in all stages, the rest at the end
/// (flow.md F4.11). Of equal ones the first of a stage stays first; among stages, the part that came last. An
/// accumulator counts as it is when its window is done. The list is made in a layer of one stage, whose
/// `options` may say all but `stages`. Throws OptionError for n == 0.
template <class Less = std::less<>>
[[nodiscard]] auto take_sort(std::size_t n, Less less = {}, LayerOptions options = {}) {
  if (n == 0) throw OptionError("n", "must be at least 1, got 0");
  if (options.stages.value_or(1) != 1)
    throw OptionError("stages", "must be 1 for take_sort, got " + std::to_string(*options.stages));
  options.stages = 1;
  return TakeSortOperator<Less>{{}, n, std::move(less), std::move(options)};
}

}  // namespace sluice::inline v0::flow
