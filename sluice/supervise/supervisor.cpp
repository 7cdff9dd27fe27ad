#include "sluice/supervise/supervisor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "sluice/stage/lineage.hpp"

namespace sluice::inline v0 {

namespace {

constexpr Duration next_word_after = std::chrono::seconds(5);

std::string in_seconds(Duration time) {
  return fmt::format("{} s", std::chrono::duration<double>(time).count());
}

}  // namespace

Supervisor::Supervisor(SupervisorOptions options, std::vector<ChildSpec> children)
    : options_(options), window_({.max_restarts = options.max_restarts, .within = options.within}) {
  for (ChildSpec& spec : children) {
    check(spec);
    children_.add(std::move(spec));
  }
}

/// Only after a crash or a kill, or when its own start failed, there are still children.
Supervisor::~Supervisor() {
  for (auto at = children_.end(); at != children_.begin();) {
    --at;
    if (!at->host) continue;
    const Shutdown shutdown = at->spec.shutdown_time();
    if (shutdown.kills()) {
      at->host->kill();
      continue;
    }
    AnyRef(at->host).stop_async(Reason::shutdown("its supervisor has ended"));
    if (shutdown.time() != forever)
      host().start_alarm(shutdown.time(), [orphan = at->host] { orphan->kill(); });
  }
}

Start Supervisor::handle_start() {
  for (auto at = children_.begin(); at != children_.end();) {
    const auto next = std::next(at);
    std::exception_ptr error;
    const Launched launched = launch(at, &error);
    if (launched == Launched::failed) {
      throw std::runtime_error(
          fmt::format("child \"{}\": {}", at->spec.id, Reason::of(std::move(error)).text()));
    }
    if (launched == Launched::ignored) drop(at);
    at = next;
  }
  return Start::ok;
}

std::string Supervisor::describe() const {
  return fmt::format("{}: {} of {} children alive", to_string(options_.strategy), children_.alive(),
                     children_.size());
}

// -- one child

std::shared_ptr<Lineage> Supervisor::lineage_of(std::uint64_t incarnation) {
  return std::make_shared<Lineage>(
      host().lineage(), HostPtr(&host()), [incarnation](Host& me, const Reason& reason) {
        me.post(make_errand([incarnation, reason](Host& at) {
          at.run([&] { static_cast<Supervisor&>(at.stage()).gone(incarnation, reason); });
        }));
      });
}

/// On failure the child is `restarting`, and the end of this start will be heard of; `error` is set.
Supervisor::Launched Supervisor::launch(Position at, std::exception_ptr* error) {
  const std::uint64_t incarnation = host().new_id();
  children_.begins(at, incarnation);
  try {
    const std::type_info& type = at->spec.type != nullptr ? *at->spec.type : typeid(Stage);
    at->host =
        host().start(at->spec.options, [at] { return at->spec.make(); }, type, lineage_of(incarnation));
  } catch (...) {
    at->state = ChildState::restarting;
    at->cause = Reason::of(std::current_exception());
    *error = std::current_exception();
    return Launched::failed;
  }
  at->state = at->host ? ChildState::running : ChildState::stopped;
  if (at->host) return Launched::running;
  children_.forget(at);
  return Launched::ignored;
}

/// Nothing is left of a start.
void Supervisor::gone(std::uint64_t incarnation, const Reason& reason) {
  const auto at = children_.gone(incarnation);
  if (at == children_.end()) return;
  cancel_timer(at);
  switch (at->state) {
    case ChildState::running: ended(at, reason); break;
    case ChildState::stopping: stopped(at, reason); break;
    case ChildState::restarting: could_not_start(at); break;
    case ChildState::stopped: break;
  }
  go_on();
}

namespace {

[[nodiscard]] bool wanted_after(const Children::Child& child, const Reason& reason) noexcept {
  return child.spec.restart == Restart::permanent ||
         (child.spec.restart == Restart::transient && !reason.polite());
}

/// It has ended, though word of it is still on the way.
[[nodiscard]] bool has_failed(const Children::Child& child) {
  return child.host && child.host->ended() && wanted_after(child, child.host->end_reason());
}

}  // namespace

/// It ended of its own accord.
void Supervisor::ended(Position at, const Reason& reason) {
  at->host = {};
  if (wanted_after(*at, reason) && !no_more_starts() && !being_stopped(*at)) {
    restart(at, reason, "ended");
    return;
  }
  if (!reason.polite())
    log(Severity::error, fmt::format("child \"{}\" ended: {}", at->spec.id, reason.to_string()));
  drop(at);
}

void Supervisor::could_not_start(Position at) {
  if (no_more_starts() || being_stopped(*at)) {
    drop(at);
  } else {
    restart(at, at->cause, "could not be started");
  }
}

/// It ended because it was asked to.
void Supervisor::stopped(Position at, const Reason& reason) {
  if (at->host && !reason.polite() && !at->killed) {
    log(Severity::error,
        fmt::format("child \"{}\" ended while it was stopped: {}", at->spec.id, reason.to_string()));
  }
  for (Reply<Found>& reply : std::exchange(at->waiting, {})) reply(Found::yes);
  drop(at);
}

/// It does not run and will not be started for now.
void Supervisor::drop(Position at) {
  at->host = {};
  at->state = ChildState::stopped;
  if (at->spec.restart != Restart::temporary) return;
  forget_in_round(at);
  children_.remove(at);
}

void Supervisor::forget_in_round(Position at) {
  if (!round_) return;
  if (round_->from == at) ++round_->from;
  if (round_->reached == at) ++round_->reached;
}

void Supervisor::restart(Position at, const Reason& cause, std::string_view what) {
  at->state = ChildState::restarting;
  history_.note(now(), at->spec.id, cause);
  if (window_.note(now()) == RestartVerdict::too_many) {
    give_up(*at, cause, what);
    return;
  }
  report_restart(*at, cause, what);
  if (options_.strategy != Strategy::one_for_one) {
    begin_round(at);
    return;
  }
  std::exception_ptr error;
  static_cast<void>(launch(at, &error));
}

void Supervisor::report_restart(const Child& child, const Reason& cause, std::string_view what) const {
  const std::string_view whom = options_.strategy == Strategy::one_for_one   ? ""
                                : options_.strategy == Strategy::one_for_all ? " with all its siblings"
                                                                             : " with the siblings after it";
  std::string text =
      fmt::format("child \"{}\" {}: {}; starts it anew{}", child.spec.id, what, cause.to_string(), whom);
  if (options_.max_restarts != unlimited) {
    text += fmt::format(" (restart {} of at most {} within {})", window_.recent(), options_.max_restarts,
                        in_seconds(options_.within));
  }
  log(cause.polite() ? Severity::info : Severity::error, std::move(text));
}

void Supervisor::give_up(Child& child, const Reason& cause, std::string_view what) {
  child.state = ChildState::stopped;
  const std::string before = history_.to_string();
  log(Severity::error, fmt::format("child \"{}\" {}: {}; gives up: more than {} restarts within {}{}{}",
                                   child.spec.id, what, cause.to_string(), options_.max_restarts,
                                   in_seconds(options_.within), before.empty() ? "" : "; before: ", before));
  leave(Reason::shutdown("reached_max_restart_intensity"));
}

// -- stopping one

void Supervisor::ask_to_stop(Position at) {
  at->state = ChildState::stopping;
  const Shutdown shutdown = at->spec.shutdown_time();
  if (shutdown.kills()) {
    at->killed = true;
    at->host->kill();
    set_timer(at, next_word_after);
    return;
  }
  AnyRef(at->host).stop_async(Reason::shutdown());
  if (shutdown.time() != forever) set_timer(at, shutdown.time());
}

void Supervisor::set_timer(Position at, Duration time) {
  at->timer = after(time);
  timers_.emplace(at->timer, at);
}

void Supervisor::cancel_timer(Position at) {
  if (!at->timer) return;
  cancel(at->timer);
  timers_.erase(std::exchange(at->timer, {}));
}

void Supervisor::handle_timer(TimerId timer) {
  const auto found = timers_.find(timer);
  if (found == timers_.end()) return;
  const Position at = found->second;
  timers_.erase(found);
  if (at->killed) {
    log(Severity::warning,
        fmt::format("waits for child \"{}\": it was killed, but its callback has not returned", at->spec.id));
  } else {
    log(Severity::warning, fmt::format("child \"{}\" did not stop within {}: killed", at->spec.id,
                                       in_seconds(at->spec.shutdown_time().time())));
    at->killed = true;
    at->host->kill();
  }
  set_timer(at, next_word_after);
}

// -- groups

bool Supervisor::being_stopped(const Child& child) const noexcept {
  return round_ && !round_->starting && child.order >= round_->from->order;
}

void Supervisor::begin_round(Position at) {
  // What ends because of a sibling's end may be heard of first.
  auto from = options_.strategy == Strategy::one_for_all ? children_.begin()
                                                         : std::find_if(children_.begin(), at, has_failed);
  if (round_) {
    const Position before = round_->starting ? round_->reached : round_->from;
    if (before != children_.end() && before->order < from->order) from = before;
  }
  round_ = Round{.from = from, .reached = children_.end()};
}

/// As far as one gets without waiting.
void Supervisor::go_on() {
  if (!round_) return;
  if (!round_->starting && stop_next()) return;
  if (leaving_) {
    round_.reset();
    stop(*leaving_);
    return;
  }
  if (start_next()) return;
  round_.reset();
  run_later();
}

/// True: waits for one that stops.
bool Supervisor::stop_next() {
  while (round_->reached != round_->from) {
    const auto last = std::prev(round_->reached);
    if (last->incarnation != 0) {
      if (last->state == ChildState::running && !last->host->ended()) ask_to_stop(last);
      return true;
    }
    round_->reached = last;
  }
  round_->starting = true;
  return false;
}

/// True: waits until nothing is left of a start that failed.
bool Supervisor::start_next() {
  while (round_->reached != children_.end()) {
    const Position at = round_->reached;
    if (at->incarnation != 0) return true;
    if (host().runtime_ends()) {
      at->state = ChildState::stopped;
      ++round_->reached;
      continue;
    }
    std::exception_ptr error;
    if (launch(at, &error) == Launched::failed) return true;
    ++round_->reached;
  }
  return false;
}

// -- the end

void Supervisor::wind_down(const Reason& reason) {
  if (leaving_) return;
  leave(reason);
  go_on();
}

void Supervisor::leave(const Reason& reason) {
  leaving_ = reason;
  round_ = Round{.from = children_.begin(), .reached = children_.end()};
  run_later();
}

}  // namespace sluice::inline v0
