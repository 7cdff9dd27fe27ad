#include "sluice/pipeline/coordinator.hpp"

#include <fmt/format.h>

#include <utility>

#include "sluice/core/errors.hpp"
#include "sluice/core/hash.hpp"
#include "sluice/pipeline/rate_gate.hpp"
#include "sluice/stage/intake.hpp"
#include "sluice/stage/lineage.hpp"
#include "sluice/stage/outlet_base.hpp"
#include "sluice/supervise/supervisor.hpp"

namespace sluice::inline v0::pipeline {

namespace {

/// Runs a method of the coordinator on its turn, from anywhere.
void post_to(Host& coordinator, UniqueFunction<void(Coordinator&)> code) {
  coordinator.post(make_errand([code = std::move(code)](Host& at) mutable {
    at.run([&] { code(static_cast<Coordinator&>(at.stage())); });
  }));
}

}  // namespace

Coordinator::Coordinator(Blueprint blueprint, PipelineOptions options)
    : blueprint_(std::move(blueprint)), options_(std::move(options)), rate_limit_(blueprint_.rate_limit) {
  check(options_);
}

Start Coordinator::handle_start() {
  const std::string name = host().label();
  roster_ = std::make_shared<Roster>(name, blueprint_.parts(host().workers()), [me = HostPtr(&host())] {
    post_to(*me, [](Coordinator& at) { at.done(); });
  });
  auto children = supervision_of(blueprint_, name, roster_);
  const SupervisorOptions limits{
      .strategy = Strategy::rest_for_one, .max_restarts = options_.max_restarts, .within = options_.within};
  const auto lineage =
      std::make_shared<Lineage>(host().lineage(), HostPtr(&host()), [](Host& me, const Reason& reason) {
        post_to(me, [reason](Coordinator& at) { at.tree_has_gone(reason); });
      });
  tree_ = host().start(
      {.name = name + ".supervisor"},
      [&]() -> std::unique_ptr<Stage> { return std::make_unique<Supervisor>(limits, std::move(children)); },
      typeid(Supervisor), lineage);
  return Start::ok;
}

void Coordinator::drain_into(Duration within, const std::shared_ptr<DrainReport>& report) {
  if (done_ || tree_gone_) return;
  if (report) reports_.push_back(report);
  if (!roster_->draining()) begin_drain();
  const Instant by = sluice::after(now(), within);
  if (by >= drained_by_) return;
  drained_by_ = by;
  if (deadline_) cancel(*deadline_);
  deadline_ = after(within);
}

void Coordinator::begin_drain() {
  roster_->begin_drain();
  for (const HostPtr& stage : roster_->running())
    stage->post(make_errand([](Host& at) { at.intake()->forget_renewals(); }));
  for (const HostPtr& source : sources()) {
    source->post(make_errand([](Host& at) {
      if (auto* const drains = dynamic_cast<Drains*>(&at.stage())) {
        if (!at.run([&] { drains->handle_drain(); })) return;
      }
      at.stop_when_drained(Reason::normal());
    }));
  }
}

/// The time of the drain is over: what still runs is ended, wherever it is.
void Coordinator::handle_timer(TimerId /*timer*/) {
  deadline_.reset();
  std::vector<HostPtr> left = sources();
  for (const HostPtr& stage : roster_->running()) left.push_back(stage);
  for (const auto& report : reports_) {
    report->drained = false;
    for (const HostPtr& stage : left) report->left.push_back(stage->label());
  }
  log(Severity::warning, fmt::format("not drained in time: {} stages are ended as they are", left.size()));
  roster_->close();
  stop_tree(Reason::shutdown("not drained in time"));
  for (const HostPtr& stage : left) stage->kill();
}

void Coordinator::demand_flow(DemandFlow flow) {
  for (const HostPtr& source : sources())
    source->post(make_errand([flow](Host& at) { at.outlet()->set_flow(flow); }));
}

std::vector<HostPtr> Coordinator::sources() const {
  std::vector<HostPtr> found;
  for (std::size_t i = 0; i < parts().front().stages; ++i)
    if (HostPtr source = host().find(roster_->name_of(0, i))) found.push_back(std::move(source));
  return found;
}

HostPtr Coordinator::some_source() const {
  const std::vector<HostPtr> running = sources();
  return running.empty() ? HostPtr() : running[bucket_of(host().draw(), running.size())];
}

std::optional<RateLimit> Coordinator::rate_limit() const { return rate_limit_; }

void Coordinator::set_rate_limit(RateLimit limit) {
  if (!rate_limit_) throw OptionError("rate_limit", "was not set at the start, so it cannot be changed");
  rate_limit_ = limit;
  tell_gate([limit](RateGate& gate) { gate.change_rate_limit(limit); });
}

void Coordinator::reset_rate_limit() {
  if (!rate_limit_) throw OptionError("rate_limit", "was not set at the start, so there is nothing to reset");
  tell_gate([](RateGate& gate) { gate.reset_rate_limit(); });
}

void Coordinator::tell_gate(UniqueFunction<void(RateGate&)> code) {
  const HostPtr gate = host().find(roster_->name_of(1, 0));
  if (!gate) return;
  gate->post(make_errand([code = std::move(code)](Host& at) mutable {
    at.run([&] { code(dynamic_cast<RateGate&>(at.stage())); });
  }));
}

/// Somebody outside asks for its end: that is a drain, and its reason stays.
void Coordinator::wind_down(const Reason& reason) {
  if (!leaving_) leaving_ = reason;
  drain(options_.drain_within);
}

void Coordinator::done() {
  if (tree_->ended()) return;  // they were ended with it
  done_ = true;
  stop_tree(Reason::shutdown("done"));
}

void Coordinator::stop_tree(const Reason& reason) {
  if (tree_gone_) return;
  tree_->post(make_errand([reason](Host& at) { at.ask_to_stop(reason); }));
}

void Coordinator::tree_has_gone(const Reason& reason) {
  tree_gone_ = true;
  if (!done_) {
    for (const auto& report : reports_) report->drained = false;
  }
  if (leaving_) {
    stop(*leaving_);
  } else if (done_) {
    stop();
  } else {
    stop(Reason(Reason::Kind::failure, fmt::format("its stages ended: {}", reason.to_string())));
  }
}

/// Only where it could not end its stages before: a crash, or a start that failed.
void Coordinator::terminate(const Reason& reason) {
  if (tree_ && !tree_gone_) AnyRef(tree_).stop_async(Reason::shutdown(reason.to_string()));
}

std::string Coordinator::describe() const {
  return fmt::format("pipeline of {} layers, {} stages run{}", blueprint_.layers.size(),
                     roster_ ? roster_->running().size() : 0, done_ ? ", done" : "");
}

}  // namespace sluice::inline v0::pipeline
