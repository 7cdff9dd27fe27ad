#include "sluice/runtime/threads.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::inline v0 {

namespace {

constexpr Duration look_period = std::chrono::milliseconds(1);
constexpr Duration first_word_after = std::chrono::seconds(1);
constexpr Duration next_word_after = std::chrono::seconds(5);

}  // namespace

Threads::Threads(std::size_t workers, std::shared_ptr<Clock> clock, LogSink log)
    : Engine(std::move(clock), std::move(log)) {
  for (std::size_t i = 0; i < workers; ++i)
    pool_.push_back(std::make_unique<Worker>(*this, i, Worker::Kind::pool));
  for (const auto& worker : pool_) worker->launch();
  watcher_ = std::thread([this] { watch(); });
}

Threads::~Threads() = default;

bool Threads::post(Cell& to, MessagePtr message) {
  const bool foreign = Worker::current() == nullptr;
  if (foreign) visitors_.fetch_add(1, std::memory_order_seq_cst);
  Message* const raw = message.release();
  const bool pushed = to.mailbox().push(raw) == Mailbox::Pushed::yes;
  if (pushed) {
    if (!to.in_inbox.exchange(true, std::memory_order_seq_cst)) {
      Worker* const here = Worker::current();
      const bool from_pool = here != nullptr && here->kind() == Worker::Kind::pool;
      to.last_linked_by.store(static_cast<std::uint16_t>(from_pool ? here->index() + 1 : 0),
                              std::memory_order_relaxed);
      static_cast<Worker*>(to.home.load(std::memory_order_acquire))->link(to);
    }
  } else {
    message.reset(raw);
    message->abandon(to, Reason::noproc());
  }
  if (foreign) visitors_.fetch_sub(1, std::memory_order_seq_cst);
  return pushed;
}

void Threads::place(Cell& cell, Thread thread) {
  if (thread == Thread::own) return;  // run_start has placed it
  Worker* home = Worker::current();
  if (home == nullptr || home->kind() == Worker::Kind::own) home = pool_.front().get();
  const bool has_mail_of_its_own = !cell.mail().empty();  // home may be giving it turns after the next line
  cell.home.store(home, std::memory_order_seq_cst);
  cell.in_inbox.store(false, std::memory_order_seq_cst);
  if (has_mail_of_its_own && home == Worker::current() && !home->gate().is_open()) {
    home->push(cell);
  } else if ((has_mail_of_its_own || !cell.mailbox().empty()) &&
             !cell.in_inbox.exchange(true, std::memory_order_seq_cst)) {
    home->link(cell);
  }
}

bool Threads::run_start(Cell& cell, const StartOptions& options) {
  if (options.thread == Thread::pool) {
    cell.start();
    return true;
  }
  auto done = std::make_shared<Latch>();
  const HostPtr keep(&cell);
  {
    const std::lock_guard lock(own_mutex_);
    Worker& worker = free_own_worker();
    cell.home.store(&worker, std::memory_order_seq_cst);
    worker.launch_with(cell, [keep, done] {
      static_cast<Cell&>(*keep).start();
      done->open();
    });
  }
  return done->wait_for(options.start_timeout);
}

bool Threads::await(Latch& latch, Duration time) { return latch.wait_for(time); }

Worker* Threads::idle_worker(const Worker& self) const noexcept {
  for (const auto& worker : pool_) {
    if (worker.get() != &self && worker->idle() && worker->inbox_empty()) return worker.get();
  }
  return nullptr;
}

bool Threads::all_idle() const {
  const std::lock_guard lock(own_mutex_);
  std::vector<std::uint64_t> wakes;
  const auto quiet = [](const auto& worker) {
    return worker->finished() || (worker->idle() && worker->inbox_empty());
  };
  for (const auto* group : {&pool_, &own_}) {
    for (const auto& worker : *group) {
      wakes.push_back(worker->wakes());
      if (!quiet(worker)) return false;
    }
  }
  auto before = wakes.begin();
  for (const auto* group : {&pool_, &own_}) {
    for (const auto& worker : *group) {
      if (!quiet(worker) || worker->wakes() != *before++) return false;
    }
  }
  return visitors_.load(std::memory_order_seq_cst) == 0;
}

void Threads::settle() {
  Latch never;
  while (!all_idle()) static_cast<void>(never.wait_for(std::chrono::microseconds(20)));
}

