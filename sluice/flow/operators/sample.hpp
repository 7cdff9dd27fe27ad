#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "sluice/core/random.hpp"
#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

/// See sample(SampleEach).
struct SampleEach {
  /// At least 1.
  std::uint64_t every = 1;
};
/// See sample(SampleLatest).
struct SampleLatest {
  /// Of the runtime's clock. Positive.
  Duration per = std::chrono::seconds(1);
};
/// See sample(SampleShare).
struct SampleShare {
  /// 0 … 1.
  double probability = 1;
};

struct SampleEachOperator : Operator {
  static constexpr bool at_most_one = true;
  static void note(Notes& notes) { notes.add("sample").drops("all but each nth event"); }
  template <class In>
  using Output = In;
  struct Seen {
    std::uint64_t events = 0;
  };
  template <class In>
  using State = Seen;

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& seen, Context& /*context*/, T&& event, const Next& next) {
    if (++seen.events != every) return;
    seen.events = 0;
    next(std::forward<T>(event));
  }

  std::uint64_t every;
};

struct SampleLatestOperator : Operator {
  static constexpr Holding holding = Holding::until_done;
  static void note(Notes& notes) {
    notes.add("sample").keeps("one event").drops("all but the latest of each period");
  }
  template <class In>
  using Output = In;
  template <class In>
  struct State {
    std::optional<In> latest = {};
    Instant due = {};
  };

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  template <class S, class T, class Next>
  void push(S& state, Context& context, T&& event, const Next& /*next*/) {
    if (!state.latest) {
      state.due = after(context.now(), per);
      context.wake_at(state.due);
    }
    state.latest.emplace(std::forward<T>(event));
  }
  template <class S, class Next>
  void tick(S& state, Context& context, const Next& next) {
    if (!state.latest) return;
    if (context.now() < state.due) {
      context.wake_at(state.due);
    } else {
      hand_on(state, next);
    }
  }
  template <class S, class Next>
  void fire(S& state, Context& /*context*/, const Trigger& trigger, const Next& next) {
    if (trigger.done() && state.latest) hand_on(state, next);
  }

  Duration per;

 private:
  template <class S, class Next>
  static void hand_on(S& state, const Next& next) {
    auto event = std::move(*state.latest);
    state.latest.reset();
    next(std::move(event));
  }
};

struct SampleShareOperator : Operator {
  static constexpr bool at_most_one = true;
  static void note(Notes& notes) { notes.add("sample").drops("events by chance"); }
  template <class In>
  using Output = In;
  template <class In>
  using State = std::optional<Random>;

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& dice, Context& context, T&& event, const Next& next) {
    if (!dice) [[unlikely]]
      dice.emplace(context.draw());
    if (dice->chance(probability)) next(std::forward<T>(event));
  }

  double probability;
};

/// Each nth event of each stage: the nth, the 2nth … `sample({.every = 100})`. Throws OptionError for 0.
[[nodiscard]] SampleEachOperator sample(SampleEach options);
/// The latest event of each period, at its end: a period begins with the first event after the one before
/// has ended. What is left at the end of the flow, or window, comes then. Of each stage:
/// `sample({.per = 1s})`. Throws OptionError unless positive.
[[nodiscard]] SampleLatestOperator sample(SampleLatest options);
/// Each event with this probability, drawn from the seed of the runtime: `sample({.probability = 0.01})`.
/// Throws OptionError outside 0 … 1.
[[nodiscard]] SampleShareOperator sample(SampleShare options);

}  // namespace sluice::inline v0::flow
