#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/flow/coordinator.hpp"
#include "sluice/runtime/runtime.hpp"

namespace sluice::inline v0::flow {

/// A flow that runs. Copyable; never keeps it alive. T: what its last layer emits; void: nothing. Thread
/// rule: any thread; what waits throws std::logic_error inside a callback.
class AnyFlowHandle {
 public:
  AnyFlowHandle(Runtime& runtime, Ref<Coordinator> coordinator, std::shared_ptr<FlowRecord> record)
      : runtime_(&runtime), coordinator_(std::move(coordinator)), record_(std::move(record)) {}

  /// Blocks until the flow and all its stages have ended; std::nullopt: not within the time.
  std::optional<Outcome> wait(Duration timeout = forever) const;
  /// Ends all its stages, wherever they are, and waits for that. No `done` fires. A stage that does not end
  /// within its shutdown time is killed.
  void stop() const;
  /// Ends the sources, and takes nothing more from those that do not belong to the flow; what is under way
  /// comes through, and `done` fires.
  void cancel() const { coordinator_.cast(&Coordinator::cancel_flow); }
  /// Accumulate: sources keep the demand to themselves until it is forward again (flow.md F9.4).
  void demand_flow(DemandFlow flow) const { coordinator_.cast(&Coordinator::demand_flow, flow); }
  /// Fires a trigger of this name in all open windows of the last layer (F7.10).
  void trigger(std::string name) const { coordinator_.cast(&Coordinator::trigger, std::move(name)); }
  /// The stage that keeps the flow together; its name is the flow's. Empty: no source wanted to take part.
  [[nodiscard]] const Ref<Coordinator>& coordinator() const noexcept { return coordinator_; }
  /// Throws CallError when it has ended.
  [[nodiscard]] StageInfo inspect() const { return coordinator_.inspect(); }

 protected:
  [[nodiscard]] const FlowRecord& record() const noexcept { return *record_; }
  [[nodiscard]] Runtime& runtime() const noexcept { return *runtime_; }

 private:
  Runtime* runtime_;
  Ref<Coordinator> coordinator_;
  std::shared_ptr<FlowRecord> record_;
};

template <class T>
class FlowHandle : public AnyFlowHandle {
 public:
  using AnyFlowHandle::AnyFlowHandle;

  /// The consumer gets events of every stage of the last layer that has not ended (flow.md F9.5). Throws
  /// OptionError, CallError{noproc} when the consumer has ended.
  template <class Consumer>
  std::vector<Subscription> subscribe(const Consumer& consumer,
                                      SubscribeOptions options = {.on_cancel = OnCancel::transient}) const {
    std::vector<Subscription> made;
    for (const HostPtr& stage : record().last())
      if (!stage->ended()) made.push_back(consumer.subscribe_to(ProducerRef<T>(stage), options));
    await(consumer);
    return made;
  }
  /// Where to subscribe: `runtime.to_range<T>(handle.outputs())`.
  [[nodiscard]] std::vector<SubscribeTo<T>> outputs(SubscribeOptions options = {
                                                        .on_cancel = OnCancel::transient}) const {
    std::vector<SubscribeTo<T>> made;
    for (const HostPtr& stage : record().last()) made.push_back({ProducerRef<T>(stage), options});
    return made;
  }
  /// A flow that has not begun does not before it knows of what this consumer has subscribed to.
  void await(const AnyRef& consumer) const {
    this->coordinator().cast(&Coordinator::await_consumer, consumer.host());
  }
};
template <>
class FlowHandle<void> : public AnyFlowHandle {
 public:
  using AnyFlowHandle::AnyFlowHandle;
};

struct FlowOptions {
  /// Of the coordinator, and the beginning of the names of its stages. Empty: by number.
  std::string name = {};
  /// Accumulate: nothing comes until FlowHandle::demand_flow(DemandFlow::forward).
  DemandFlow demand = DemandFlow::forward;
};

namespace detail {

struct StartedCoordinator {
  Ref<Coordinator> ref;
  std::shared_ptr<FlowRecord> record;
};
/// Throws StartError; then nothing of the flow is left.
[[nodiscard]] StartedCoordinator start_coordinator(Runtime& runtime, FlowOptions options,
                                                   Coordinator::Build build);

template <class T>
[[nodiscard]] FlowHandle<T> start_flow(Runtime& runtime, FlowOptions options, Coordinator::Build build) {
  auto started = start_coordinator(runtime, std::move(options), std::move(build));
  return FlowHandle<T>(runtime, std::move(started.ref), std::move(started.record));
}

}  // namespace detail
}  // namespace sluice::inline v0::flow
