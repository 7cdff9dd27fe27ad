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
#include "sluice/flow/flow_record.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0::flow {

class LayerControl;
class Milestone;

/// What the coordinator of a failed flow ends with.
enum class FailsAs : unsigned char {
  shutdown,  ///< politely: who wants to know asks the handle (flow.md F9.11)
  failure,   ///< with the reason of the failure: a supervisor starts a transient flow anew
};

/// Starts the stages of one execution of a flow, and ends when the last layer has: normally, or, when any
/// stage failed, as FailsAs says (flow.md F9.2, F9.11). What is left of the flow is ended first. Started like
/// any stage, also under a supervisor (F9.0).
///
/// 1. No event moves before everything is wired: phases `wiring` (also of consumers that take part),
///    `connecting` (to sources that begin by themselves), `running`.
/// 2. It ends after its stages. If it cannot (kill, a crash) they are asked to stop, and killed if they do
///    not within their shutdown time.
/// 3. Stages of a flow that failed are ended with its reason, those of one that was stopped with
///    flow_stopped(): neither is an end of their events to those below, so no `done` fires (E4).
class Coordinator final : public Stage, private Assembly {
 public:
  using Build = std::function<void(Assembly&)>;

  Coordinator(Build build, DemandFlow demand, std::shared_ptr<FlowRecord> record,
              FailsAs fails_as = FailsAs::shutdown);
  ~Coordinator() override;

  /// Forward: sources begin, or go on (flow.md F9.4).
  void demand_flow(DemandFlow flow);
  /// Ends the flow from its sources: what is under way comes through, and `done` fires.
  void cancel_flow();
  /// Fires the trigger of this name in all stages of the last layer (F7.10).
  void trigger(const std::string& name);
  /// If the flow has not begun, it does not before the last layer knows of the consumer's subscriptions.
  void await_consumer(const HostPtr& consumer);

 private:
  enum class Phase : unsigned char { wiring, connecting, running };
  enum class Part : unsigned char { layer, source, running_source, consumer, outsider };

  struct Member {
    HostPtr host;  // of the flow's own: null when it has gone
    Duration shutdown = {};
    Part part = Part::layer;
    bool own = true;
    bool last = false;    // the flow waits for its end
    bool killed = false;  // it did not stop in time
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
  void add_source(const HostPtr& source, Begin begin) override;
  [[nodiscard]] bool begins_by_itself(const HostPtr& source) const override;
  void add_last(const HostPtr& stage) override;
  void add_consumer(const HostPtr& consumer) override;
  void add_outsider(const HostPtr& stage) override;
  void await_subscriptions(const HostPtr& consumer, std::vector<HostPtr> producers) override;
  [[nodiscard]] std::string layer_name(std::string_view wanted) override;

  Member& member_of(const HostPtr& host);
  void wired();
  void connected();
  void pass_demand_on();
  void tell_layers(std::function<void(LayerControl&)> what);

  void gone(std::size_t index, const Reason& reason);
  void lost(const HostPtr& consumer, const Reason& reason);
  void last_has_ended(const Reason& reason);
  void fail(const Outcome& outcome);
  void leave(const Reason& reason, const Reason& for_stages);
  void end_if_alone();
  void note_cut(const Reason& reason);
  [[nodiscard]] std::optional<Outcome> first_failure() const;

  Build build_;
  DemandFlow demand_;
  std::shared_ptr<FlowRecord> record_;
  FailsAs fails_as_;
  std::vector<Member> members_;        // in the order of their start: a stage comes before those below it
  std::vector<HostPtr> last_;          // the last layer
  std::shared_ptr<Milestone> wiring_;  // until the flow may begin
  Phase phase_ = Phase::wiring;
  std::unordered_map<TimerId, std::size_t> timers_;
  std::unordered_map<std::string, std::size_t> names_;  // how often each was wanted
  std::size_t layers_ = 0;
  std::size_t alive_ = 0;
  std::size_t last_alive_ = 0;
  std::optional<Reason> leaving_;
  std::optional<Reason> cut_;  // why not all events came through
};

}  // namespace sluice::inline v0::flow
