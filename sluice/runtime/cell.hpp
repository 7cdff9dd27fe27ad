#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/runtime/engine.hpp"
#include "sluice/stage/intake.hpp"
#include "sluice/stage/lineage.hpp"
#include "sluice/stage/outlet_base.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0 {

/// Where a stage lives: its mailbox, its turns, its counters, and its end. The engine decides when it has a
/// turn; all that happens in one is here and in the stage's two sides, the same under threads and in a
/// simulation.
///
/// Thread rule: post, kill, ended, state and the counters from any thread; `home` as worker.hpp says; the
/// rest by whoever has the turn.
///
/// 1. One thread at a time has the turn.
/// 2. A message is delivered in the order its sender sent it, or abandoned.
/// 3. After finish() nothing of the stage is left, and the cell waits for its last Ref.
class Cell final : public Host {
 public:
  enum class Turn : unsigned char {
    more,   ///< there is more to do
    idle,   ///< nothing left
    ended,  ///< do not touch the cell any more
  };

  /// Freed with its last reference. On a worker its storage is recycled.
  [[nodiscard]] static Cell* make(Engine& engine, StageId id, const StartOptions& options);

  void adopt(std::unique_ptr<Stage> stage, const std::type_info& type);
  /// The first turn: handle_start and the initial subscriptions. On failure the reason is in end().
  void start();

  /// Delivers up to `budget` messages, fewer when the queue whose turn it is hurries.
  [[nodiscard]] Turn turn(int budget, RunQueue* queue = nullptr);
  /// For the simulation: into the mail. False: it was abandoned.
  [[nodiscard]] bool post_local(MessagePtr message);

