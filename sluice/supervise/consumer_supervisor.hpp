#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/core/errors.hpp"
#include "sluice/stage/consumer.hpp"
#include "sluice/stage/recipe.hpp"
#include "sluice/supervise/child_for_event.hpp"
#include "sluice/supervise/event_supervision.hpp"
#include "sluice/supervise/job.hpp"

namespace sluice::inline v0 {

template <class T>
struct ConsumerSupervisorOptions {
  /// What a crash of a child means. It has no default.
  Required<JobRestart> restart;
  /// How a child is ended with its supervisor, or by terminate_child.
  Shutdown shutdown = std::chrono::seconds(5);
  /// More restarts than this within the time end the supervisor; `unlimited`: never. Retries of a start that
  /// failed count too.
  std::size_t max_restarts = 3;
  Duration within = std::chrono::seconds(5);
  /// Thread::own for children that block.
  Thread thread = Thread::pool;
  ChildKind kind = ChildKind::worker;
  /// Subscribed to in this order before start returns.
  std::vector<SubscribeTo<T>> subscribe_to = {};
};

template <class Self, class T>
class ConsumerSupervisorOperations;

/// A consumer that starts a child, a stage of its own, for each event, and asks for more as children end: at
/// most max_demand of a subscription live at once, and no fewer than min_demand as long as the producer has
/// events (genstage.md §15, D2).
///
/// A child that crashes is logged; with JobRestart::transient it is started anew with the same event and
/// keeps its slot. A start that fails, or a null pointer from the factory, gives its slot back. When a
/// producer ends politely and the subscription is permanent, the supervisor ends after its last child.
///
/// Thread rule: as every stage; the operations are for `request` from other stages, and from outside through
/// a Ref, which has them as methods of its own (ConsumerSupervisorOperations).
template <class T>
class ConsumerSupervisor final : public Consumer<T> {
 public:
  template <class Self>
  using Operations = ConsumerSupervisorOperations<Self, T>;
  using Event = T;

  /// Throws OptionError.
  ConsumerSupervisor(ConsumerSupervisorOptions<T> options, ChildForEvent<T> child)
      : Consumer<T>({.subscribe_to = std::move(options.subscribe_to)}),
        child_(std::move(child)),
        keep_(options.restart == JobRestart::transient ? EventSupervision::Keep::recipe
                                                       : EventSupervision::Keep::nothing),
        children_({.restart = options.restart,
                   .shutdown = options.shutdown,
                   .limit = {.max_restarts = options.max_restarts, .within = options.within},
                   .thread = options.thread,
                   .kind = options.kind}) {
    if (keep_ == EventSupervision::Keep::recipe && !child_.repeatable())
      throw OptionError("restart", "must be temporary for events that can only be moved, got transient");
  }

  /// Starts a child that takes nobody's slot. Answers an empty reference for a null pointer of the factory,
  /// StartError when the start fails.
  void start_child(Reply<AnyRef> reply, T event) {
    children_.start_child(reply, recipe(std::move(event)), keep_);
  }
  /// Ends a child, also one that is about to be started anew, and answers when it has gone.
  void terminate_child(Reply<Found> reply, AnyRef child) {
    children_.terminate_child(std::move(reply), child);
  }
  /// In no particular order; they have no ids.
  [[nodiscard]] std::vector<ChildInfo> children() const { return children_.children(); }
  [[nodiscard]] ChildCounts counts() const { return children_.counts(); }
  /// How many children were looked at so far: what its work costs.
  [[nodiscard]] std::uint64_t visits() const noexcept { return children_.visits(); }

 private:
  Start handle_start() override {
    children_.attach(this->host());
    return Start::ok;
  }
  DemandMode handle_subscribe(const SubscribeOptions& options, const Subscription& from) override {
    children_.subscribed(options, from);
    return DemandMode::manual;
  }
  void handle_events(Events<T> events, const Subscription& from) override {
    if (children_.arrived(from, events.size()) == EventSupervision::Events::too_late) return;
    for (T& event : events.mine()) {
      if (child_.makes_jobs()) {
        children_.prepare(recipe(std::move(event)), keep_, from.id());
      } else {
        children_.start(recipe(std::move(event)), keep_, from.id());
      }
    }
    children_.handled(from);
  }
  void handle_cancel(const Cancellation& /*why*/, const Subscription& from) override {
    children_.cancelled(from);
  }
  void handle_timer(TimerId timer) override { children_.timer_fired(timer); }
  [[nodiscard]] std::string describe() const override { return children_.describe(); }
  [[nodiscard]] bool has_children() const noexcept override { return children_.has_children(); }
  void wind_down(const Reason& reason) override { children_.wind_down(reason); }

  [[nodiscard]] StageFactory recipe(T event) {
    if (keep_ == EventSupervision::Keep::recipe)
      return [this, kept = std::move(event)] { return child_.again(kept); };
    return [this, event = std::move(event)]() mutable { return child_.once(std::move(event)); };
  }

  ChildForEvent<T> child_;
  EventSupervision::Keep keep_;
  EventSupervision children_;
};

/// What a Ref<ConsumerSupervisor<T>> can do. All of it waits as long as it takes, throws std::logic_error
/// inside a callback (there it is `request(…)`), CallError when the supervisor has ended, and what the method
/// of the same name of ConsumerSupervisor answers.
template <class Self, class T>
class ConsumerSupervisorOperations {
 public:
  AnyRef start_child(T event) const {
    return self().call_for(forever, &ConsumerSupervisor<T>::start_child, std::move(event));
  }
  Found terminate_child(const AnyRef& child) const {
    return self().call_for(forever, &ConsumerSupervisor<T>::terminate_child, child);
  }
  [[nodiscard]] std::vector<ChildInfo> children() const {
    return self().call_for(forever, &ConsumerSupervisor<T>::children);
  }
  [[nodiscard]] ChildCounts counts() const {
    return self().call_for(forever, &ConsumerSupervisor<T>::counts);
  }

 private:
  friend Self;
  ConsumerSupervisorOperations() = default;

  const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

/// A ConsumerSupervisor to start:
/// `runtime.start(consumer_supervisor<Image>({.restart = JobRestart::temporary},
/// child_for_each<Resize>(size)))`.
template <class T>
[[nodiscard]] StageRecipe<ConsumerSupervisor<T>> consumer_supervisor(ConsumerSupervisorOptions<T> options,
                                                                     ChildForEvent<T> child) {
  return {[options = std::move(options), child = std::move(child)]() mutable {
    return std::make_unique<ConsumerSupervisor<T>>(std::move(options), std::move(child));
  }};
}

}  // namespace sluice::inline v0
