#include "sluice/runtime/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "sluice/runtime/cell.hpp"

namespace sluice::inline v0 {

namespace {

void write_to_stderr(const LogRecord& record) {
  if (record.severity == Severity::info) return;
  const std::string line = fmt::format("sluice: {}: {}{}{}\n", to_string(record.severity), record.stage,
                                       record.stage.empty() ? "" : ": ", record.text);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

Engine::Engine(std::shared_ptr<Clock> clock, LogSink log)
    : clock_(std::move(clock)), log_(log ? std::move(log) : LogSink(write_to_stderr)) {}

void Engine::log(Severity severity, std::string_view stage, std::string text) const {
  log_({severity, std::string(stage), std::move(text)});
}

// -- start

HostPtr Engine::start(StartOptions options, StageFactory make, const std::type_info& type,
                      std::shared_ptr<Lineage> lineage) {
  if (options.name && options.name->empty()) throw OptionError("name", "must not be empty, got \"\"");
  if (options.start_timeout <= Duration::zero()) {
    throw OptionError("start_timeout",
                      fmt::format("must be positive, got {} ns", options.start_timeout.count()));
  }
  if (shutting_down() && !lineage) {
    throw StartError(StartError::Kind::shutting_down, "start: the runtime is shutting down",
                     Reason::shutdown());
  }
  if (options.name) {
    HostPtr holder;
    if (registry_.take(*options.name, holder) == Registry::Taken::before) {
      throw StartError(StartError::Kind::already_started,
                       fmt::format("start: the name \"{}\" is taken", *options.name),
                       Reason("already_started"), AnyRef(std::move(holder)));
    }
  }
  std::unique_ptr<Stage> stage;
  try {
    stage = make();
  } catch (...) {
    if (options.name) registry_.give_back(*options.name);
    const Reason cause = Reason::of(std::current_exception());
    throw StartError(StartError::Kind::failed, fmt::format("start: the constructor threw: {}", cause.text()),
                     cause);
  }
  if (!stage) {
    if (options.name) registry_.give_back(*options.name);
    return {};
  }
  auto* const cell = Cell::make(*this, StageId{new_id()}, options);
  HostPtr host(cell);
  cell->adopt(std::move(stage), type);
  const bool supervised = lineage != nullptr;
  if (supervised) cell->belong_to(std::move(lineage));
  if (options.name) registry_.set(*options.name, host);
  const Entered entered = enter(*cell);
  if (entered == Entered::too_late && !supervised) {
    leave(*cell);
    if (options.name) registry_.give_back(*options.name);
    throw StartError(StartError::Kind::shutting_down, "start: the runtime is shutting down",
                     Reason::shutdown());
  }
  if (!run_start(*cell, options)) {
    cell->kill();
    throw StartError(StartError::Kind::timeout, "start: handle_start did not return in time",
                     Reason(Reason::Kind::timeout));
  }
  if (cell->start_ignored()) return {};
  if (const Reason* const failure = cell->start_failure()) {
    throw StartError(StartError::Kind::failed, fmt::format("start: {}", failure->to_string()), *failure);
  }
  place(*cell, options.thread);
  if (entered == Entered::too_late)
    host->post(make_errand([](Host& at) { static_cast<Cell&>(at).close_down(); }));
  return host;
}

Engine::Entered Engine::enter(Cell& cell) {
  const std::lock_guard lock(live_mutex_);
  cell.retain_cell();
  cell.previous_live = nullptr;
  cell.next_live = first_;
  if (first_ != nullptr) first_->previous_live = &cell;
  first_ = &cell;
  live_count_.fetch_add(1);
  return shutting_down() ? Entered::too_late : Entered::in_time;
}

void Engine::leave(Cell& cell, const EventCounts* last) noexcept {
  {
    const std::lock_guard lock(live_mutex_);
    if (last != nullptr) {
      EventCounts counts = *last;
      counts.lost_received = cell.lost_received.value() - cell.lost_late_so_far;  // those are there already
      ended_.add(cell.name(), counts);
    }
    (cell.previous_live != nullptr ? cell.previous_live->next_live : first_) = cell.next_live;
    if (cell.next_live != nullptr) cell.next_live->previous_live = cell.previous_live;
    if (report_ != nullptr) note_lost(*report_, cell);
    if (live_count_.fetch_sub(1) == 1 && all_ended_) all_ended_->open();
  }
  cell.release_cell();
}

void Engine::lose_late(Cell& cell, std::size_t events) {
  const std::lock_guard lock(live_mutex_);
  cell.lost_received.add(events);
  cell.lost_late_so_far += events;
  ended_.add_late(cell.name(), events);
}

std::vector<HostPtr> Engine::live() const {
  std::vector<HostPtr> all;
  const std::lock_guard lock(live_mutex_);
  all.reserve(live_count_.load());
  for (Cell* cell = first_; cell != nullptr; cell = cell->next_live) all.emplace_back(cell);
  std::reverse(all.begin(), all.end());
  return all;
}

Snapshot Engine::snapshot(Duration patience) {
  struct Gathering {
    std::mutex mutex;
    std::vector<std::optional<StageInfo>> answers;
    std::size_t missing = 0;
    Latch complete;
  };
  const std::vector<HostPtr> stages = live();
  const auto gathering = std::make_shared<Gathering>();
  gathering->answers.resize(stages.size());
  gathering->missing = stages.size();
  if (stages.empty()) gathering->complete.open();
  for (std::size_t i = 0; i < stages.size(); ++i) {
    class Question final : public Message {
     public:
      Question(std::shared_ptr<Gathering> to, std::size_t index) : to_(std::move(to)), index_(index) {}
      void deliver(std::unique_ptr<Message> /*self*/, Host& at) override { answer(at.info()); }
      void abandon(Host& at, const Reason& /*why*/) override { answer(static_cast<Cell&>(at).outline()); }

     private:
      void answer(StageInfo info) {
        const std::lock_guard lock(to_->mutex);
        to_->answers[index_] = std::move(info);
        if (--to_->missing == 0) to_->complete.open();
      }
      std::shared_ptr<Gathering> to_;
      std::size_t index_;
    };
    stages[i]->post(MessagePtr(new Question(gathering, i)));
  }
  static_cast<void>(await(gathering->complete, patience));
  Snapshot snapshot;
  snapshot.casts_dropped = casts_dropped.load();
  {
    const std::lock_guard lock(live_mutex_);
    snapshot.ended = ended_.list();
  }
  const std::lock_guard lock(gathering->mutex);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    auto& answer = gathering->answers[i];
    snapshot.stages.push_back(answer ? std::move(*answer) : static_cast<Cell&>(*stages[i]).outline());
  }
  return snapshot;
}

// -- timers

std::uint64_t Engine::add_timer_at(Instant when, TimerQueue::Action action) {
  const std::uint64_t id = new_id();
  bool first = false;
  {
    const std::lock_guard lock(timer_mutex_);
    first = timers_.empty() || when < timers_.next();
    timers_.add(id, when, std::move(action));
  }
  if (first) timers_changed();
  return id;
}

void Engine::cancel_timer(std::uint64_t id) {
  const std::lock_guard lock(timer_mutex_);
  timers_.cancel(id);
}

bool Engine::fire_timers() {
  const Instant now = clock_->now();
  bool any = false;
  while (true) {
    TimerQueue::Action action;
    {
      const std::lock_guard lock(timer_mutex_);
      if (timers_.empty() || timers_.next() > now) return any;
      action = timers_.pop();
    }
    any = true;
    action();
  }
}

Instant Engine::next_timer() const {
  const std::lock_guard lock(timer_mutex_);
  return timers_.empty() ? Instant::max() : timers_.next();
}

void Engine::advance(Duration time) {
  auto* const manual = dynamic_cast<ManualClock*>(clock_.get());
  if (manual == nullptr)
    throw std::logic_error("advance: the runtime's clock runs by itself; give it a ManualClock");
  const Instant until = after(clock_->now(), time);
  settle();
  while (next_timer() <= until) {
    manual->move_to(next_timer());
    fire_timers();
    settle();
  }
  manual->move_to(until);
}

// -- the end

void Engine::note_lost(ShutdownReport& report, const Cell& cell) const {
  const std::uint64_t events = cell.events_unhandled();
  if (events == 0) return;
  report.drained = false;
  report.lost.push_back({cell.label(), events});
}

ShutdownReport Engine::shutdown(Duration deadline) {
  ShutdownReport report;
  const auto ended = std::make_shared<Latch>();
  {
    const std::lock_guard lock(live_mutex_);
    if (shutting_down_.exchange(true)) return report;
    report_ = &report;
    all_ended_ = ended;
    if (first_ == nullptr) ended->open();
  }
  // Sources are told to ask for nothing more; the rest follows from the subscriptions, source to sink.
  for (const HostPtr& stage : live()) {
    stage->post(make_errand([](Host& at) { static_cast<Cell&>(at).close_down(); }));
  }
  if (!await(*ended, deadline)) {
    report.drained = false;
    for (const HostPtr& stage : live()) {
      stage->post(make_errand([](Host& at) { at.ask_to_stop(Reason::shutdown("deadline")); }));
    }
    const Duration grace =
        std::clamp<Duration>(deadline / 10, std::chrono::milliseconds(20), std::chrono::milliseconds(500));
    if (!await(*ended, grace)) {
      const std::lock_guard lock(live_mutex_);
      for (const Cell* cell = first_; cell != nullptr; cell = cell->next_live)
        report.still_running.push_back(cell->label());
      std::reverse(report.still_running.begin(), report.still_running.end());
    }
  }
  {
    const std::lock_guard lock(live_mutex_);
    report_ = nullptr;
  }
  return report;
}

void Engine::close() {
  static_cast<void>(shutdown(std::chrono::seconds(5)));
  std::shared_ptr<Latch> ended;
  {
    const std::lock_guard lock(live_mutex_);
    ended = all_ended_;
  }
  // On a clock that stands still, what busy_for occupies would never be free again.
  auto* const manual = dynamic_cast<ManualClock*>(clock_.get());
  while (manual != nullptr && next_timer() != Instant::max() && live_count() != 0 &&
         !await(*ended, std::chrono::milliseconds(1))) {
    manual->move_to(next_timer());
    fire_timers();
  }
  while (live_count() != 0 && !await(*ended, std::chrono::seconds(5))) {
    for (const HostPtr& stage : live()) {
      log(Severity::warning, stage->label(), "the runtime waits for its callback to return");
    }
  }
  stop_turns();
  const std::lock_guard lock(timer_mutex_);
  timers_ = {};
}

}  // namespace sluice::inline v0
