#include "sluice/runtime/simulated.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace sluice::inline v0 {

Simulated::Simulated(SimulationOptions options, LogSink log)
    : Engine(std::make_shared<ManualClock>(), std::move(log)),
      options_(std::move(options)),
      virtual_clock_(static_cast<ManualClock*>(&clock())),
      random_(options_.seed) {
  seed(~options_.seed);  // not the numbers that decide the order
}

bool Simulated::post(Cell& to, MessagePtr message) {
  if (to.ended()) {
    message->abandon(to, Reason::noproc());
    return false;
  }
  const std::uint64_t sender = Cell::sender_of(*message);
  const auto last = last_arrival_.find({sender, to.id().value});
  const bool behind_a_late_one = last != last_arrival_.end() && last->second > virtual_clock_->now();
  if (behind_a_late_one || (options_.delay_chance > 0 && random_.chance(options_.delay_chance))) {
    deliver_late(to, std::move(message), sender);
    return true;
  }
  static_cast<void>(to.post_local(std::move(message)));
  make_runnable(to);
  return true;
}

void Simulated::deliver_late(Cell& to, MessagePtr message, std::uint64_t sender) {
  const auto limit = static_cast<std::uint64_t>(std::max<Duration::rep>(1, options_.delay_up_to.count()));
  Instant& arrival = last_arrival_[{sender, to.id().value}];
  arrival = std::max(arrival,
                     virtual_clock_->now() + Duration(static_cast<Duration::rep>(random_.below(limit) + 1)));
  add_timer_at(arrival, [this, host = HostPtr(&to), m = std::move(message)]() mutable {
    auto& cell = static_cast<Cell&>(*host);
    if (cell.post_local(std::move(m))) make_runnable(cell);
  });
}

void Simulated::make_runnable(Cell& cell) {
  if (cell.in_run_queue || cell.running || cell.in_inbox.load()) return;  // in_inbox: not placed yet
  cell.in_run_queue = true;
  runnable_.emplace_back(&cell);
}

void Simulated::place(Cell& cell, Thread /*thread*/) {
  cell.in_inbox.store(false);
  if (cell.has_mail()) make_runnable(cell);
}

bool Simulated::run_start(Cell& cell, const StartOptions& /*options*/) {
  cell.start();
  return true;
}

bool Simulated::step() {
  if (runnable_.empty()) return false;
  const auto drawn = static_cast<std::size_t>(random_.below(runnable_.size()));
  const HostPtr host = std::exchange(runnable_[drawn], std::move(runnable_.back()));
  runnable_.pop_back();
  auto& cell = static_cast<Cell&>(*host);
  cell.in_run_queue = false;
  if (cell.ended()) return true;
  cell.shuffle_senders([this](std::size_t n) { return static_cast<std::size_t>(random_.below(n)); });
  ++turns_;
  const Cell::Turn turn = cell.turn(1);
  note(cell);
  if (turn == Cell::Turn::more) make_runnable(cell);
  return true;
}

void Simulated::note(const Cell& cell) {
  const TraceLine line{virtual_clock_->now(), cell.id(), cell.outline().messages};
  for (const std::uint64_t part :
       {static_cast<std::uint64_t>(line.at.time_since_epoch().count()), line.stage.value, line.messages}) {
    trace_hash_ = (trace_hash_ ^ part) * 0x100000001b3U;
  }
  if (options_.keep_trace) trace_.push_back(line);
}

bool Simulated::advance_to_timer(Instant limit) {
  const Instant next = next_timer();
  if (next == Instant::max() || next > limit) return false;
  virtual_clock_->move_to(next);
  fire_timers();
  return true;
}

void Simulated::settle() {
  while (step()) {
  }
}

void Simulated::advance(Duration time) {
  const Instant until = after(virtual_clock_->now(), time);
  do {
    settle();
  } while (advance_to_timer(until));
  virtual_clock_->move_to(until);
}

bool Simulated::await(Latch& latch, Duration time) {
  const Instant until = after(virtual_clock_->now(), time);
  while (!latch.is_open()) {
    if (step() || advance_to_timer(until)) continue;
    if (time == forever)
      throw std::runtime_error("simulation: waits for ever, but no stage has anything to do");
    virtual_clock_->move_to(until);
    return latch.is_open();
  }
  return true;
}

void Simulated::run_until_idle(std::uint64_t max_turns) {
  const std::uint64_t limit = turns_ + max_turns;
  while (step() || advance_to_timer(Instant::max())) {
    if (turns_ > limit) {
      throw std::runtime_error(
          fmt::format("simulation: not idle after {} turns (seed {})", max_turns, options_.seed));
    }
  }
}

void Simulated::crash(std::string stage, std::uint64_t nth_callback) {
  faults_[std::move(stage)].crash_at = nth_callback;
}
void Simulated::slow(std::string stage, Duration each_callback) {
  faults_[std::move(stage)].slow = each_callback;
}

void Simulated::callback_begins(Cell& cell) {
  if (faults_.empty()) return;
  const auto found = faults_.find(cell.name());
  if (found == faults_.end()) return;
  Fault& fault = found->second;
  if (fault.slow > Duration::zero()) cell.busy_for(fault.slow);
  if (++fault.callbacks == fault.crash_at) throw std::runtime_error("crashed by the simulation");
}

void Simulated::stop_turns() { runnable_.clear(); }

}  // namespace sluice::inline v0
