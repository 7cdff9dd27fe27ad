#pragma once

#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/flow/operators/flat_map.hpp"

namespace sluice::inline v0::flow {

/// See map_batch().
template <class F>
struct MapBatchOperator : Operator {
  static constexpr Role role = Role::batch;
  static constexpr bool batches = true;
  static void note(Notes& notes) { notes.add("map_batch").keeps("one batch"); }
  template <class In>
  using Output = detail::element_of<std::invoke_result_t<F&, std::vector<In>>>;
  template <class In>
  using State = std::vector<In>;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = requires(F& call, std::vector<In> batch) {
      { call(std::move(batch)) } -> detail::Iterable;
    };
    static_assert(fits,
                  "sluice: map_batch(f) needs an f that takes a std::vector of events and answers a range");
    return fits;
  }

  template <class In>
  [[nodiscard]] std::vector<In> open(const Context& /*context*/) {
    return {};
  }
  template <class In, class T, class Next>
  void push(std::vector<In>& batch, Context& /*context*/, T&& event, const Next& /*next*/) {
    batch.push_back(std::forward<T>(event));
  }
  template <class In, class Next>
  void batch_end(std::vector<In>& batch, Context& /*context*/, const Next& next) {
    if (batch.empty()) return;
    std::vector<In> whole = std::move(batch);
    detail::hand_on_all(std::invoke(f, std::move(whole)), next);
    whole.clear();
    batch = std::move(whole);
  }
  /// What an operator before it hands on at a trigger, as a join its unmatched events, is a batch too.
  template <class In, class Next>
  void fire(std::vector<In>& batch, Context& context, const Trigger& /*trigger*/, const Next& next) {
    batch_end(batch, context, next);
  }
  template <class In, class Next>
  void tick(std::vector<In>& batch, Context& context, const Next& next) {
    batch_end(batch, context, next);
  }

  F f;
};

/// Whole batches at once: the elements of the range that `f(std::vector<T>)` answers, in place of those that
/// came. First in its layer; several run in their order (flow.md F3.4). How events are cut into batches
/// depends on demand and is no promise, except that none is empty.
template <class F>
[[nodiscard]] auto map_batch(F f) {
  return MapBatchOperator<F>{{}, std::move(f)};
}

}  // namespace sluice::inline v0::flow
