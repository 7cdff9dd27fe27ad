#include "sluice/flow/coordinator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <stdexcept>

#include "sluice/flow/layer_control.hpp"
#include "sluice/flow/upstream_end.hpp"
#include "sluice/runtime/start_error.hpp"
#include "sluice/stage/lineage.hpp"

namespace sluice::inline v0::flow {

namespace {

constexpr Duration next_word_after = std::chrono::seconds(5);

/// Runs a method of the coordinator on its turn, from anywhere.
template <class F>
void on_turn_of(Host& coordinator, F code) {
  coordinator.post(make_errand([code = std::move(code)](Host& at) mutable {
    at.run([&] { code(static_cast<Coordinator&>(at.stage())); });
  }));
}

}  // namespace

/// Held by messages that have to arrive, or to be abandoned, first. When the last of them has let go, the
/// coordinator goes on. Thread rule: any thread.
class Milestone {
 public:
  using Next = UniqueFunction<void(Host& coordinator)>;
  Milestone(HostPtr coordinator, Next next) : coordinator_(std::move(coordinator)), next_(std::move(next)) {}
  ~Milestone() { next_(*coordinator_); }
  Milestone(const Milestone&) = delete;
  Milestone& operator=(const Milestone&) = delete;

 private:
  HostPtr coordinator_;
  Next next_;
};

namespace {

/// Goes to a consumer behind the orders to subscribe, and from there to the producers behind the
/// subscriptions.
class Greeting final : public Message {
 public:
  using Lost = UniqueFunction<void(const HostPtr& consumer, const Reason&)>;

  Greeting(std::vector<HostPtr> producers, std::shared_ptr<Milestone> milestone, Lost lost)
      : producers_(std::move(producers)), milestone_(std::move(milestone)), lost_(std::move(lost)) {}
  void deliver(std::unique_ptr<Message> /*self*/, Host& /*at*/) override {
    for (const HostPtr& producer : producers_) producer->post(make_errand([m = milestone_](Host&) {}));
  }
  void abandon(Host& at, const Reason& why) override {
    if (lost_) lost_(HostPtr(&at), at.ended() ? at.end_reason() : why);
  }