  // -- Host
  bool post(MessagePtr message) override;
  void kill() override;
  [[nodiscard]] Reason end_reason() const override;
  [[nodiscard]] bool inside_any_callback() const noexcept override;
  [[nodiscard]] bool on_own_turn() const noexcept override;
  [[nodiscard]] bool await(Latch& latch, Duration time) override { return engine_.await(latch, time); }
  [[nodiscard]] const void* runtime() const noexcept override { return &engine_; }
  [[nodiscard]] HostPtr find(std::string_view name) const override { return engine_.find(name); }
  [[nodiscard]] std::size_t workers() const noexcept override { return engine_.workers(); }
  void log(Severity severity, std::string text) const override {
    engine_.log(severity, label(), std::move(text));
  }
  [[nodiscard]] bool runtime_ends() const noexcept override { return engine_.shutting_down(); }
  void count_dropped_cast() noexcept override {
    engine_.casts_dropped.fetch_add(1, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t new_id() noexcept override { return engine_.new_id(); }
  [[nodiscard]] std::uint64_t draw() noexcept override { return engine_.draw(); }
  [[nodiscard]] std::string_view name() const noexcept override {
    return name_ ? std::string_view(*name_) : std::string_view();
  }
  TimerId start_timer(Duration first, Duration period) override;
  void cancel_timer(TimerId id) override;
  MonitorId monitor(const HostPtr& other) override;
  void demonitor(MonitorId id) override;
  void link(const HostPtr& other) override;
  void unlink(const HostPtr& other) override;
  std::uint64_t start_alarm(Duration delay, UniqueFunction<void()> action) override;
  void cancel_alarm(std::uint64_t id) override { engine_.cancel_timer(id); }
  [[nodiscard]] Instant now() const override { return after(engine_.clock().now(), busy_); }
  HostPtr start(StartOptions options, StageFactory make, const std::type_info& type,
                std::shared_ptr<Lineage> lineage) override {
    return engine_.start(std::move(options), std::move(make), type, std::move(lineage));
  }
  [[nodiscard]] std::shared_ptr<Lineage> lineage() const override { return rare_ ? rare_->lineage : nullptr; }
  void when_ended(UniqueFunction<void(const Reason&)> work) override {
    rare().when_ended.push_back(std::move(work));
  }

  // -- for engines
  [[nodiscard]] Engine& engine() const noexcept { return engine_; }
  [[nodiscard]] StageState state() const noexcept { return state_.load(std::memory_order_relaxed); }
  void set_state(StageState state) noexcept { state_.store(state, std::memory_order_relaxed); }
  /// Why the first turn failed; null: it did not.
  [[nodiscard]] const Reason* start_failure() const noexcept {
    return started_ || !end_ ? nullptr : &end_->reason;
  }
  [[nodiscard]] bool start_ignored() const noexcept { return start_ignored_; }
  [[nodiscard]] bool has_mail() const noexcept { return !mail_.empty() || !mailbox_.empty(); }
  [[nodiscard]] bool maybe_has_mail() const noexcept { return !mail_.empty() || !mailbox_.maybe_empty(); }
  void collect_mail() noexcept { mailbox_.take_all(mail_); }
  [[nodiscard]] Mailbox& mailbox() noexcept { return mailbox_; }
  [[nodiscard]] MessageList& mail() noexcept { return mail_; }
  [[nodiscard]] static std::uint64_t sender_of(const Message& message) noexcept { return message.sender_; }
  /// Before the start.
  void belong_to(std::shared_ptr<Lineage> lineage) { rare().lineage = std::move(lineage); }
  /// Simulation: the messages by sender order only; moves the first message of a sender drawn by `pick` to
  /// the front.
  template <class Pick>
  void shuffle_senders(Pick pick);
  /// What it counts of events, for a stage that cannot be asked.
  [[nodiscard]] StageInfo outline() const;
  /// With what only the cell knows: its state is what it will be when the turn at hand is over and nothing
  /// else has come.
  [[nodiscard]] StageInfo info() override;
  [[nodiscard]] std::uint64_t events_unhandled() const noexcept;
  /// Part of a shutdown: ends when it has nothing left to hand out.
  void close_down();
  /// The cell whose turn the calling thread has; null: none.
  [[nodiscard]] static Cell* current() noexcept { return on_turn_; }

  std::atomic<bool> in_inbox{true};  // nobody links a new cell into an inbox before place()
  Cell* next_in_inbox = nullptr;
  std::atomic<std::uint16_t> last_linked_by{0};  // index of the worker plus 1; 0: none; a hint
  std::uint16_t light_wakes = 0;       // home's: short turns in a row that a message from there woke it for
  std::uint64_t lost_late_so_far = 0;  // of lost_received; under the engine's lock of living cells
  Cell* next_live = nullptr;
  Cell* previous_live = nullptr;
  void retain_cell() noexcept { retain(); }
  void release_cell() noexcept { release(); }

 private:
  Cell(Engine& engine, StageId id, const StartOptions& options);
  ~Cell() override;
  void dispose() noexcept override;
  void lost_late(std::size_t events) override { engine_.lose_late(*this, events); }

  struct Watcher {
    MonitorId id;
    HostPtr who;
  };
  struct Timer {
    Duration period;
    Instant due;
    std::uint64_t alarm;  // the engine's
  };
  /// Rarely needed, so behind one pointer.
  struct Rare : Pooled {
    std::vector<Watcher> watchers;                     // who monitors this stage
    std::unordered_map<MonitorId, HostPtr> monitored;  // whom this stage monitors
    std::vector<HostPtr> links;
    std::vector<UniqueFunction<void(const Reason&)>> when_ended;
    std::unordered_map<TimerId, Timer> timers;
    std::shared_ptr<Lineage> lineage;  // of a supervised stage
  };
  class TurnScope;
  class WatchRequest;

  Rare& rare() {
    if (!rare_) rare_ = std::make_unique<Rare>();
    return *rare_;
  }
  void enter_ungated() override { engine_.callback_begins(*this); }
  void deliver_mail(int budget, RunQueue* queue);
  [[nodiscard]] inline bool goes_on();
  void end_if_drained();
  [[nodiscard]] std::uint64_t arm_timer(TimerId id, Instant due);
  void timer_fired(TimerId id);
  void down(MonitorId id, const Reason& reason);
  void exit_of(const HostPtr& other, const Reason& reason);
  void occupy();
  [[nodiscard]] bool occupied() { return busy_until_ != Instant{} && still_occupied(); }
  [[nodiscard]] bool still_occupied();
  void finish();
  [[nodiscard]] StageState resting_state() const noexcept;

  static thread_local constinit Cell* on_turn_;

  Engine& engine_;
  std::unique_ptr<const std::string> name_;
  std::unique_ptr<Rare> rare_;
  Instant busy_until_{};
  Tally messages_;
  std::atomic<StageState> state_{StageState::starting};
  Exits exits_;
  bool started_ = false;
  bool start_ignored_ = false;
  bool recycled_ = false;
  bool closing_down_ = false;
};

template <class Pick>
void Cell::shuffle_senders(Pick pick) {
  std::vector<std::uint64_t> senders;
  for (const Message* m = mail_.first_; m != nullptr; m = m->next_) {
    if (std::find(senders.begin(), senders.end(), m->sender_) == senders.end()) senders.push_back(m->sender_);
  }
  if (senders.size() < 2) return;
  const std::uint64_t chosen = senders[pick(senders.size())];
  Message* before = nullptr;
  Message* m = mail_.first_;
  while (m->sender_ != chosen) before = std::exchange(m, m->next_);
  if (before == nullptr) return;
  before->next_ = m->next_;
  if (mail_.last_ == m) mail_.last_ = before;
  m->next_ = mail_.first_;
  mail_.first_ = m;
}

}  // namespace sluice::inline v0
