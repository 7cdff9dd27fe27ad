#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "flow/flow.hpp"

namespace sluice::flow_tests {

/// A flow of what the test pushes.
class Fed {
 public:
  explicit Fed(conformance::World& world) : world_(&world) {
    auto [inlet, ref] = world->start_inlet<int>();
    inlet_.emplace(inlet);
    producer_ = ref;
  }
  void push(int event) {
    inlet_->push(event);
    world_->settle();
  }
  void close() {
    inlet_->close();
    world_->settle();
  }
  [[nodiscard]] const ProducerRef<int>& producer() const noexcept { return producer_; }

 private:
  conformance::World* world_;
  std::optional<Inlet<int>> inlet_;
  ProducerRef<int> producer_;
};

/// A stage that runs already, as the source of a flow.
class RunningFeed final : public flow::Feed<int> {
 public:
  explicit RunningFeed(ProducerRef<int> producer) : producer_(std::move(producer)) {}
  [[nodiscard]] flow::Upstreams<int> build(flow::Assembly& /*assembly*/,
                                           const flow::Border<int>& /*border*/) const override {
    flow::Upstreams<int> made;
    made.emplace_back(producer_);
    return made;
  }
  [[nodiscard]] flow::Plan::Emitters outline(flow::Plan& plan,
                                             const flow::Border<int>& /*border*/) const override {
    return plan.add_source("a running stage", 1);
  }
  [[nodiscard]] bool divides() const override { return false; }

 private:
  ProducerRef<int> producer_;
};
[[nodiscard]] inline auto from(const Fed& fed) {
  return flow::detail::from_feed<int>(std::make_shared<RunningFeed>(fed.producer()), {.stages = 1});
}

}  // namespace sluice::flow_tests
