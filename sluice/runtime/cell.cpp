#include "sluice/runtime/cell.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::inline v0 {

thread_local constinit Cell* Cell::on_turn_ = nullptr;

/// Makes a cell the one whose turn this thread has.
class Cell::TurnScope {
 public:
  explicit TurnScope(Cell& cell, RunQueue* queue = nullptr) noexcept
      : cell_(&cell), previous_(std::exchange(on_turn_, &cell)) {
    cell.running = true;
    cell.gated_ = queue != nullptr;
  }
  ~TurnScope() {
    if (cell_ != nullptr) cell_->running = false;
    on_turn_ = previous_;
  }
  TurnScope(const TurnScope&) = delete;
  TurnScope& operator=(const TurnScope&) = delete;
  /// The cell is gone.
  void forget() noexcept { cell_ = nullptr; }

 private:
  Cell* cell_;
  Cell* previous_;
};

Cell* Cell::make(Engine& engine, StageId id, const StartOptions& options) {
  if (RunQueue::current() == nullptr) return new Cell(engine, id, options);
  void* const storage = Pool::take(sizeof(Cell));
  try {
    auto* const cell = ::new (storage) Cell(engine, id, options);
    cell->recycled_ = true;
    return cell;
  } catch (...) {
    Pool::give(storage, sizeof(Cell));
    throw;
  }
}

void Cell::dispose() noexcept {
  if (!recycled_) {
    delete this;
    return;
  }
  this->~Cell();
  Pool::give(this, sizeof(Cell));
}

Cell::Cell(Engine& engine, StageId id, const StartOptions& options)
    : Host(id), engine_(engine), exits_(options.exits) {
  engine_.retain();
  if (options.name) name_ = std::make_unique<const std::string>(*options.name);
}

Cell::~Cell() {
  if (intake_) intake_->end(Reason::noproc());  // a stage whose start failed
  intake_.reset();
  outlet_.reset();
  stage_.reset();
  while (!mail_.empty()) static_cast<void>(mail_.pop());
  MessageList rest;
  mailbox_.close(rest);
  engine_.release();
}

void Cell::adopt(std::unique_ptr<Stage> stage, const std::type_info& type) {
  const Stage& made = *stage;
  stage_type_ = type == typeid(Stage) ? &typeid(made) : &type;  // a factory may not say which class
  output_type_ = &stage->output_type();
  intake_ = stage->take_intake();
  outlet_ = stage->take_outlet();
  stage->host_ = this;
  stage_ = std::move(stage);
  if (outlet_) outlet_->attach(*this);
  if (intake_) intake_->attach(*this);
}

void Cell::start() {
  TurnScope scope(*this);
  Start answer = Start::ok;
  bool goes_on = run([&] { answer = stage_->handle_start(); });
  if (goes_on && answer == Start::ignore) {
    start_ignored_ = true;
    end_with({}, false, true);
    goes_on = false;
  }
  if (goes_on && intake_) goes_on = guard([&] { static_cast<void>(intake_->subscribe_initial()); });
  if (goes_on) {
    started_ = true;
    set_state(StageState::idle);
    if (busy_ > Duration::zero()) occupy();
    return;
  }
  scope.forget();
  finish();
}

bool Cell::post(MessagePtr message) {
  Cell* const from = on_turn_;
  message->sender_ = from != nullptr ? from->id_.value : 0;
  if (from != nullptr && from->busy_ > Duration::zero() &&
      from != this) {  // its effects become visible later
    engine_.add_timer_at(from->now(), [to = HostPtr(this), m = std::move(message)]() mutable {
      auto& cell = static_cast<Cell&>(*to);
      cell.engine_.post(cell, std::move(m));  // still the message of its sender
    });
    return true;
  }
  if (from == this && state() == StageState::starting) return post_local(std::move(message));  // see place()
  RunQueue* const here = RunQueue::current();
  if (here != nullptr && !here->gate().is_open() && home.load(std::memory_order_acquire) == here) {
    if (!post_local(std::move(message))) return false;
    if (!in_run_queue && !running) here->push(*this);
    return true;
  }
  return engine_.post(*this, std::move(message));
}

