#include "sluice/runtime/worker.hpp"

#include <optional>
#include <utility>

#include "sluice/runtime/threads.hpp"

namespace sluice::inline v0 {

namespace {

constexpr int messages_per_turn = 64;
constexpr int hops_per_look = 64;
/// Of a chain that is run warm, from its first look on; then others have their turn.
constexpr Duration longest_chain = std::chrono::milliseconds(1);
constexpr unsigned turns_per_look = 32;
constexpr Duration spin_time = std::chrono::microseconds(50);
/// Work moves to another core only when what waits is worth a hand-over (runtime-notes: sharing by backlog
/// time).
constexpr Duration least_backlog = std::chrono::microseconds(20);
constexpr Duration least_turn = std::chrono::microseconds(2);
/// Or when some cell waits look after look, and what each turn does is worth the messages that go to another
/// core: then it does not matter how much waits at once.
constexpr Duration least_steady_turn = std::chrono::microseconds(4);
constexpr Duration light_turn = std::chrono::microseconds(2);
constexpr unsigned light_wakes_to_move = 16;

void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

Worker::Worker(Threads& threads, std::size_t index, Kind kind)
    : threads_(threads), index_(index), kind_(kind), pool_(threads.depot()) {}

Worker::~Worker() = default;

void Worker::launch() {
  thread_ = std::thread([this] { run(); });
}

void Worker::launch_with(Cell& cell, UniqueFunction<void()> first) {
  only_ = HostPtr(&cell);
  thread_ = std::thread([this, first = std::move(first)]() mutable {
    install();
    {
      const Pool::Installed installed(pool_);
      idle_.store(false, std::memory_order_seq_cst);
      first();
      Cell& mine = static_cast<Cell&>(*only_);
      mine.in_inbox.store(false, std::memory_order_seq_cst);
      if (mine.has_mail() && !mine.ended()) push(mine);
    }
    run();
  });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
  for (Cell* cell = inbox_.exchange(nullptr); cell != nullptr;) {  // linked too late to matter
    Cell* const next = cell->next_in_inbox;
    cell->release_cell();
    cell = next;
  }
}

void Worker::renew() {
  join();
  only_ = {};
  const std::lock_guard lock(mutex_);
  woken_ = false;
  finished_.store(false, std::memory_order_release);
}

void Worker::ask_to_stop() noexcept {
  stop_.store(true, std::memory_order_seq_cst);
  const std::lock_guard lock(mutex_);
  woken_ = true;
  wake_.notify_one();
}

void Worker::link(Cell& cell) noexcept {
  cell.retain_cell();
  Cell* seen = inbox_.load(std::memory_order_relaxed);
  do {
    cell.next_in_inbox = seen;
  } while (!inbox_.compare_exchange_weak(seen, &cell, std::memory_order_seq_cst, std::memory_order_relaxed));
  if (parked_.load(std::memory_order_seq_cst)) {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    wake_.notify_one();
  }
}

void Worker::run() {
  install();
  const Pool::Installed installed(pool_);
  last_look_ = std::chrono::steady_clock::now();
  bool was_idle = false;
  while (true) {
    collect_inbox();
    if (Cell* const cell = dequeue()) {
      if (std::exchange(was_idle, false)) {
        run_first_after_idling(*cell);
      } else {
        run_one(*cell);
      }
      run_handed_over();
      if (hurried()) hurry_.store(false, std::memory_order_relaxed);
      if (turns_since_look_ >= turns_per_look) share_if_worthwhile();
      continue;
    }
    if (stop_.load(std::memory_order_seq_cst) || (only_ && only_->ended())) break;
    idle_.store(true, std::memory_order_seq_cst);
    if (!spin()) park();
    idle_.store(false, std::memory_order_seq_cst);
    wakes_.fetch_add(1, std::memory_order_seq_cst);
    turns_since_look_ = 0;
    last_look_ = std::chrono::steady_clock::now();
    was_idle = true;
  }
  only_ = {};  // the cell keeps the engine, and the engine this worker
  uninstall();
  finished_.store(true, std::memory_order_release);
}

bool Worker::collect_inbox() {
  if (inbox_.load(std::memory_order_relaxed) == nullptr) return false;
  Cell* newest = inbox_.exchange(nullptr, std::memory_order_seq_cst);
  Cell* oldest = nullptr;
  while (newest != nullptr) {
    Cell* const older = newest->next_in_inbox;
    newest->next_in_inbox = oldest;
    oldest = newest;
    newest = older;
  }
  while (oldest != nullptr) {
    Cell* const cell = std::exchange(oldest, oldest->next_in_inbox);
    adopt(*cell);
    cell->release_cell();
  }
  return true;
}

/// A cell out of the inbox: it has mail, or it is new here.
void Worker::adopt(Cell& cell) {
  cell.in_inbox.store(false, std::memory_order_seq_cst);
  auto* const home = static_cast<Worker*>(cell.home.load(std::memory_order_acquire));
  if (home != this) {  // it moved while it was on the way
    if (!cell.in_inbox.exchange(true, std::memory_order_seq_cst)) home->link(cell);
    return;
  }
  if (cell.has_mail() && !cell.in_run_queue && !cell.ended()) push(cell);
}

void Worker::run_one(Cell& cell) {
  on_turn_ = &cell;
  const Cell::Turn turn = cell.turn(messages_per_turn, this);
  on_turn_ = nullptr;
  ++turns_since_look_;
  turns_.store(turns_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (turn == Cell::Turn::more && !cell.in_run_queue) push(cell);
}

/// What the last turn sent is still in the cache: its receiver comes next, and so on down the chain.
void Worker::run_handed_over() {
  std::optional<Instant> began;
  for (int hops = 1; Host* const next = hand_over().to(); ++hops) {
    if (hurried()) return queue_hand_over();
    if (hops % hops_per_look == 0) {
      share_if_worthwhile();
      if (!began) began = last_look_;
      if (last_look_ - *began >= longest_chain) return queue_hand_over();
    }
    next->in_run_queue = false;
    run_one(static_cast<Cell&>(*next));
  }
}

/// A cell that is woken again and again from another worker, for next to nothing, is better off there: what
/// the two exchange costs more than what this worker does for it.
void Worker::run_first_after_idling(Cell& cell) {
  const HostPtr keep(&cell);
  run_one(cell);
  Worker* const sender = threads_.pool_worker(cell.last_linked_by.load(std::memory_order_relaxed));
  const bool light = std::chrono::steady_clock::now() - last_look_ <= light_turn;
  if (kind_ == Kind::own || cell.ended() || cell.home.load(std::memory_order_acquire) != this) return;
  if (sender == nullptr || sender->index() >= index_ || !light) {
    cell.light_wakes = 0;
  } else if (++cell.light_wakes >= light_wakes_to_move && !cell.in_run_queue) {
    cell.light_wakes = 0;
    give(cell, *sender);
  }
}

bool Worker::spin() {
  const Instant until = std::chrono::steady_clock::now() + spin_time;
  while (true) {
    for (int i = 0; i < 64; ++i) {
      if (inbox_.load(std::memory_order_relaxed) != nullptr || stop_.load(std::memory_order_relaxed))
        return true;
      relax();
    }
    if (std::chrono::steady_clock::now() >= until) return false;
  }
}

void Worker::park() {
  std::unique_lock lock(mutex_);
  parked_.store(true, std::memory_order_seq_cst);
  if (inbox_.load(std::memory_order_seq_cst) == nullptr && !stop_.load(std::memory_order_seq_cst)) {
    wake_.wait(lock, [this] { return woken_; });
  }
  woken_ = false;
  parked_.store(false, std::memory_order_seq_cst);
  lock.unlock();
  threads_.worker_woke();
}

void Worker::share_if_worthwhile() {
  const Instant now = std::chrono::steady_clock::now();
  const Duration mean = (now - std::exchange(last_look_, now)) / std::exchange(turns_since_look_, 0U);
  const Duration typical =
      std::min(mean, std::exchange(previous_mean_, mean));  // one pre-emption proves nothing
  const std::size_t waiting = length();
  const bool waited = std::exchange(previous_length_, waiting) >= 2;
  if (kind_ == Kind::own || waiting < 2) return;
  const bool much = typical >= least_turn && typical * static_cast<long>(waiting) >= least_backlog;
  const bool steady = waited && typical >= least_steady_turn;
  if (!much && !steady) return;
  Worker* const to = threads_.idle_worker(*this);
  if (to == nullptr) return;
  for (std::size_t count = length() / 2; count != 0; --count) give(*dequeue(), *to);
}

void Worker::give(Cell& cell, Worker& to) {
  const HostPtr keep(&cell);  // once it has a new home it may end there
  cell.home.store(&to, std::memory_order_seq_cst);
  if (!cell.in_inbox.exchange(true, std::memory_order_seq_cst)) to.link(cell);
}

std::size_t Worker::rescue(Worker& to) {
  if (!gate().step_in()) return 0;
  std::size_t moved = 0;
  if (hand_over().to() != nullptr) queue_hand_over();
  while (Cell* const cell = dequeue()) {
    give(*cell, to);
    ++moved;
  }
  Cell* cell = inbox_.exchange(nullptr, std::memory_order_seq_cst);
  while (cell != nullptr) {
    Cell* const next = cell->next_in_inbox;
    if (cell != on_turn_ && cell->home.load(std::memory_order_acquire) == this) {
      cell->home.store(&to, std::memory_order_seq_cst);
      ++moved;
    }
    auto* const home =
        static_cast<Worker*>(cell->home.load(std::memory_order_acquire));  // it is still marked as linked
    home->link(*cell);
    cell->release_cell();
    cell = next;
  }
  gate().step_out();
  return moved;
}

HostPtr Worker::occupied_by() {
  if (!gate().step_in()) return {};
  HostPtr cell(on_turn_);
  gate().step_out();
  return cell;
}

}  // namespace sluice::inline v0
