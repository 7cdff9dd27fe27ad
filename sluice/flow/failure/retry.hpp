#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "sluice/core/backoff.hpp"
#include "sluice/flow/failure/stop.hpp"

namespace sluice::inline v0::flow {

/// See failure::retry().
template <class Then>
struct RetryPolicy : FailurePolicy {
  static constexpr bool keeps_event = true;
  static constexpr bool retries = true;

  template <class In>
  struct Waiting {
    In event;
    Backoff backoff;
    Instant due;
  };
  template <class In>
  struct State {
    std::vector<Waiting<In>> waiting = {};
    typename Then::template State<In> then = {};
  };

  void note(Note& guard) const {
    guard.keeps("events that are tried again; while they are many it asks for no more").mixes();
    then.note(guard);
  }
  /// For the first time.
  template <class S, class T>
  void failed(S& state, Context& context, T&& event) {
    failed_again(state, context, std::forward<T>(event), Backoff(options));
  }
  template <class S, class T>
  void failed_again(S& state, Context& context, T&& event, Backoff backoff) {
    const std::optional<Duration> delay = backoff.next(context.draw());
    if (!delay) {
      then.failed(state.then, context, std::forward<T>(event));
      return;
    }
    const Instant due = after(context.now(), *delay);
    state.waiting.push_back({std::forward<T>(event), backoff, due});
    context.wake_at(due);
  }
  /// Calls again(event, backoff) for all whose time has come.
  template <class S, class F>
  void tick(S& state, Context& context, F again) {
    auto all = std::exchange(state.waiting, {});
    const Instant now = context.now();
    for (auto& one : all) {
      if (one.due <= now) {
        again(std::move(one.event), one.backoff);
      } else {
        context.wake_at(one.due);
        state.waiting.push_back(std::move(one));
      }
    }
  }
  template <class S>
  void done(S& state, Context& context) {
    then.done(state.then, context);
  }
  template <class S>
  [[nodiscard]] std::size_t waiting(const S& state) const noexcept {
    return state.waiting.size();
  }

  RetryOptions options;
  Then then;
};

namespace failure {

/// The operator runs once more for the event after `first`, then after twice that, and so on up to `most`,
/// each 20 % more or less; `attempts` times at most, and then it is for `then` to decide: stop(), skip(),
/// dead_letter(…). Other events go on meanwhile, so this one comes later than they; the flow does not end
/// before. `retry({.first = 50ms, .attempts = 3}, skip())`. Throws OptionError as check(RetryOptions).
template <IsFailurePolicy Then = StopPolicy>
[[nodiscard]] auto retry(RetryOptions options, Then then = {}) {
  static_assert(!Then::retries, "sluice: what follows a retry does not retry itself");
  check(options);
  return RetryPolicy<Then>{{}, options, std::move(then)};
}

}  // namespace failure
}  // namespace sluice::inline v0::flow