bool Cell::post_local(MessagePtr message) {
  if (ended()) {
    message->abandon(*this, Reason::noproc());
    return false;
  }
  if (!mailbox_.maybe_empty()) mailbox_.take_all(mail_);  // older messages of the same sender may be there
  mail_.push(std::move(message));
  return true;
}

Cell::Turn Cell::turn(int budget, RunQueue* queue) {
  if (queue != nullptr && queue->hand_over().to() == this && (occupied() || was_killed())) [[unlikely]]
    mail_.push_front(intake_->to_message(queue->hand_over()));
  if (occupied()) return Turn::idle;
  TurnScope scope(*this, queue);
  set_state(StageState::running);
  try {
    deliver_mail(budget, queue);
  } catch (...) {
    fail(std::current_exception());
  }
  if (end_ != nullptr) {
    scope.forget();
    finish();
    return Turn::ended;
  }
  if (occupied()) return Turn::idle;
  if (!mail_.empty() || !mailbox_.maybe_empty()) {
    set_state(StageState::runnable);
    return Turn::more;
  }
  set_state(resting_state());
  return Turn::idle;
}

void Cell::deliver_mail(int budget, RunQueue* queue) {
  if (queue != nullptr && queue->hand_over().to() == this) {
    messages_.add(1);
    intake_->receive(queue->hand_over());
    --budget;
    if (!goes_on()) return;
  }
  while (end_ == nullptr) {
    if (was_killed()) return end_with(Reason::killed(), false, true);
    if (mail_.empty()) {
      if (mailbox_.maybe_empty()) return;
      mailbox_.take_all(mail_);
    }
    if (budget-- == 0 || (queue != nullptr && queue->hurried())) return;
    MessagePtr next = mail_.pop();
    messages_.add(1);
    Message& message = *next;
    message.deliver(std::move(next), *this);
    if (!goes_on()) return;
  }
}

/// After each message. False: nothing more in this turn.
bool Cell::goes_on() {
  if (end_when_drained_ != nullptr || closing_down_) [[unlikely]]
    end_if_drained();
  if (busy_ <= Duration::zero()) [[likely]]
    return true;
  if (end_ == nullptr) occupy();  // what an end says comes after what was emitted before
  return false;
}

void Cell::end_if_drained() {
  if (end_when_drained_ && drained()) {
    stop(*end_when_drained_);
  } else if (closing_down_ && stage_->has_children()) {
    return;  // supervisors end after what they supervise
  } else if (closing_down_ && ((!intake_ || !intake_->has_producers()) && drained())) {
    stop(Reason::shutdown());
  } else if (closing_down_ && outlet_ && !outlet_->has_consumers() &&
             !has_mail()) {  // a subscription may be in it
    stop(Reason::shutdown("nobody is left to ask for its events"));
  }
}

void Cell::close_down() {
  closing_down_ = true;
  stopping_.store(true, std::memory_order_relaxed);
  if (outlet_) {
    outlet_->close();
    outlet_->set_flow(DemandFlow::forward);
  }
}

/// busy_for: nothing more until the clock has moved on.
void Cell::occupy() {
  busy_until_ = now();
  busy_ = {};
  engine_.add_timer_at(busy_until_, [self = HostPtr(this)] {
    self->post(make_errand([](Host&) {}));  // mail gives it a turn
  });
}

bool Cell::still_occupied() {
  if (engine_.clock().now() < busy_until_) {
    set_state(StageState::busy);
    return true;
  }
  busy_until_ = {};
  return false;
}

StageState Cell::resting_state() const noexcept {
  if ((outlet_ && outlet_->buffered() != 0) || (intake_ && !intake_->queue_empty()))
    return StageState::blocked;
  if (intake_ && intake_->has_producers() && intake_->expects_events()) return StageState::starved;
  return StageState::idle;
}

void Cell::kill() {
  if (ended()) return;
  killed_.store(true, std::memory_order_relaxed);
  stopping_.store(true, std::memory_order_relaxed);
  post(make_errand([](Host&) {}));  // the flag is looked at before each message
}

Reason Cell::end_reason() const { return ended() ? end_->reason : Reason(); }
bool Cell::inside_any_callback() const noexcept { return on_turn_ != nullptr && on_turn_->in_callback_; }
bool Cell::on_own_turn() const noexcept { return on_turn_ == this; }

