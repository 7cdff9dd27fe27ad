#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "sluice/flow/flow.hpp"

namespace sluice::inline v0::flow {

/// How many events may pass.
struct ThrottleOptions {
  /// At least 1.
  std::uint64_t events = 1;
  /// Of the runtime's clock. Positive.
  Duration per = std::chrono::seconds(1);
};

/// Throws OptionError naming the field and the value.
void check(const ThrottleOptions& options);

/// When events passed, as far as it still counts: no more than `events` in any stretch of time as long as
/// `per`. Has no clock.
class PassLog {
 public:
  explicit PassLog(const ThrottleOptions& options) noexcept : options_(options), left_(options.events) {}

  /// How many may pass before time moves on.
  [[nodiscard]] std::uint64_t left() const noexcept { return left_; }
  /// One passes; it counts from the next stamp().
  void pass() noexcept {
    --left_;
    ++unstamped_;
  }
  /// It is `now`: what passed since the last call passed now, and what is long ago counts no more.
  void stamp(Instant now);
  /// When more may pass. After stamp(); something counts still.
  [[nodiscard]] Instant next() const noexcept { return after(passed_.front().at, options_.per); }

 private:
  struct Passed {
    Instant at;
    std::uint64_t events;
  };
  ThrottleOptions options_;
  std::uint64_t left_;
  std::uint64_t unstamped_ = 0;
  std::deque<Passed> passed_;
};

/// Inside the stage of a throttle().
struct PassOperator : Operator {
  static constexpr Holding holding = Holding::until_tick;
  static constexpr bool batches = true;
  static void note(Notes& notes) {
    notes.add("throttle").keeps("events that wait; while they are many it asks for no more");
  }
  template <class In>
  using Output = In;
  template <class In>
  struct State {
    PassLog log;
    std::deque<In> waiting = {};
  };

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {PassLog(options)};
  }
  template <class S, class T, class Next>
  void push(S& state, Context& context, T&& event, const Next& next) {
    if (state.waiting.empty() && state.log.left() == 0) state.log.stamp(context.now());
    if (state.waiting.empty() && state.log.left() != 0) {
      state.log.pass();
      next(std::forward<T>(event));
      return;
    }
    if (state.waiting.empty()) context.wake_at(state.log.next());
    state.waiting.push_back(std::forward<T>(event));
  }
  /// The clock is read here, not for each event. It is late by what the operators behind took, never early.
  template <class S, class Next>
  void batch_end(S& state, Context& context, const Next& /*next*/) {
    state.log.stamp(context.now());
  }
  template <class S, class Next>
  void tick(S& state, Context& context, const Next& next) {
    state.log.stamp(context.now());
    while (!state.waiting.empty()) {
      if (state.log.left() == 0) state.log.stamp(context.now());
      if (state.log.left() == 0) {
        context.wake_at(state.log.next());
        return;
      }
      auto event = std::move(state.waiting.front());
      state.waiting.pop_front();
      state.log.pass();
      next(std::move(event));
    }
  }
  template <class S>
  [[nodiscard]] std::size_t pending(const S& state) const {
    return state.waiting.size();
  }

  ThrottleOptions options;
};

/// See throttle().
struct ThrottleOperator : OperatorTag {
  ThrottleOptions options;
  LayerOptions layer;

  template <class In, class... Ops>
  [[nodiscard]] auto on(const Flow<In, Ops...>& flow) && {
    using T = typename Flow<In, Ops...>::Output;
    return detail::append(detail::below(flow, Border<T>::by_demand(), std::move(layer)),
                          PassOperator{{}, options});
  }
};

/// At most `events` events in any time as long as `per` pass, in order; the others wait, and none is dropped:
/// while many wait the stage asks for no more, so the stages above wait too (docs/flow-time.md). It counts
/// for the whole flow: it begins a layer of one stage. `throttle({.events = 100, .per = 1s})`. Throws
/// OptionError for 0 events, a period that is not positive, stages other than 1.
[[nodiscard]] ThrottleOperator throttle(ThrottleOptions options, LayerOptions layer = {});

}  // namespace sluice::inline v0::flow
