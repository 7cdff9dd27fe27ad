#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "sluice/core/ids.hpp"
#include "sluice/core/log.hpp"
#include "sluice/core/options.hpp"
#include "sluice/core/pooled.hpp"
#include "sluice/core/reason.hpp"
#include "sluice/core/time.hpp"
#include "sluice/core/unique_function.hpp"
#include "sluice/observe/snapshot.hpp"
#include "sluice/stage/gate.hpp"
#include "sluice/stage/mailbox.hpp"
#include "sluice/stage/message.hpp"
#include "sluice/stage/run_queue.hpp"

namespace sluice::inline v0 {

class Stage;
class IntakeBase;
class OutletBase;
class Latch;
class Lineage;
class Edge;
class Host;

/// A counted pointer to a host. Keeps the host's memory, never its stage, alive.
class HostPtr {
 public:
  HostPtr() noexcept = default;
  explicit HostPtr(Host* host) noexcept;
  HostPtr(const HostPtr& other) noexcept : HostPtr(other.host_) {}
  HostPtr(HostPtr&& other) noexcept : host_(std::exchange(other.host_, nullptr)) {}
  HostPtr& operator=(HostPtr other) noexcept {
    std::swap(host_, other.host_);
    return *this;
  }
  ~HostPtr();

  [[nodiscard]] Host* get() const noexcept { return host_; }
  Host* operator->() const noexcept { return host_; }
  Host& operator*() const noexcept { return *host_; }
  explicit operator bool() const noexcept { return host_ != nullptr; }
  friend bool operator==(const HostPtr&, const HostPtr&) = default;

 private:
  Host* host_ = nullptr;
};

/// How a stage is started, apart from its constructor's arguments.
enum class Thread : unsigned char {
  pool,  ///< on the runtime's workers
  own,   ///< on a thread of its own, for callbacks that block
};

/// What happens when a linked stage ends.
enum class Exits : unsigned char {
  follow,  ///< an abnormal end of the other ends this one
  trap,    ///< handle_exit is called instead
};

struct StartOptions {
  std::optional<std::string> name = {};
  Thread thread = Thread::pool;
  /// How long start waits for handle_start; only a stage with its own thread can exceed it.
  Duration start_timeout = forever;
  Exits exits = Exits::follow;
};

using StageFactory = UniqueFunction<std::unique_ptr<Stage>()>;

/// The cell as the parts of a stage see it: where the stage lives, and what it may ask for. Runs the
/// callbacks, one at a time. The runtime implements it; stages never see more of a runtime than this.
///
/// Thread rule: what is under "anywhere" from any thread at any time; the rest on the cell's own turn only.
///
/// 1. A callback is never re-entered, and nothing runs after the end.
/// 2. What a callback emitted is published when it returned, then its asks are sent, then its deferred work
/// is done.
/// 3. A callback that throws ends the stage; nothing of what it emitted is published.
class Host {
 public:
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // -- anywhere

