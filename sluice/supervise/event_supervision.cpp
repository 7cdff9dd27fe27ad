#include "sluice/supervise/event_supervision.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/core/pooled.hpp"
#include "sluice/runtime/start_error.hpp"
#include "sluice/stage/lineage.hpp"
#include "sluice/stage/protocol.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0 {

namespace {

constexpr Duration first_retry_after = std::chrono::milliseconds(1);
constexpr Duration last_retry_after = std::chrono::seconds(1);
constexpr Duration next_word_after = std::chrono::seconds(5);

Duration retry_after(unsigned failures) {
  return std::min(last_retry_after, first_retry_after * (1U << std::min(failures - 1, 10U)));
}

double in_seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

EventSupervision::EventSupervision(EventChildTerms terms) : terms_(terms), window_(terms.limit) {
  check(terms_.shutdown);
}

EventSupervision::~EventSupervision() {
  if (!ready_.empty()) host_->lost_received.add(ready_.size());
  for (const Row row : children_.all()) {
    const HostPtr orphan = children_.at(row).host;
    if (!orphan) continue;
    if (terms_.shutdown.kills()) {
      orphan->kill();
      continue;
    }
    AnyRef(orphan).stop_async(Reason::shutdown("its supervisor has ended"));
    if (terms_.shutdown.time() != forever)
      host_->start_alarm(terms_.shutdown.time(), [orphan] { orphan->kill(); });
  }
}

// -- demand

void EventSupervision::subscribed(const SubscribeOptions& options, const Subscription& from) {
  slots_.begin(from, options.max_demand, min_demand_of(options));
}

EventSupervision::Events EventSupervision::arrived(const Subscription& from, Demand count) {
  if (leaving_) {
    host_->lost_received.add(count);
    return Events::too_late;
  }
  if (const Demand excess = slots_.take(from, count); excess != 0) {
    host_->log(Severity::error, fmt::format("{} events too many from {}: nobody asked for them", excess,
                                            from.producer().host()->label()));
  }
  return Events::wanted;
}

void EventSupervision::start(StageFactory make, Keep keep, SubscriptionId from) {
  const Row row = children_.add(from);
  try {
    if (launch_new(row, std::move(make), keep)) return;
    slots_.release(from, 1);
  } catch (const std::exception& error) {
    could_not_start(from, error.what());
  }
  children_.remove(row);
}

void EventSupervision::could_not_start(SubscriptionId from, std::string_view why) {
  host_->log(Severity::error, fmt::format("no child for an event: {}", why));
  slots_.release(from, 1);
}

void EventSupervision::prepare(StageFactory make, Keep keep, SubscriptionId from) {
  std::unique_ptr<Stage> stage;
  try {
    stage = make();
  } catch (...) {
    could_not_start(from, Reason::of(std::current_exception()).text());
    return;
  }
  if (!stage) {
    slots_.release(from, 1);
    return;
  }
  if (ready_.empty()) host_->defer([this] { launch_what_is_ready(); });
  ready_.push_back({std::move(stage), keep == Keep::recipe ? std::move(make) : StageFactory(), from});
}

void EventSupervision::launch_what_is_ready() {
  for (Ready& one : ready_) {
    const Row row = children_.add(one.from);
    children_.at(row).again = std::move(one.again);
    try {
      if (launch(row, [&one] { return std::move(one.stage); })) continue;
      slots_.release(one.from, 1);
    } catch (const std::exception& error) {
      could_not_start(one.from, error.what());
    }
    children_.remove(row);
    slots_.refill(one.from);
  }
  ready_.clear();
}

// -- operations

void EventSupervision::start_child(Reply<AnyRef>& reply, StageFactory make, Keep keep) {
  const Row row = children_.add({});
  std::exception_ptr error;
  try {
    if (leaving_) {
      throw StartError(StartError::Kind::shutting_down, "start_child: the supervisor is ending",
                       Reason::shutdown());
    }
    if (launch_new(row, std::move(make), keep)) {
      reply(AnyRef(children_.at(row).host));
      return;
    }
  } catch (...) {
    error = std::current_exception();
  }
  children_.remove(row);
  if (error) {
    reply.fail(std::move(error));  // last: whoever asked has the exception to himself
  } else {
    reply(AnyRef());
  }
}

void EventSupervision::terminate_child(Reply<Found> reply, const AnyRef& child) {
  const std::optional<Row> row = children_.find(child.id());
  if (!row) {
    reply(Found::no);
  } else if (Child& found = children_.at(*row); found.incarnation == 0) {  // waits for another try
    drop(*row);
    reply(Found::yes);
  } else {
    found.waiting.push_back(std::move(reply));
    ask_to_stop(*row);
  }
}

// -- one child

bool EventSupervision::launch_new(Row row, StageFactory make, Keep keep) {
  if (keep == Keep::nothing) return launch(row, std::move(make));
  children_.at(row).again = std::move(make);
  return launch(row, [this, row] { return children_.at(row).again(); });
}

bool EventSupervision::launch(Row row, StageFactory make) {
  auto lineage = lineage_of(row, children_.begins(row));
  HostPtr host = host_->start({.thread = terms_.thread}, std::move(make), typeid(Stage), std::move(lineage));
  if (!host) return false;
  children_.runs(row, std::move(host));
  return true;
}

std::shared_ptr<Lineage> EventSupervision::lineage_of(Row row, std::uint64_t incarnation) {
  return std::allocate_shared<Lineage>(
      PoolAllocator<Lineage>(), host_->lineage(), HostPtr(host_),
      [this, row, incarnation](Host& me, const Reason& reason) {
        me.post(make_errand([this, row, incarnation, reason](Host& at) {
          if (terms_.restart == JobRestart::temporary) {
            gone(row, incarnation, reason);
          } else {
            at.run([&] { gone(row, incarnation, reason); });  // it may start a child
          }
        }));
      });
}

/// Nothing is left of a start.
void EventSupervision::gone(Row row, std::uint64_t incarnation, const Reason& reason) {
  if (!children_.is_of(row, incarnation)) return;
  cancel_timer(row);
  const ChildState state = children_.at(row).state;
  if (state == ChildState::stopping) {
    stopped(row, reason);
  } else if (state == ChildState::running) {
    ended(row, reason);
  } else {
    children_.ended(row);
    try_later(row);
  }
  if (leaving_ && !has_children()) host_->stop(*leaving_);
}

/// It ended of its own accord.
void EventSupervision::ended(Row row, const Reason& reason) {
  const bool wanted = !reason.polite() && terms_.restart == JobRestart::transient;
  if (!reason.polite()) {
    host_->log(Severity::error, fmt::format("child {} ended: {}{}", name_of(row), reason.to_string(),
                                            wanted ? "; starts it anew" : ""));
  }
  children_.ended(row);
  if (!wanted) {
    drop(row);
  } else if (note_restart() == RestartVerdict::allowed) {
    children_.at(row).state = ChildState::restarting;
    restart(row);
  }
}

/// It ended because it was asked to.
void EventSupervision::stopped(Row row, const Reason& reason) {
  Child& child = children_.at(row);
  if (!reason.polite() && !child.killed) {
    host_->log(Severity::error,
               fmt::format("child {} ended while it was stopped: {}", name_of(row), reason.to_string()));
  }
  std::vector<Reply<Found>> waiting = std::move(child.waiting);
  drop(row);
  for (Reply<Found>& reply : waiting) reply(Found::yes);
}

void EventSupervision::restart(Row row) {
  try {
    if (!launch(row, [this, row] { return children_.at(row).again(); })) drop(row);
  } catch (const std::exception& error) {
    host_->log(Severity::error,
               fmt::format("child {} could not be started anew: {}", name_of(row), error.what()));
    ++children_.at(row).failures;  // its retry begins when nothing is left of this start
  }
}

/// Too many: everything ends, this child included.
RestartVerdict EventSupervision::note_restart() {
  const RestartVerdict verdict = window_.note(host_->now());
  if (verdict == RestartVerdict::too_many) {
    host_->log(Severity::error, fmt::format("gives up: more than {} restarts within {} s",
                                            terms_.limit.max_restarts, in_seconds(terms_.limit.within)));
    wind_down(Reason::shutdown("reached_max_restart_intensity"));
  }
  return verdict;
}

void EventSupervision::try_later(Row row) {
  if (leaving_ || host_->runtime_ends()) {
    drop(row);
  } else {
    set_timer(row, retry_after(children_.at(row).failures));
  }
}

/// Nothing is left of it, and it will not be started anew.
void EventSupervision::drop(Row row) {
  cancel_timer(row);
  const SubscriptionId from = children_.at(row).from;
  children_.remove(row);
  slots_.release(from, 1);
  if (!leaving_) slots_.refill(from);
}

// -- the end

void EventSupervision::wind_down(const Reason& reason) {
  if (leaving_) return;
  leaving_ = reason;
  for (const Row row : children_.all()) {
    if (children_.at(row).incarnation == 0) {
      drop(row);
    } else if (children_.at(row).state == ChildState::running) {
      ask_to_stop(row);
    }
  }
  if (!has_children()) host_->stop(reason);
}

void EventSupervision::ask_to_stop(Row row) {
  Child& child = children_.at(row);
  if (child.state == ChildState::stopping) return;
  child.state = ChildState::stopping;
  if (terms_.shutdown.kills()) {
    kill(row);
    return;
  }
  if (child.host) AnyRef(child.host).stop_async(Reason::shutdown());
  if (terms_.shutdown.time() != forever) set_timer(row, terms_.shutdown.time());
}

void EventSupervision::kill(Row row) {
  Child& child = children_.at(row);
  child.killed = true;
  if (child.host) child.host->kill();
  set_timer(row, next_word_after);
}

void EventSupervision::set_timer(Row row, Duration time) {
  const TimerId timer = host_->start_timer(time, Duration::zero());
  children_.at(row).timer = timer;
  timers_.emplace(timer, row);
}

void EventSupervision::cancel_timer(Row row) {
  if (timers_.empty()) return;
  Child& child = children_.at(row);
  if (!child.timer) return;
  host_->cancel_timer(child.timer);
  timers_.erase(std::exchange(child.timer, {}));
}

void EventSupervision::timer_fired(TimerId timer) {
  const auto found = timers_.find(timer);
  if (found == timers_.end()) return;
  const Row row = found->second;
  timers_.erase(found);
  children_.at(row).timer = {};
  if (children_.at(row).state == ChildState::stopping) {
    complain(row);
  } else if (note_restart() == RestartVerdict::allowed) {
    restart(row);
  }
}

/// It takes long to stop.
void EventSupervision::complain(Row row) {
  if (children_.at(row).killed) {
    host_->log(
        Severity::warning,
        fmt::format("waits for child {}: it was killed, but its callback has not returned", name_of(row)));
    set_timer(row, next_word_after);
  } else {
    host_->log(Severity::warning, fmt::format("child {} did not stop within {} s: killed", name_of(row),
                                              in_seconds(terms_.shutdown.time())));
    kill(row);
  }
}

std::string EventSupervision::name_of(Row row) { return fmt::format("#{}", children_.at(row).stage.value); }

std::string EventSupervision::describe() const {
  return fmt::format("{} children, {}", children_.size(), to_string(terms_.restart));
}

}  // namespace sluice::inline v0
