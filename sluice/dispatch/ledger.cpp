#include "sluice/dispatch/ledger.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sluice/core/hash.hpp"

namespace sluice::inline v0 {

void Ledger::add(SeatBase& seat) {
  seat.demand = 0;
  seat.order = turns_++;
  if (empty()) {
    sole_ = &seat;
    return;
  }
  if (sole_ != nullptr) enter_heap(*std::exchange(sole_, nullptr));
  enter_heap(seat);
}

void Ledger::enter_heap(SeatBase& seat) {
  sum_.add(seat.demand);
  heap_.push_back({seat.demand, seat.order, &seat});
  sift_up(heap_.size() - 1, heap_.back());
}

Demand Ledger::remove(SeatBase& seat) {
  if (sole_ != nullptr) {
    assert(sole_ == &seat);
    sole_ = nullptr;
    return std::exchange(seat.demand, 0);
  }
  const std::size_t at = seat.slot;
  assert(at < heap_.size() && heap_[at].seat == &seat);
  sum_.take(seat.demand);
  const Entry last = heap_.back();
  heap_.pop_back();
  if (at < heap_.size()) {
    sift_up(at, last);
    sift_down(last.seat->slot, last);
  }
  if (heap_.size() == 1) {
    sole_ = heap_.front().seat;
    sum_.take(sole_->demand);
    heap_.clear();
  }
  return std::exchange(seat.demand, 0);
}

void Ledger::raise_among_others(SeatBase& seat, Demand n) {
  sum_.take(seat.demand);
  seat.demand = add_demand(seat.demand, n);
  sum_.add(seat.demand);
  seat.order = turns_++;
  const Entry entry{seat.demand, seat.order, &seat};
  sift_up(seat.slot, entry);
  sift_down(seat.slot, entry);  // unlimited stays as it is: the seat only queues up again
}

void Ledger::serve_among_others(Demand n) {
  SeatBase& seat = *heap_.front().seat;
  assert(n <= seat.demand);
  sum_.take(seat.demand);
  seat.demand = take_demand(seat.demand, n);
  sum_.add(seat.demand);
  seat.order = turns_++;
  sift_down(0, {seat.demand, seat.order, &seat});
}

void Ledger::shuffle(std::uint64_t seed) {
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < heap_.size(); ++at) {
    if (heap_[at].demand != 0) places.push_back(at);
  }
  for (std::size_t left = places.size(); left > 1; --left) {
    std::swap(places[left - 1], places[bucket_of(mix_bits(seed + left), left)]);
  }
  for (const std::size_t at : places) heap_[at].order = heap_[at].seat->order = turns_++;
  std::sort(heap_.begin(), heap_.end(), before);  // a sorted array is a heap
  for (std::size_t at = 0; at < heap_.size(); ++at) heap_[at].seat->slot = at;
}

std::vector<const SeatBase*> Ledger::order() const {
  if (sole_ != nullptr) return {sole_};
  std::vector<Entry> sorted = heap_;
  std::sort(sorted.begin(), sorted.end(), before);
  std::vector<const SeatBase*> seats;
  seats.reserve(sorted.size());
  for (const Entry& entry : sorted) seats.push_back(entry.seat);
  return seats;
}

void Ledger::put(std::size_t at, const Entry& entry) noexcept {
  heap_[at] = entry;
  entry.seat->slot = at;
}

void Ledger::sift_up(std::size_t at, Entry entry) noexcept {
  while (at != 0) {
    const std::size_t parent = (at - 1) / 4;
    if (!before(entry, heap_[parent])) break;
    put(std::exchange(at, parent), heap_[parent]);
  }
  put(at, entry);
}

void Ledger::sift_down(std::size_t at, Entry entry) noexcept {
  for (;;) {
    const std::size_t first = 4 * at + 1;
    const std::size_t end = std::min(first + 4, heap_.size());
    if (first >= end) break;
    std::size_t best = first;
    for (std::size_t child = first + 1; child < end; ++child) {
      if (before(heap_[child], heap_[best])) best = child;
    }
    if (!before(heap_[best], entry)) break;
    put(std::exchange(at, best), heap_[best]);
  }
  put(at, entry);
}

Demand Owed::settle_debt(Demand n) noexcept {
  if (amount_ == unlimited) return 0;
  const Demand met = std::min(amount_, n);
  amount_ -= met;
  return take_demand(n, met);
}

}  // namespace sluice::inline v0
