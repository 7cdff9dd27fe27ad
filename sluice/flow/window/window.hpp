#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sluice/flow/operator.hpp"
#include "sluice/flow/trigger.hpp"

namespace sluice::inline v0::flow {

/// Fires `every n`; the other triggers of a Triggers are the layer's business.
class CountedTrigger {
 public:
  /// How far one window is.
  struct State {
    std::uint64_t seen = 0;
  };

  template <class Window>
  explicit CountedTrigger(const Window& window) noexcept : every_(window.triggers.every.value_or(0)) {}

  [[nodiscard]] State open(const WindowId& /*window*/) const noexcept { return {}; }

  /// Cuts `events` where a trigger falls (F7.7): reduce(stretch), fire(name), reduce(…) …
  template <class T, class Reduce, class Fire>
  void feed(State& state, std::span<T> events, Reduce reduce, Fire fire) const {
    if (every_ == 0) {
      reduce(events);
      return;
    }
    while (!events.empty()) {
      const auto left = static_cast<std::size_t>(std::min<std::uint64_t>(every_ - state.seen, events.size()));
      reduce(events.first(left));
      events = events.subspan(left);
      state.seen += left;
      if (state.seen != every_) continue;
      state.seen = 0;
      fire(TriggerName{.kind = TriggerName::Kind::every, .count = every_});
    }
  }

 private:
  std::uint64_t every_;
};

/// The operator that divides a layer's events into windows. It sees them as they come to it, so what is
/// filtered behind it still counts (flow.md F1.4). A kind of window derives and has
///
/// - `triggers`, a Triggers: when windows fire before their end;
/// - `Machine<T, Pane>`: which events belong to which window of one stage, and when each fires. Constructed
///   from the operator. Its methods get a Run (see PaneRun), by which it opens panes, puts events into them
///   and fires them:
///
///       begin(run)                         the stage has started
///       opened(SubscriptionId)             another stage will send events
///       events(span<T>, SubscriptionId, run)
///       batch_end(SubscriptionId, run)     after the last events of each batch
///       closed(SubscriptionId, run)        it will send no more
///       alarm(key, run)                    run.alarm_in(delay, key) is over
///       finish(run)                        no events will come: fires `done` for all that is open
///       each_open(f)                       f(pane) for each open window, in order
struct WindowOperator : OperatorTag {
  static constexpr Role role = Role::window;
  static constexpr bool at_most_one = false;
  /// Where the trigger is a function of the user, a kind of window hides this.
  using TriggerPolicy = CountedTrigger;
  template <class In>
  using Output = In;

  Triggers triggers = {};
};

/// One open window of one stage: what the operators behind it keep.
template <class States, class TriggerState>
struct WindowPane {
  WindowId id;
  States states;
  TriggerState trigger;
  bool changed = false;  ///< since it last fired
};

/// By what a window's machine works on its panes, during one callback.
template <class Post, class TriggerPolicy, class Alarms, class Out>
class PaneRun {
 public:
  using Pane = WindowPane<typename Post::States, typename TriggerPolicy::State>;

  PaneRun(Post& post, TriggerPolicy& policy, Alarms& alarms, Context& context, Out& out) noexcept
      : post_(&post), policy_(&policy), alarms_(&alarms), context_(&context), out_(&out) {}

  [[nodiscard]] Pane open(const WindowId& id) {
    context_->enter(id);
    return Pane{id, post_->open(*context_), policy_->open(id)};
  }
  template <class T>
  void reduce(Pane& pane, std::span<T> events) {
    if (events.empty()) return;
    context_->enter(pane.id);
    policy_->feed(
        pane.trigger, events,
        [&](std::span<T> stretch) {
          pane.changed = pane.changed || !stretch.empty();
          post_->push_all(pane.states, *context_, stretch, *out_);
        },
        [&](TriggerName name) { fire(pane, std::move(name)); });
  }
  void fire(Pane& pane, TriggerName name) {
    context_->enter(pane.id);
    pane.changed = false;
    const Trigger trigger{context_->index(), context_->count(), pane.id, std::move(name)};
    post_->fire(pane.states, *context_, trigger, *out_);
  }
  void done(Pane& pane) { fire(pane, {.kind = TriggerName::Kind::done}); }

  [[nodiscard]] Instant now() const { return context_->now(); }
  /// Machine::alarm(key, run) after `delay` of the runtime's clock.
  void alarm_in(Duration delay, std::int64_t key) {
    alarms_->emplace(context_->around().alarm_after(delay), key);
  }
  /// A line in the log under the stage's name.
  void warn(std::string text) { context_->log(Severity::warning, std::move(text)); }

 private:
  Post* post_;
  TriggerPolicy* policy_;
  Alarms* alarms_;
  Context* context_;
  Out* out_;
};

}  // namespace sluice::inline v0::flow
