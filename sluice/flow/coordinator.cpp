#include "sluice/flow/coordinator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "sluice/stage/lineage.hpp"
#include "sluice/stage/outlet_base.hpp"

namespace sluice::inline v0::flow {

namespace {

constexpr Duration next_word_after = std::chrono::seconds(5);

}  // namespace

/// Only where it could not end its stages before: a start that failed, a crash, kill.
Coordinator::~Coordinator() {
  for (const Member& member : members_) {
    if (member.host && !member.host->ended()) AnyRef(member.host).stop_async(Reason::shutdown());
  }
  record_->settle({Outcome::Kind::failed, Reason::killed()});
}

Start Coordinator::handle_start() {
  build_(*this);
  build_ = nullptr;
  std::vector<HostPtr> last;
  for (const Member& member : members_)
    if (member.last) last.push_back(member.host);
  const bool ignored = last.empty();
  record_->set_last(std::move(last));
  if (ignored) {
    record_->settle({});
    return Start::ignore;
  }
  if (demand_ == DemandFlow::forward) demand_flow(DemandFlow::forward);
  return Start::ok;
}

void Coordinator::demand_flow(DemandFlow flow) {
  for (const HostPtr& source : sources_)
    source->post(make_errand([flow](Host& at) { at.outlet()->set_flow(flow); }));
}

void Coordinator::cancel_flow() {
  record_->settle({Outcome::Kind::cancelled, Reason::shutdown()});
  for (const Member& member : members_)
    if (member.source && !member.host->ended()) AnyRef(member.host).stop_async(Reason::shutdown());
}

std::string Coordinator::describe() const {
  return fmt::format("flow of {} layers, {} of {} stages alive", layers_, alive_, members_.size());
}

// -- Assembly

std::size_t Coordinator::workers() const { return host().workers(); }

HostPtr Coordinator::start(StartOptions options, StageFactory make, const std::type_info& type,
                           Duration shutdown) {
  const std::size_t index = members_.size();
  auto lineage =
      std::make_shared<Lineage>(host().lineage(), HostPtr(&host()), [index](Host& me, const Reason& reason) {
        me.post(make_errand([index, reason](Host& at) {
          at.run([&] { static_cast<Coordinator&>(at.stage()).gone(index, reason); });
        }));
      });
  HostPtr started = host().start(std::move(options), std::move(make), type, std::move(lineage));
  if (!started) {
    members_.push_back({.host = {}, .shutdown = shutdown});
    return started;
  }
  members_.push_back({.host = started, .shutdown = shutdown});
  ++alive_;
  return started;
}

void Coordinator::add_source(const HostPtr& source) {
  sources_.push_back(source);
  for (Member& member : members_)
    if (member.host == source) member.source = true;
}

void Coordinator::add_last(const HostPtr& stage) {
  for (Member& member : members_) {
    if (member.host != stage || member.last) continue;
    member.last = true;
    ++last_alive_;
  }
}

std::string Coordinator::layer_name(std::string_view wanted) {
  ++layers_;
  const std::string flow =
      host().name().empty() ? fmt::format("flow {}", host().id().value) : std::string(host().name());
  return wanted.empty() ? fmt::format("{}/{}", flow, layers_) : fmt::format("{}/{}", flow, wanted);
}

// -- the end

void Coordinator::gone(std::size_t index, const Reason& reason) {
  Member& member = members_.at(index);
  if (!member.host) return;  // it never took part
  member.host = {};
  --alive_;
  if (member.last) {
    --last_alive_;
    last_has_ended(reason);
  }
  end_if_alone();
}

void Coordinator::last_has_ended(const Reason& reason) {
  if (leaving_) return;
  if (!reason.polite()) {
    record_->settle({Outcome::Kind::failed, reason});
    leave(Reason::shutdown("a stage of the flow failed: " + reason.to_string()));
  } else if (last_alive_ == 0) {
    leave({});
  }
}

/// Everything left is asked to end; sources first, as they were started first.
void Coordinator::leave(const Reason& reason) {
  leaving_ = reason;
  for (std::size_t i = 0; i != members_.size(); ++i) {
    const Member& member = members_[i];
    if (!member.host || member.host->ended()) continue;
    AnyRef(member.host).stop_async(Reason::shutdown());
    if (member.shutdown != forever) timers_.emplace(after(member.shutdown), i);
  }
  end_if_alone();
}

void Coordinator::end_if_alone() {
  if (!leaving_ || alive_ != 0) return;
  record_->settle({});
  stop(*leaving_);
}

void Coordinator::wind_down(const Reason& reason) {
  if (leaving_) return;
  record_->settle({Outcome::Kind::cancelled, reason});
  leave(reason);
}

void Coordinator::handle_timer(TimerId timer) {
  const auto found = timers_.find(timer);
  if (found == timers_.end()) return;
  const std::size_t index = found->second;
  timers_.erase(found);
  const Member& member = members_[index];
  if (!member.host || member.host->ended()) return;
  log(Severity::warning,
      fmt::format("stage \"{}\" did not stop within {:.1f} s: killed", member.host->label(),
                  std::chrono::duration<double>(member.shutdown).count()));
  member.host->kill();
  timers_.emplace(after(next_word_after), index);
}

}  // namespace sluice::inline v0::flow