  /// False: the stage has ended and the message was abandoned.
  virtual bool post(MessagePtr message) = 0;
  /// The same from the turn of `from`; the way of events and asks.
  bool send(MessagePtr message, const Host& from) {
    RunQueue* const here = near(from);
    if (here == nullptr) return post(std::move(message));
    send_near(std::move(message), *here);
    return true;
  }
  /// To a host that is near.
  void send_near(MessagePtr message, RunQueue& here) noexcept {
    mail_.push(std::move(message));
    if (!in_run_queue && !running) here.push(*this);
  }
  /// On the turn of `from`: the queue of this thread, if this host has its home there and nobody else's mail
  /// has to be looked at first. Null: it is not near.
  [[nodiscard, gnu::always_inline]] RunQueue* near(const Host& from) const noexcept {
    RunQueue* const here = RunQueue::current();
    const bool is_near = here != nullptr && home.load(std::memory_order_acquire) == here &&
                         !here->gate().is_open() && from.busy_ == Duration::zero() && mailbox_.maybe_empty();
    return is_near ? here : nullptr;
  }
  /// A near host that has nothing to do.
  [[nodiscard]] bool resting() const noexcept {
    return !running && !in_run_queue && mail_.empty() && end_ == nullptr;
  }
  /// Ends the stage without terminate, at once as seen from outside.
  virtual void kill() = 0;
  [[nodiscard]] bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  /// Why it ended; only meaningful then.
  [[nodiscard]] virtual Reason end_reason() const = 0;
  /// Whether the calling thread is inside a callback of any stage.
  [[nodiscard]] virtual bool inside_any_callback() const noexcept = 0;
  /// Whether the calling thread is on this host's turn.
  [[nodiscard]] virtual bool on_own_turn() const noexcept = 0;
  /// Waits until the latch opens, or runs the simulation until it does; false after `time`.
  [[nodiscard]] virtual bool await(Latch& latch, Duration time) = 0;
  /// Identifies the runtime this host belongs to.
  [[nodiscard]] virtual const void* runtime() const noexcept = 0;
  [[nodiscard]] virtual HostPtr find(std::string_view name) const = 0;
  /// Of its runtime.
  [[nodiscard]] virtual std::size_t workers() const noexcept = 0;
  /// Whether the runtime shuts down: nothing new starts any more.
  [[nodiscard]] virtual bool runtime_ends() const noexcept = 0;
  virtual void log(Severity severity, std::string text) const = 0;
  virtual void count_dropped_cast() noexcept = 0;
  [[nodiscard]] virtual std::uint64_t new_id() noexcept = 0;
  /// 64 random bits that depend on the runtime's seed.
  [[nodiscard]] virtual std::uint64_t draw() noexcept = 0;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// The name, or "#id".
  [[nodiscard]] std::string label() const;
  [[nodiscard]] StageId id() const noexcept { return id_; }
  [[nodiscard]] const std::type_info& stage_type() const noexcept { return *stage_type_; }
  /// typeid(void) where it has no such side.
  [[nodiscard]] const std::type_info& output_type() const noexcept { return *output_type_; }

  // -- on the own turn

  [[nodiscard]] Stage& stage() noexcept { return *stage_; }
  [[nodiscard]] IntakeBase* intake() noexcept { return intake_.get(); }
  [[nodiscard]] OutletBase* outlet() noexcept { return outlet_.get(); }

  /// Runs user code as a callback; false: the stage is ending, do nothing more for this message.
  template <class F>
  bool run(F&& callback) {
    in_callback_ = true;
    try {
      enter();
      std::forward<F>(callback)();
    } catch (...) {
      fail(std::current_exception());
    }
    leave();
    in_callback_ = false;
    callbacks_run.add(1);
    return settle();
  }
  /// Runs code that may throw because of the user (a dispatcher's route) but is no callback.
  template <class F>
  bool guard(F&& code) {
    try {
      std::forward<F>(code)();
    } catch (...) {
      fail(std::current_exception());
    }
    return !ending();
  }

  /// Makes the stage end with this reason once the message at hand is done. The first reason stays.
  void stop(Reason reason);
  /// What somebody outside wants: a stage with children ends them first (Stage::wind_down).
  void ask_to_stop(Reason reason);
  /// Like stop, but first hands out what is queued and buffered.
  void stop_when_drained(Reason reason);
  [[nodiscard]] bool ending() const noexcept { return end_ != nullptr; }
  /// Whether it is ending because a callback threw, or by kill.
  [[nodiscard]] bool failed() const noexcept { return end_ != nullptr && end_->failed; }
  /// Runs when the stage is gone, before its watchers hear of it. For a stage that is ending.
  void at_end(UniqueFunction<void(const Reason&)> work) { end_->after.push_back(std::move(work)); }
  /// The same for a stage that may go on.
  virtual void when_ended(UniqueFunction<void(const Reason&)> work) = 0;
  /// Work to be done after the running callback, or now if none runs.
  void defer(UniqueFunction<void()> work);
  [[nodiscard]] bool in_callback() const noexcept { return in_callback_; }
  [[nodiscard]] bool stopping() const noexcept { return stopping_.load(std::memory_order_relaxed); }

  virtual TimerId start_timer(Duration first, Duration period) = 0;
  virtual void cancel_timer(TimerId id) = 0;
  virtual MonitorId monitor(const HostPtr& other) = 0;
  virtual void demonitor(MonitorId id) = 0;
  virtual void link(const HostPtr& other) = 0;
  virtual void unlink(const HostPtr& other) = 0;
  void busy_for(Duration time) { busy_ += std::max(time, Duration::zero()); }
  /// Runs `action` after `delay`, on some thread.
  virtual std::uint64_t start_alarm(Duration delay, UniqueFunction<void()> action) = 0;
  virtual void cancel_alarm(std::uint64_t id) = 0;
  /// What the stage knows about itself.
  [[nodiscard]] virtual StageInfo info();
  [[nodiscard]] virtual Instant now() const = 0;
  /// `lineage` is let go of when the started stage has gone, or failed to start.
  virtual HostPtr start(StartOptions options, StageFactory make, const std::type_info& type,
                        std::shared_ptr<Lineage> lineage) = 0;
  /// An event message is thrown away unread, because the stage has ended. Any thread.
  void lose_unread(std::size_t events);
  /// Events that were received are thrown away, because the stage has ended. Any thread.
  void lose_received(std::size_t events);
  /// What this stage was started with; null: it is not supervised.
  [[nodiscard]] virtual std::shared_ptr<Lineage> lineage() const = 0;