 private:
  std::vector<HostPtr> producers_;
  std::shared_ptr<Milestone> milestone_;
  Lost lost_;
};

void set_flow(const HostPtr& source, DemandFlow flow) {
  source->post(make_errand([flow](Host& at) { at.outlet()->set_flow(flow); }));
}

}  // namespace

Coordinator::Coordinator(Build build, DemandFlow demand, std::shared_ptr<FlowRecord> record, FailsAs fails_as)
    : build_(std::move(build)), demand_(demand), record_(std::move(record)), fails_as_(fails_as) {}

/// Only where it could not end its stages before: a start that failed, a crash, kill.
Coordinator::~Coordinator() {
  for (const Member& member : std::views::reverse(members_)) {
    if (!member.own || !member.host || member.host->ended()) continue;
    AnyRef(member.host).stop_async(flow_stopped());
    if (member.shutdown != forever)
      host().start_alarm(member.shutdown, [orphan = member.host] { orphan->kill(); });
  }
  record_->settle(
      {Outcome::Kind::failed, host().ended() ? host().end_reason() : Reason::killed(), host().label()});
}

Start Coordinator::handle_start() {
  wiring_ = std::make_shared<Milestone>(
      HostPtr(&host()), [](Host& me) { on_turn_of(me, [](Coordinator& at) { at.wired(); }); });
  build_(*this);
  build_ = nullptr;
  record_->set_last(last_);
  if (last_.empty()) {
    record_->settle({});
    return Start::ignore;
  }
  if (demand_ == DemandFlow::forward) wiring_.reset();
  return Start::ok;
}

std::string Coordinator::describe() const {
  const auto own = std::ranges::count_if(members_, &Member::own);
  return fmt::format("flow of {} layers, {} of {} stages alive", layers_, alive_, own);
}

// -- the beginning

void Coordinator::await_consumer(const HostPtr& consumer) {
  if (wiring_) consumer->post(MessagePtr(new Greeting(last_, wiring_, {})));
}

void Coordinator::wired() {
  if (leaving_) return;
  phase_ = Phase::connecting;
  const auto connecting = std::make_shared<Milestone>(
      HostPtr(&host()), [](Host& me) { on_turn_of(me, [](Coordinator& at) { at.connected(); }); });
  for (const Member& member : members_) {
    if (member.part != Part::layer || !member.host) continue;
    member.host->post(make_errand([connecting](Host& at) {
      std::vector<HostPtr> sources;
      at.run([&] {
        if (auto* const layer = dynamic_cast<LayerControl*>(&at.stage())) sources = layer->connect();
      });
      for (const HostPtr& source : sources) source->post(make_errand([connecting](Host&) {}));
    }));
  }
}

void Coordinator::connected() {
  if (leaving_) return;
  phase_ = Phase::running;
  for (const Member& member : members_) {
    if (member.part == Part::running_source && member.host) set_flow(member.host, DemandFlow::forward);
  }
  pass_demand_on();
}

void Coordinator::demand_flow(DemandFlow flow) {
  demand_ = flow;
  if (flow == DemandFlow::forward) wiring_.reset();
  if (phase_ == Phase::running) pass_demand_on();
}

void Coordinator::pass_demand_on() {
  bool running = false;
  for (const Member& member : members_) {
    running |= member.part == Part::running_source;
    if (member.part != Part::source || !member.host) continue;
    set_flow(member.host, demand_);
  }
  if (running) tell_layers([flow = demand_](LayerControl& layer) { layer.demand_from_running(flow); });
}

void Coordinator::tell_layers(std::function<void(LayerControl&)> what) {
  for (const Member& member : members_) {
    if (member.part != Part::layer || !member.host) continue;
    member.host->post(make_errand([what](Host& at) {
      at.run([&] {
        if (auto* const layer = dynamic_cast<LayerControl*>(&at.stage())) what(*layer);
      });
    }));
  }
}

void Coordinator::cancel_flow() {
  if (leaving_) return;
  cut_ = Reason::shutdown();
  for (const Member& member : members_) {
    const bool source = member.part == Part::source || member.part == Part::running_source;
    if (source && member.own && member.host) AnyRef(member.host).stop_async(Reason::shutdown());
  }
  tell_layers([](LayerControl& layer) { layer.disconnect(); });
}

void Coordinator::trigger(const std::string& name) {
  for (const HostPtr& stage : last_) {
    stage->post(make_errand([name](Host& at) {
      at.run([&] {
        if (auto* const layer = dynamic_cast<LayerControl*>(&at.stage())) layer->trigger(name);
      });
    }));
  }
}

// -- Assembly

std::size_t Coordinator::workers() const { return host().workers(); }

HostPtr Coordinator::start(StartOptions options, StageFactory make, const std::type_info& type,
                           Duration shutdown) {
  const std::size_t index = members_.size();
  auto lineage =
      std::make_shared<Lineage>(host().lineage(), HostPtr(&host()), [index](Host& me, const Reason& reason) {
        on_turn_of(me, [index, reason](Coordinator& at) { at.gone(index, reason); });
      });
  const std::string name = options.name.value_or("");
  try {
    HostPtr started = host().start(std::move(options), std::move(make), type, std::move(lineage));
    members_.push_back({.host = started, .shutdown = shutdown});
    if (!started) return started;
    record_->add_stage(started);
    ++alive_;
    return started;
  } catch (const StartError& error) {
    if (error.kind() != StartError::Kind::failed) throw;
    const std::string why(error.cause().text());
    throw std::runtime_error(
        fmt::format("stage \"{}\": {}", name, why.empty() ? error.cause().to_string() : why));
  }
}

Coordinator::Member& Coordinator::member_of(const HostPtr& host) {
  const auto found = std::ranges::find(members_, host, &Member::host);
  if (found != members_.end()) return *found;
  return members_.emplace_back(Member{.host = host, .part = Part::outsider, .own = false});
}

void Coordinator::add_source(const HostPtr& source, Begin begin) {
  member_of(source).part = begin == Begin::by_itself ? Part::running_source : Part::source;
}

bool Coordinator::begins_by_itself(const HostPtr& source) const {
  const auto found = std::ranges::find(members_, source, &Member::host);
  return found != members_.end() && found->part == Part::running_source;
}

void Coordinator::add_last(const HostPtr& stage) {
  last_.push_back(stage);
  member_of(stage).last = true;
  ++last_alive_;
}

void Coordinator::add_consumer(const HostPtr& consumer) {
  Member& member = member_of(consumer);
  member.part = Part::consumer;
  member.last = true;
  ++last_alive_;
}

void Coordinator::add_outsider(const HostPtr& stage) { static_cast<void>(member_of(stage)); }

void Coordinator::await_subscriptions(const HostPtr& consumer, std::vector<HostPtr> producers) {
  auto lost = [me = HostPtr(&host())](const HostPtr& who, const Reason& reason) {
    on_turn_of(*me, [who, reason](Coordinator& at) { at.lost(who, reason); });
  };
  consumer->post(MessagePtr(new Greeting(std::move(producers), wiring_, std::move(lost))));
}

std::string Coordinator::layer_name(std::string_view wanted) {
  ++layers_;
  const std::string flow =
      host().name().empty() ? fmt::format("flow {}", host().id().value) : std::string(host().name());
  if (wanted.empty()) return fmt::format("{}/{}", flow, layers_);
  const std::size_t uses = ++names_[std::string(wanted)];
  return uses == 1 ? fmt::format("{}/{}", flow, wanted) : fmt::format("{}/{}#{}", flow, wanted, uses);
}

// -- the end

/// Nothing is left of one of the flow's own stages.
void Coordinator::gone(std::size_t index, const Reason& reason) {
  Member& member = members_.at(index);
  if (!member.host) return;  // it never took part
  if (!reason.polite() && !leaving_) fail(*first_failure());
  const bool source = member.part == Part::source || member.part == Part::running_source;
  if (source && host().runtime_ends()) note_cut(reason);
  member.host = {};
  --alive_;
  if (member.last) last_has_ended(reason);
  end_if_alone();
}

/// A consumer from outside had ended before it could subscribe.
void Coordinator::lost(const HostPtr& consumer, const Reason& reason) {
  if (leaving_) return;
  if (reason.polite()) {
    note_cut(Reason::shutdown(fmt::format("consumer \"{}\" had ended", consumer->label())));
    leave({}, flow_stopped());
  } else {
    fail({Outcome::Kind::failed, reason, consumer->label()});
  }
}

void Coordinator::last_has_ended(const Reason& reason) {
  --last_alive_;
  if (leaving_) return;
  note_cut(reason);
  if (last_alive_ == 0) leave({}, flow_stopped());
}

/// What ends because it was asked to, before its events were over, does so with shutdown.
void Coordinator::note_cut(const Reason& reason) {
  if (reason.kind() == Reason::Kind::shutdown && !cut_) cut_ = reason;
}

/// Those above come first: a failure goes down from stage to stage, and word of it may overtake that of its
/// beginning.
std::optional<Outcome> Coordinator::first_failure() const {
  for (const Member& member : members_) {
    if (!member.host || !member.host->ended()) continue;
    Reason reason = member.host->end_reason();
    if (!reason.polite()) return Outcome{Outcome::Kind::failed, std::move(reason), member.host->label()};
  }
  return std::nullopt;
}

void Coordinator::fail(const Outcome& outcome) {
  record_->settle(outcome);
  log(Severity::error, to_string(outcome));
  leave(fails_as_ == FailsAs::failure ? outcome.reason : Reason::shutdown(to_string(outcome)),
        outcome.reason);
}

/// Everything left is asked to end; sources first, as they were started first.
void Coordinator::leave(const Reason& reason, const Reason& for_stages) {
  leaving_ = reason;
  wiring_.reset();
  for (std::size_t i = 0; i != members_.size(); ++i) {
    Member& member = members_[i];
    if (!member.own || !member.host || member.host->ended()) continue;
    member.killed = member.shutdown == Duration::zero();
    if (member.killed) {
      member.host->kill();
      timers_.emplace(after(next_word_after), i);
      continue;
    }
    AnyRef(member.host).stop_async(for_stages);
    if (member.shutdown != forever) timers_.emplace(after(member.shutdown), i);
  }
  end_if_alone();
}

void Coordinator::end_if_alone() {
  if (!leaving_ || alive_ != 0) return;
  for (const Member& member : members_) {
    if (member.part == Part::running_source && !member.own && member.host->ended() && host().runtime_ends())
      note_cut(member.host->end_reason());
  }
  record_->settle(cut_ ? Outcome{Outcome::Kind::cancelled, *cut_} : Outcome{});
  stop(*leaving_);
}

/// It may have come to its end already, though word of it is still on the way.
void Coordinator::wind_down(const Reason& reason) {
  if (leaving_) return;
  if (const auto failure = first_failure()) {
    fail(*failure);
    return;
  }
  const auto over = [](const Member& member) { return !member.last || !member.host || member.host->ended(); };
  if (!std::ranges::all_of(members_, over)) cut_ = reason;
  for (const Member& member : members_) {
    if (member.last && member.host && member.host->ended()) note_cut(member.host->end_reason());
  }
  leave(reason, flow_stopped());
}

void Coordinator::handle_timer(TimerId timer) {
  const auto found = timers_.find(timer);
  if (found == timers_.end()) return;
  const std::size_t index = found->second;
  timers_.erase(found);
  Member& member = members_[index];
  if (!member.host || member.host->ended()) return;
  if (member.killed) {
    log(Severity::warning,
        fmt::format("waits for stage \"{}\": it was killed, but its callback has not returned",
                    member.host->label()));
  } else {
    log(Severity::warning, fmt::format("stage \"{}\" did not stop within {} s: killed", member.host->label(),
                                       std::chrono::duration<double>(member.shutdown).count()));
    member.killed = true;
    member.host->kill();
  }
  timers_.emplace(after(next_word_after), index);
}

}  // namespace sluice::inline v0::flow