// -- timers

TimerId Cell::start_timer(Duration first, Duration period) {
  const TimerId id{new_id()};
  const Instant due = after(now(), std::max(first, Duration::zero()));
  rare().timers.emplace(id, Timer{period, due, arm_timer(id, due)});
  return id;
}

std::uint64_t Cell::arm_timer(TimerId id, Instant due) {
  return engine_.add_timer_at(due, [self = HostPtr(this), id] {
    self->post(make_errand([id](Host& at) { static_cast<Cell&>(at).timer_fired(id); }));
  });
}

void Cell::timer_fired(TimerId id) {
  const auto found = rare_->timers.find(id);
  if (found == rare_->timers.end()) return;
  Timer& timer = found->second;
  if (timer.period == Duration::zero()) {
    rare_->timers.erase(found);
  } else {
    const Instant current = engine_.clock().now();
    while (timer.due <= current) timer.due += timer.period;
    timer.alarm = arm_timer(id, timer.due);
  }
  run([&] { stage_->handle_timer(id); });
}

void Cell::cancel_timer(TimerId id) {
  if (!rare_) return;
  const auto found = rare_->timers.find(id);
  if (found == rare_->timers.end()) return;
  engine_.cancel_timer(found->second.alarm);
  rare_->timers.erase(found);
}

std::uint64_t Cell::start_alarm(Duration delay, UniqueFunction<void()> action) {
  return engine_.add_timer_at(after(now(), delay), std::move(action));
}

// -- monitors and links

/// "Tell `who` when you end."
class Cell::WatchRequest final : public Message {
 public:
  WatchRequest(MonitorId id, HostPtr who) : id_(id), who_(std::move(who)) {}
  void deliver(std::unique_ptr<Message> /*self*/, Host& at) override {
    static_cast<Cell&>(at).rare().watchers.push_back({id_, who_});
  }
  void abandon(Host& /*at*/, const Reason& why) override { tell(id_, who_, why); }
  static void tell(MonitorId id, const HostPtr& who, const Reason& why) {
    who->post(make_errand([id, why](Host& at) { static_cast<Cell&>(at).down(id, why); }));
  }

 private:
  MonitorId id_;
  HostPtr who_;
};

MonitorId Cell::monitor(const HostPtr& other) {
  const MonitorId id{new_id()};
  rare().monitored.emplace(id, other);
  if (other) {
    other->post(MessagePtr(new WatchRequest(id, HostPtr(this))));
  } else {
    WatchRequest::tell(id, HostPtr(this), Reason::noproc());
  }
  return id;
}

void Cell::demonitor(MonitorId id) {
  if (!rare_) return;
  const auto found = rare_->monitored.find(id);
  if (found == rare_->monitored.end()) return;
  if (found->second) {
    found->second->post(make_errand([id](Host& at) {
      auto& cell = static_cast<Cell&>(at);
      if (cell.rare_) std::erase_if(cell.rare_->watchers, [id](const Watcher& w) { return w.id == id; });
    }));
  }
  rare_->monitored.erase(found);
}

void Cell::down(MonitorId id, const Reason& reason) {
  if (!rare_ || rare_->monitored.erase(id) == 0) return;
  run([&] { stage_->handle_down(id, reason); });
}

namespace {

/// Asks another cell to know of a link; when it is gone, says so.
class LinkRequest final : public Message {
 public:
  LinkRequest(HostPtr from, UniqueFunction<void(Host&)> add, UniqueFunction<void(const Reason&)> gone)
      : from_(std::move(from)), add_(std::move(add)), gone_(std::move(gone)) {}
  void deliver(std::unique_ptr<Message> /*self*/, Host& at) override { add_(at); }
  void abandon(Host& /*at*/, const Reason& why) override { gone_(why); }

 private:
  HostPtr from_;
  UniqueFunction<void(Host&)> add_;
  UniqueFunction<void(const Reason&)> gone_;
};

}  // namespace