  Tally callbacks_run;
  SharedTally lost_received;  // senders who come too late add to it
  Tally lost_emitted;

  // -- for engines: see Worker's invariants
  std::atomic<RunQueue*> home{nullptr};
  bool in_run_queue = false;  // home's
  bool running = false;       // home's

 protected:
  friend class HostPtr;
  friend class RunQueue;

  explicit Host(StageId id) noexcept;
  virtual ~Host();

  /// What an end needs to know, and afterwards why it ended. One allocation, made when a stage ends.
  struct End : Pooled {
    Reason reason;
    bool run_terminate = true;
    bool failed = false;
    std::vector<UniqueFunction<void(const Reason&)>> after = {};
  };

  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) dispose();
  }
  /// Adds to lost_received on somebody else's turn.
  virtual void lost_late(std::size_t events) = 0;
  [[nodiscard]] EventCounts counts() const;
  /// Nobody refers to it any more.
  virtual void dispose() noexcept = 0;
  void fail(std::exception_ptr exception);
  void end_with(Reason reason, bool run_terminate, bool failed);
  /// What follows a callback: its outbox, its asks, its deferred work. False: the stage is ending.
  inline bool settle();
  void settle_failure();
  void run_deferred();
  [[nodiscard]] bool drained() const noexcept;
  [[nodiscard]] bool was_killed() const noexcept { return killed_.load(std::memory_order_relaxed); }
  /// User code runs / no longer runs: a rescuer may take over what waits behind it.
  void enter() {
    if (gated_) {
      RunQueue::current()->gate().open();
    } else {
      enter_ungated();
    }
  }
  void leave() noexcept {
    if (gated_) RunQueue::current()->gate().shut();
  }
  /// Simulated faults; may throw in the place of the callback.
  virtual void enter_ungated() = 0;

  MessageList mail_;  // home's
  Mailbox mailbox_;
  Host* next_to_run_ = nullptr;  // home's
  Duration busy_{};              // what busy_for added in this turn
  std::unique_ptr<Stage> stage_;
  std::unique_ptr<IntakeBase> intake_;
  std::unique_ptr<OutletBase> outlet_;
  std::unique_ptr<End> end_;
  std::unique_ptr<Reason> end_when_drained_;
  std::unique_ptr<std::vector<UniqueFunction<void()>>> deferred_;  // on first use
  const std::type_info* stage_type_ = &typeid(void);
  const std::type_info* output_type_ = &typeid(void);
  StageId id_;
  std::atomic<std::uint32_t> references_{0};
  bool gated_ = false;  // a worker gives the turn: not at the start, not in a simulation
  bool in_callback_ = false;
  std::atomic<bool> killed_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ended_{false};
};

inline void RunQueue::push(Host& host) noexcept {
  host.in_run_queue = true;
  host.next_to_run_ = nullptr;
  (last_ != nullptr ? last_->next_to_run_ : first_) = &host;
  last_ = &host;
  length_.store(length() + 1, std::memory_order_relaxed);
}

inline Host* RunQueue::pop() noexcept {
  Host* const host = first_;
  if (host == nullptr) return nullptr;
  first_ = host->next_to_run_;
  if (first_ == nullptr) last_ = nullptr;
  length_.store(length() - 1, std::memory_order_relaxed);
  host->in_run_queue = false;
  return host;
}

/// Runs `code` as a turn of its own once everything that waits in the stage now was handed out (R9.9).
void place_info(Host& at, UniqueFunction<void()> code);

inline HostPtr::HostPtr(Host* host) noexcept : host_(host) {
  if (host_ != nullptr) host_->retain();
}
inline HostPtr::~HostPtr() {
  if (host_ != nullptr) host_->release();
}

}  // namespace sluice::inline v0
