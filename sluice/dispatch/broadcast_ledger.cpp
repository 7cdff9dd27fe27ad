#include "sluice/dispatch/broadcast_ledger.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace sluice::inline v0 {

namespace {

/// The demand of a seat whose surplus is unlimited, at any level.
constexpr Demand endless = std::numeric_limits<Demand>::max();

}  // namespace

void BroadcastLedger::add(SeatBase& seat) {
  seat.slot = seats_.size();
  seats_.push_back(&seat);
  if (waiting_ != 0) {  // everybody gets it back as surplus
    if (waiting_ != unlimited) level_ -= waiting_;
    waiting_ = 0;
    without_surplus_ = 0;
  }
  seat.demand = level_;
  ++without_surplus_;
}

Demand BroadcastLedger::remove(SeatBase& seat) {
  assert(seat.slot < seats_.size() && seats_[seat.slot] == &seat);
  if (!has_surplus(seat)) --without_surplus_;
  seats_[seat.slot] = seats_.back();
  seats_[seat.slot]->slot = seat.slot;
  seats_.pop_back();
  seat.demand = 0;
  if (seats_.empty()) waiting_ = 0;
  level();
  return request();
}

Demand BroadcastLedger::raise(SeatBase& seat, Demand n) {
  give_back(seat, n);
  level();
  return request();
}

void BroadcastLedger::serve(Demand n) noexcept {
  assert(n <= waiting_);
  waiting_ = take_demand(waiting_, n);
  requested_ = take_demand(requested_, n);
}

void BroadcastLedger::give_back(SeatBase& seat, Demand n) noexcept {
  if (n == 0) return;
  const Demand sum = add_demand(surplus(seat), n);
  if (!has_surplus(seat)) --without_surplus_;
  seat.demand = sum == unlimited ? endless : level_ + sum;
}

void BroadcastLedger::level() {
  if (seats_.empty() || without_surplus_ != 0) return;
  const auto slowest = std::ranges::min_element(seats_, {}, &SeatBase::demand);
  const Demand common = surplus(**slowest);
  waiting_ = add_demand(waiting_, common);
  if (common == unlimited) return;
  level_ += common;
  without_surplus_ = static_cast<std::size_t>(std::ranges::count(seats_, level_, &SeatBase::demand));
}

Demand BroadcastLedger::request() noexcept {
  if (waiting_ <= requested_) return 0;
  const Demand more = waiting_ == unlimited ? unlimited : waiting_ - requested_;
  requested_ = waiting_;
  return more;
}

Demand BroadcastLedger::surplus(const SeatBase& seat) const noexcept {
  return seat.demand == endless ? unlimited : seat.demand - level_;
}

}  // namespace sluice::inline v0