void Cell::link(const HostPtr& other) {
  if (!other || other.get() == this) return;
  auto& links = rare().links;
  if (std::find(links.begin(), links.end(), other) != links.end()) return;
  links.push_back(other);
  other->post(MessagePtr(new LinkRequest(
      HostPtr(this),
      [me = HostPtr(this)](Host& at) {
        auto& theirs = static_cast<Cell&>(at).rare().links;
        if (std::find(theirs.begin(), theirs.end(), me) == theirs.end()) theirs.push_back(me);
      },
      [me = HostPtr(this), other](const Reason& why) {
        me->post(make_errand([other, why](Host& at) { static_cast<Cell&>(at).exit_of(other, why); }));
      })));
}

void Cell::unlink(const HostPtr& other) {
  if (!rare_ || !other) return;
  std::erase(rare_->links, other);
  other->post(make_errand([me = HostPtr(this)](Host& at) {
    auto& cell = static_cast<Cell&>(at);
    if (cell.rare_) std::erase(cell.rare_->links, me);
  }));
}

void Cell::exit_of(const HostPtr& other, const Reason& reason) {
  if (!rare_ || std::erase(rare_->links, other) == 0) return;
  if (exits_ == Exits::trap) {
    run([&] { stage_->handle_exit(AnyRef(other), reason); });
  } else if (!reason.polite()) {
    if (stage_->has_children()) {
      ask_to_stop(reason);
    } else {
      end_with(reason, false, false);  // R2.12: no terminate
    }
  }
}

// -- the end

void Cell::finish() {
  const bool run_terminate = std::exchange(end_->run_terminate, false);
  end_->failed = true;  // whatever terminate does, the stage is ending
  const Reason& reason = end_->reason;
  const HostPtr keep(this);

  if (outlet_) lost_emitted.add(outlet_->forget());
  if (started_ && run_terminate) {
    const Reason before = reason;
    in_callback_ = true;
    try {
      enter();
      stage_->terminate(before);
    } catch (...) {
      log(Severity::error,
          fmt::format("terminate threw: {}", Reason::of(std::current_exception()).to_string()));
    }
    leave();
    in_callback_ = false;
    if (outlet_) lost_emitted.add(outlet_->forget());
  }
  const std::shared_ptr<Lineage> lineage = rare_ ? std::move(rare_->lineage) : nullptr;
  if (started_ && !reason.polite() && (!lineage || !lineage->heard())) {  // a supervisor says more
    log(reason.kind() == Reason::Kind::killed ? Severity::warning : Severity::error,
        fmt::format("ended: {}", reason.to_string()));
  }
  deferred_.reset();

  if (name_) engine_.registry().give_back(*name_);
  ended_.store(true, std::memory_order_release);
  set_state(StageState::ended);
  stage_.reset();

  MessageList rest = std::move(mail_);
  mailbox_.close(rest);
  while (!rest.empty()) {
    const MessagePtr message = rest.pop();
    message->abandon(*this, reason);
  }
  if (intake_) intake_->end(reason);
  if (outlet_) outlet_->end(reason);
  for (auto& work : std::exchange(end_->after, {})) work(reason);
  if (const std::unique_ptr<Rare> rare = std::move(rare_)) {
    for (const auto& [id, timer] : rare->timers) engine_.cancel_timer(timer.alarm);
    for (auto& work : rare->when_ended) work(reason);
    for (const Watcher& watcher : rare->watchers) WatchRequest::tell(watcher.id, watcher.who, reason);
    for (const HostPtr& other : rare->links) {
      other->post(make_errand([me = keep, reason](Host& at) { static_cast<Cell&>(at).exit_of(me, reason); }));
    }
  }
  const EventCounts last = counts();
  intake_.reset();
  outlet_.reset();
  running = false;
  if (lineage) lineage->ended(reason);
  engine_.leave(*this, &last);
}

StageInfo Cell::info() {
  StageInfo info = Host::info();
  info.state = resting_state();
  info.messages = messages_.value();
  return info;
}

StageInfo Cell::outline() const {
  StageInfo info;
  info.id = id_;
  info.name = name();
  info.state = state();
  info.callbacks = callbacks_run.value();
  info.messages = messages_.value();
  info.events.lost_received = lost_received.value();
  info.events.lost_emitted = lost_emitted.value();
  return info;
}

std::uint64_t Cell::events_unhandled() const noexcept { return lost_received.value() + lost_emitted.value(); }

}  // namespace sluice::inline v0
