#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "flow/flow.hpp"

namespace sluice::flow_tests {

/// Events that have come out of a flow so far, in order.
template <class T>
class Record {
 public:
  void add(T event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  /// What has come since the last call.
  [[nodiscard]] std::vector<T> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<T> events_;
};

/// One stage that runs already.
template <class T>
class OneStageFeed final : public flow::Feed<T> {
 public:
  explicit OneStageFeed(Upstream<T> stage) : stage_(std::move(stage)) {}
  [[nodiscard]] flow::Upstreams<T> build(flow::Assembly& /*assembly*/,
                                         const flow::Border<T>& /*border*/) const override {
    return {stage_};
  }
  [[nodiscard]] flow::Plan::Emitters outline(flow::Plan& plan,
                                             const flow::Border<T>& /*border*/) const override {
    return plan.add_source("a running stage", 1);
  }
  [[nodiscard]] bool divides() const override { return false; }

 private:
  Upstream<T> stage_;
};

/// A flow of one stage per layer that is fed by hand while it runs.
template <class In, class Out>
class Driven {
 public:
  /// `shape(flow)` puts operators behind the source.
  template <class Shape>
  Driven(conformance::World& world, Shape shape) : Driven(world, world->template start_inlet<In>(), shape) {}

  /// Pushes the events; they have come through when it returns.
  void push(const std::vector<In>& events) {
    for (const In& event : events) EXPECT_TRUE(inlet_.try_push(event));
    world_->settle();
  }
  void end() {
    inlet_.close();
    world_->settle();
  }
  [[nodiscard]] std::vector<Out> take() { return record_->take(); }
  [[nodiscard]] std::optional<flow::Outcome> wait() const { return handle_.wait(); }

 private:
  template <class Started, class Shape>
  Driven(conformance::World& world, Started started, Shape shape)
      : world_(&world),
        inlet_(started.inlet),
        handle_(
            shape(flow::detail::from_feed<In>(
                std::make_shared<const OneStageFeed<In>>(Upstream<In>(started.ref.host())), {.stages = 1})) |
            flow::map([record = record_](Out event) {
              record->add(std::move(event));
              return 0;
            }) |
            flow::start(world.runtime())) {
    world.settle();
  }

  conformance::World* world_;
  std::shared_ptr<Record<Out>> record_ = std::make_shared<Record<Out>>();
  Inlet<In> inlet_;
  flow::FlowHandle<void> handle_;
};

}  // namespace sluice::flow_tests
