#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sluice/core/options.hpp"
#include "sluice/core/reason.hpp"
#include "sluice/flow/assembly.hpp"
#include "sluice/stage/lock.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0::flow {

/// How a flow ended.
struct Outcome {
  enum class Kind : unsigned char {
    completed,  ///< all sources ended, and all their events came through
    cancelled,  ///< somebody stopped it, or nobody wanted more
    failed,     ///< a stage ended for a reason that is not polite; `done` triggers below it did not fire
  };
  Kind kind = Kind::completed;
  Reason reason = {};

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// What a coordinator leaves to those who started the flow. Thread rule: any thread.
class FlowRecord {
 public:
  /// The stages of the last layer, since the start has returned.
  [[nodiscard]] std::vector<HostPtr> last() const {
    const Lock::Held held(lock_);
    return last_;
  }
  void set_last(std::vector<HostPtr> last) {
    const Lock::Held held(lock_);
    last_ = std::move(last);
  }
  /// std::nullopt: it has not ended.
  [[nodiscard]] std::optional<Outcome> outcome() const {
    const Lock::Held held(lock_);
    return outcome_;
  }
  /// The first one counts.
  void settle(Outcome outcome) {
    const Lock::Held held(lock_);
    if (!outcome_) outcome_ = std::move(outcome);
  }

 private:
  mutable Lock lock_;
  std::vector<HostPtr> last_;
  std::optional<Outcome> outcome_;
};

/// Starts the stages of one execution of a flow, and ends when the last layer has: normally, or, when one of
/// its stages failed, with shutdown (flow.md F9.2, F9.11). What is left of the flow is ended first. Started
/// like any stage, also under a supervisor (F9.0).
class Coordinator final : public Stage, private Assembly {
 public:
  using Build = std::function<void(Assembly&)>;

  Coordinator(Build build, DemandFlow demand, std::shared_ptr<FlowRecord> record)
      : build_(std::move(build)), demand_(demand), record_(std::move(record)) {}
  ~Coordinator() override;

  /// Forward: sources begin, or go on (flow.md F9.4).
  void demand_flow(DemandFlow flow);
  /// Ends the flow from its sources: what is under way comes through.
  void cancel_flow();

 private:
  struct Member {
    HostPtr host;
    Duration shutdown;
    bool last = false;
    bool source = false;
  };

  Start handle_start() override;
  void handle_timer(TimerId timer) override;
  [[nodiscard]] std::string describe() const override;
  [[nodiscard]] bool has_children() const noexcept override { return alive_ != 0; }
  void wind_down(const Reason& reason) override;

  // -- Assembly
  [[nodiscard]] std::size_t workers() const override;
  HostPtr start(StartOptions options, StageFactory make, const std::type_info& type,
                Duration shutdown) override;
  void add_source(const HostPtr& source) override;
  void add_last(const HostPtr& stage) override;
  [[nodiscard]] std::string layer_name(std::string_view wanted) override;

  void gone(std::size_t member, const Reason& reason);
  void last_has_ended(const Reason& reason);
  void leave(const Reason& reason);
  void end_if_alone();

  Build build_;
  DemandFlow demand_;
  std::shared_ptr<FlowRecord> record_;
  std::vector<Member> members_;
  std::vector<HostPtr> sources_;  // also those that do not belong to the flow
  std::unordered_map<TimerId, std::size_t> timers_;
  std::size_t layers_ = 0;
  std::size_t alive_ = 0;
  std::size_t last_alive_ = 0;
  std::optional<Reason> leaving_;
};

}  // namespace sluice::inline v0::flow
