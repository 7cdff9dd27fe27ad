#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/pipeline/blueprint.hpp"
#include "sluice/pipeline/options.hpp"
#include "sluice/pipeline/roster.hpp"
#include "sluice/stage/ref.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0::pipeline {

class RateGate;

/// A source that has to be told before a drain ends it: derive from it beside Producer<Message<T>>.
class Drains {
 public:
  virtual ~Drains() = default;
  /// A callback of the stage: the last one in which it emits (B4.6). What it emits is handled; it is not
  /// asked for more.
  virtual void handle_drain() = 0;
};

/// What a drain has left.
struct DrainReport {
  /// Everything the sources had emitted was settled by the steps; false too where the pipeline's stages
  /// failed meanwhile.
  bool drained = true;
  /// The stages that still ran when the time was over; the messages they held have failed.
  std::vector<std::string> left = {};
};

/// Keeps one pipeline together: starts its supervision tree, drains it, ends it. Started like any stage, also
/// under a supervisor. It ends normally when the sources have finished and everything behind them is settled;
/// when the tree gives up, with its reason.
///
/// 1. A drain stops the sources behind what they have emitted; every other stage ends, drained, with its last
///    producer. No message is taken from a stage that works.
/// 2. It ends after its stages.
class Coordinator final : public Stage {
 public:
  Coordinator(Blueprint blueprint, PipelineOptions options);

  /// Sources stop; what they have emitted is handled. After `within` what is left is ended. A second one
  /// changes nothing but the time, if it is shorter.
  void drain(Duration within) { drain_into(within, nullptr); }
  /// The same; says in `report` what was left.
  void drain_into(Duration within, const std::shared_ptr<DrainReport>& report);
  /// Sources keep the demand to themselves until it is forward again.
  void demand_flow(DemandFlow flow);
  /// A source that runs, by chance; empty: none does.
  [[nodiscard]] HostPtr some_source() const;
  /// std::nullopt: none was set.
  [[nodiscard]] std::optional<RateLimit> rate_limit() const;
  /// Throws OptionError where none was set.
  void set_rate_limit(RateLimit limit);
  void reset_rate_limit();
  [[nodiscard]] std::vector<Part> parts() const { return roster_->parts(); }

 private:
  Start handle_start() override;
  void handle_timer(TimerId timer) override;
  void terminate(const Reason& reason) override;
  [[nodiscard]] std::string describe() const override;
  [[nodiscard]] bool has_children() const noexcept override { return tree_ && !tree_gone_; }
  void wind_down(const Reason& reason) override;

  void begin_drain();
  [[nodiscard]] std::vector<HostPtr> sources() const;
  void tell_gate(UniqueFunction<void(RateGate&)> code);
  void done();
  void tree_has_gone(const Reason& reason);
  void stop_tree(const Reason& reason);

  Blueprint blueprint_;
  PipelineOptions options_;
  std::shared_ptr<Roster> roster_;
  HostPtr tree_;
  bool tree_gone_ = false;
  bool done_ = false;
  std::optional<RateLimit> rate_limit_;
  std::vector<std::shared_ptr<DrainReport>> reports_;
  std::optional<Reason> leaving_;
  std::optional<TimerId> deadline_;
  Instant drained_by_ = Instant::max();
};

}  // namespace sluice::inline v0::pipeline
