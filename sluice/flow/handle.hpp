#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sluice/flow/coordinator.hpp"
#include "sluice/runtime/runtime.hpp"

namespace sluice::inline v0::flow {

/// A flow ended before all its events came through.
class FlowFailed : public std::runtime_error {
 public:
  explicit FlowFailed(Outcome outcome)
      : std::runtime_error("the flow failed: " + outcome.reason.to_string()), outcome_(std::move(outcome)) {}
  [[nodiscard]] const Outcome& outcome() const noexcept { return outcome_; }

 private:
  Outcome outcome_;
};

/// A flow that runs. Copyable; never keeps it alive. T: what its last layer emits; void: nothing. Thread
/// rule: any thread; what waits throws std::logic_error inside a callback.
class AnyFlowHandle {
 public:
  AnyFlowHandle(Runtime& runtime, Ref<Coordinator> coordinator, std::shared_ptr<FlowRecord> record)
      : runtime_(&runtime), coordinator_(std::move(coordinator)), record_(std::move(record)) {}

  /// Blocks until the flow and all its stages have ended; std::nullopt: not within the time.
  std::optional<Outcome> wait(Duration timeout = forever) const {
    if (coordinator_ && !runtime_->wait(coordinator_, timeout)) return std::nullopt;
    return record_->outcome();
  }
  /// Ends all its stages, wherever they are, and waits for that.
  void stop() const {
    if (!coordinator_) return;
    coordinator_.stop_async(Reason::shutdown());
    static_cast<void>(runtime_->wait(coordinator_));
  }
  /// Accumulate: sources keep the demand to themselves until it is forward again (flow.md F9.4).
  void demand_flow(DemandFlow flow) const { coordinator_.cast(&Coordinator::demand_flow, flow); }
  /// Ends the sources; what is under way comes through.
  void cancel() const { coordinator_.cast(&Coordinator::cancel_flow); }
  /// The stage that keeps the flow together; its name is the flow's. Empty: no source wanted to take part.
  [[nodiscard]] const Ref<Coordinator>& coordinator() const noexcept { return coordinator_; }
  [[nodiscard]] StageInfo inspect() const { return coordinator_.inspect(); }

 protected:
  [[nodiscard]] const FlowRecord& record() const noexcept { return *record_; }

 private:
  Runtime* runtime_;
  Ref<Coordinator> coordinator_;
  std::shared_ptr<FlowRecord> record_;
};

template <class T>
class FlowHandle : public AnyFlowHandle {
 public:
  using AnyFlowHandle::AnyFlowHandle;

  /// The consumer gets events of every stage of the last layer (flow.md F9.5).
  template <class Consumer>
  std::vector<Subscription> subscribe(const Consumer& consumer,
                                      SubscribeOptions options = {.on_cancel = OnCancel::transient}) const {
    std::vector<Subscription> made;
    for (const HostPtr& stage : record().last())
      made.push_back(consumer.subscribe_to(ProducerRef<T>(stage), options));
    return made;
  }
  /// Where to subscribe: `runtime.to_range<T>(handle.outputs())`.
  [[nodiscard]] std::vector<SubscribeTo<T>> outputs(SubscribeOptions options = {
                                                        .on_cancel = OnCancel::transient}) const {
    std::vector<SubscribeTo<T>> made;
    for (const HostPtr& stage : record().last()) made.push_back({ProducerRef<T>(stage), options});
    return made;
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

template <class T>
FlowHandle<T> start_coordinator(Runtime& runtime, FlowOptions options, Coordinator::Build build) {
  auto record = std::make_shared<FlowRecord>();
  StartOptions start;
  if (!options.name.empty()) start.name = std::move(options.name);
  auto coordinator = runtime.start<Coordinator>(std::move(start), std::move(build), options.demand, record);
  return FlowHandle<T>(runtime, std::move(coordinator), std::move(record));
}

}  // namespace detail
}  // namespace sluice::inline v0::flow
