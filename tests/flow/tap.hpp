#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flow/flow.hpp"

namespace sluice::flow_tests {

/// A source that the test plays: nothing comes but what it says.
template <class T>
class Tap {
 public:
  explicit Tap(conformance::World& world) : world_(&world) {}

  [[nodiscard]] auto flow(flow::LayerOptions options = {.stages = 1}) const {
    return flow::detail::from_feed<T>(feed_, std::move(options));
  }
  /// Emits these at once, and waits until they are handled.
  void say(std::vector<T> events) {
    feed_->stage.cast(&Stage::say, std::move(events));
    world_->settle();
  }
  /// Ends the source.
  void end() {
    feed_->stage.cast(&Stage::end);
    world_->settle();
  }

 private:
  class Stage final : public Producer<T> {
   public:
    void say(std::vector<T> events) {
      for (T& event : events) this->emit(std::move(event));
    }
    void end() {
      this->info([this] { this->stop(); });
    }

   private:
    void handle_demand(Demand /*n*/) override {}
  };
  struct Feed final : flow::Feed<T> {
    [[nodiscard]] flow::Upstreams<T> build(flow::Assembly& assembly,
                                           const flow::Border<T>& /*border*/) const override {
      const HostPtr started = assembly.start<Stage>(
          assembly.layer_name({}) + "[tap]", [] { return std::make_unique<Stage>(); },
          std::chrono::seconds(5));
      assembly.add_source(started, flow::Begin::when_told);
      stage = Ref<Stage>(started);
      flow::Upstreams<T> made;
      made.emplace_back(started);
      return made;
    }
    [[nodiscard]] flow::Plan::Emitters outline(flow::Plan& plan,
                                               const flow::Border<T>& /*border*/) const override {
      return plan.add_source("a tap", 1);
    }
    mutable Ref<Stage> stage;
  };

  std::shared_ptr<const Feed> feed_ = std::make_shared<const Feed>();
  conformance::World* world_;
};

}  // namespace sluice::flow_tests
