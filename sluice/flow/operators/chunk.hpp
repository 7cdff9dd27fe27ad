#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/flow/operator.hpp"
#include "sluice/flow/operators/chunk_options.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// Chunks that are bounded by number and time only.
struct Weightless {
  template <class T>
  [[nodiscard]] constexpr std::uint64_t operator()(const T& /*event*/) const noexcept {
    return 0;
  }
};

template <class Weight, class T>
concept Weighs = std::integral<std::remove_cvref_t<std::invoke_result_t<Weight&, const T&>>>;

template <class N>
[[nodiscard]] std::uint64_t checked_weight(N weight) {
  if constexpr (std::signed_integral<N>) {
    if (weight < 0) negative_weight(weight);
  }
  return static_cast<std::uint64_t>(weight);
}

}  // namespace detail

/// See chunk(), chunk_by_weight().
template <class Weight>
struct ChunkOperator : Operator {
  static constexpr Role role = Role::state;
  static void note(Notes& notes) { notes.add("chunk").keeps("one chunk"); }
  template <class In>
  using Output = std::vector<In>;
  template <class In>
  struct Open {
    std::vector<In> events = {};
    std::uint64_t weight = 0;
    Instant until = {};
  };
  template <class In>
  using State = Open<In>;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = detail::Weighs<Weight, In>;
    static_assert(
        fits,
        "sluice: chunk_by_weight(limit, weight) needs a weight that takes a const event and answers "
        "an integer");
    return fits;
  }

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& open, Context& context, T&& event, const Next& next) {
    const std::uint64_t more = detail::checked_weight(std::invoke(weight, std::as_const(event)));
    if (!open.events.empty() && more > limit - open.weight) hand_on(open, next);
    if (open.events.empty()) begin(open, context);
    open.events.push_back(std::forward<T>(event));
    open.weight += std::min(more, limit - open.weight);
    if (open.events.size() == size || open.weight == limit) hand_on(open, next);
  }
  template <class S, class Next>
  void fire(S& open, Context& /*context*/, const Trigger& trigger, const Next& next) {
    if (trigger.done() && !open.events.empty()) hand_on(open, next);
  }
  template <class S, class Next>
  void tick(S& open, Context& context, const Next& next) {
    if (open.events.empty() || !options.within) return;
    if (open.until <= context.now()) {
      hand_on(open, next);
    } else {
      context.wake_at(open.until);
    }
  }

  std::uint64_t limit;
  Weight weight;
  ChunkOptions options;
  std::size_t size = options.size.value_or(~std::size_t{0});

 private:
  static constexpr std::size_t most_reserved = 1024;

  template <class S>
  void begin(S& open, Context& context) {
    open.events.reserve(std::min(size, most_reserved));
    if (!options.within) return;
    open.until = after(context.now(), *options.within);
    context.wake_at(open.until);
  }
  template <class S, class Next>
  static void hand_on(S& open, const Next& next) {
    open.weight = 0;
    next(std::exchange(open.events, {}));
  }
};

/// Events in vectors: each of `size` events, or of those that came `within` a time of its first, whichever is
/// complete first; the last one when the window is done. Per stage and window. Throws OptionError.
/// `chunk({.size = 100, .within = 2s})`
[[nodiscard]] inline auto chunk(ChunkOptions options) {
  detail::check_chunk(options);
  return ChunkOperator<detail::Weightless>{{}, ~std::uint64_t{0}, {}, options};
}
/// `chunk(100)`
[[nodiscard]] inline auto chunk(std::size_t size) { return chunk(ChunkOptions{.size = size}); }

/// The same, each as heavy as may be: no more than `limit` together, but for an event that weighs more alone.
/// `weight(event)` answers an integer; less than 0 fails the flow. `chunk_by_weight(1 << 20,
/// &std::string::size, {.within = 1s})`
template <class Weight>
[[nodiscard]] auto chunk_by_weight(std::uint64_t limit, Weight weight, ChunkOptions options = {}) {
  detail::check_weight(limit, options);
  return ChunkOperator<Weight>{{}, limit, std::move(weight), options};
}

}  // namespace sluice::inline v0::flow