void Threads::timers_changed() {
  const std::lock_guard lock(watch_mutex_);
  watch_poked_ = true;
  watch_wake_.notify_one();
}

void Threads::worker_woke() noexcept {
  if (!watch_asleep_.load(std::memory_order_seq_cst)) return;
  const std::lock_guard lock(watch_mutex_);
  watch_poked_ = true;
  watch_wake_.notify_one();
}

void Threads::watch() {
  std::vector<Seen> seen;
  const auto look_afresh = [&] {
    const Instant now = std::chrono::steady_clock::now();
    seen.assign(pool_.size(), Seen{.since = now, .last_word = now});
  };
  look_afresh();
  std::unique_lock lock(watch_mutex_);
  while (!watch_stop_) {
    lock.unlock();
    while (clock().runs_by_itself() && fire_timers()) {
    }
    const Instant now = std::chrono::steady_clock::now();
    bool active = false;
    for (std::size_t i = 0; i < pool_.size(); ++i) {
      active = active || !pool_[i]->parked();
      look_after(*pool_[i], seen[i], now);
    }
    const Duration until_timer =
        clock().runs_by_itself() && next_timer() != Instant::max() ? next_timer() - clock().now() : forever;
    lock.lock();
    if (watch_stop_) break;
    if (!watch_poked_) {
      if (active) {
        watch_wake_.wait_for(lock, std::min(look_period, until_timer));
      } else {
        // Workers that wake from here on see it and poke; one that woke before is seen as active now.
        watch_asleep_.store(true, std::memory_order_seq_cst);
        const bool still_quiet =
            std::all_of(pool_.begin(), pool_.end(), [](const auto& w) { return w->parked(); });
        if (still_quiet && until_timer == forever) {
          watch_wake_.wait(lock, [this] { return watch_poked_ || watch_stop_; });
        } else if (still_quiet) {
          watch_wake_.wait_for(lock, until_timer, [this] { return watch_poked_ || watch_stop_; });
        }
        watch_asleep_.store(false, std::memory_order_seq_cst);
        look_afresh();  // what was seen before is too old to tell how long a callback runs
      }
    }
    watch_poked_ = false;
  }
}

/// A callback that outlasts two looks must not hold up the other cells of its worker.
void Threads::look_after(Worker& worker, Seen& seen, Instant now) {
  const std::uint64_t turns = worker.turns();
  if (turns != seen.turns || worker.idle()) {
    seen = {turns, now, now};
    return;
  }
  if (now - seen.since < look_period) return;
  worker.hurry();
  if (worker.length() != 0 || !worker.inbox_empty()) {
    if (Worker* const to = idle_worker(worker)) worker.rescue(*to);
  }
  if (now - seen.since >= first_word_after &&
      now - seen.last_word >= (seen.last_word == seen.since ? first_word_after : next_word_after)) {
    seen.last_word = now;
    if (const HostPtr cell = worker.occupied_by()) {
      log(Severity::warning, cell->label(),
          fmt::format("a callback has been running for {} s and keeps worker {}; a stage that blocks wants "
                      "Thread::own",
                      std::chrono::duration_cast<std::chrono::seconds>(now - seen.since).count(),
                      worker.index()));
    }
  }
}

/// One whose cell has ended, or a new one. None is destroyed before the engine: whoever sent a message to the
/// ended cell may be about to link it to its home.
Worker& Threads::free_own_worker() {
  for (const auto& worker : own_) {
    if (!worker->finished()) continue;
    worker->renew();
    return *worker;
  }
  own_.push_back(std::make_unique<Worker>(*this, pool_.size() + own_.size(), Worker::Kind::own));
  return *own_.back();
}

void Threads::stop_turns() {
  for (const auto& worker : pool_) worker->ask_to_stop();
  {
    const std::lock_guard lock(own_mutex_);
    for (const auto& worker : own_) worker->ask_to_stop();
  }
  {
    const std::lock_guard lock(watch_mutex_);
    watch_stop_ = true;
    watch_wake_.notify_one();
  }
  watcher_.join();
  while (visitors_.load(std::memory_order_seq_cst) != 0) std::this_thread::yield();
  // Twice: the last of the threads may have linked a cell to a worker that was joined already.
  for (int round = 0; round < 2; ++round) {
    for (const auto& worker : pool_) worker->join();
    for (const auto& worker : own_) worker->join();
  }
}

}  // namespace sluice::inline v0
