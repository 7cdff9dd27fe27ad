#include "sluice/dispatch/ledger.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sluice/core/hash.hpp"

namespace sluice::inline v0 {

void Ledger::add(SeatBase& seat) {
  seat.demand = 0;
  if (empty()) {
    sole_ = &seat;
    return;
  }
  if (sole_ != nullptr) {
    many_ = std::make_unique<Many>();
    enter_heap(*std::exchange(sole_, nullptr));
  }
  enter_heap(seat);
}

void Ledger::enter_heap(SeatBase& seat) {
  seat.order = many_->turns++;
  many_->sum.add(seat.demand);
  many_->heap.push_back({seat.demand, seat.order, &seat});
  sift_up(many_->heap.size() - 1, many_->heap.back());
}

Demand Ledger::remove(SeatBase& seat) {
  if (sole_ != nullptr) {
    assert(sole_ == &seat);
    sole_ = nullptr;
    return std::exchange(seat.demand, 0);
  }
  auto& heap = many_->heap;
  const std::size_t at = seat.slot;
  assert(at < heap.size() && heap[at].seat == &seat);
  many_->sum.take(seat.demand);
  const Entry last = heap.back();
  heap.pop_back();
  if (at < heap.size()) {
    sift_up(at, last);
    sift_down(last.seat->slot, last);
  }
  if (heap.size() == 1) {
    sole_ = heap.front().seat;
    many_.reset();
  }
  return std::exchange(seat.demand, 0);
}

void Ledger::raise_among_others(SeatBase& seat, Demand n) {
  many_->sum.take(seat.demand);
  seat.demand = add_demand(seat.demand, n);
  many_->sum.add(seat.demand);
  seat.order = many_->turns++;
  const Entry entry{seat.demand, seat.order, &seat};
  sift_up(seat.slot, entry);
  sift_down(seat.slot, entry);  // unlimited stays as it is: the seat only queues up again
}

void Ledger::serve_among_others(Demand n) {
  SeatBase& seat = *many_->heap.front().seat;
  assert(n <= seat.demand);
  many_->sum.take(seat.demand);
  seat.demand = take_demand(seat.demand, n);
  many_->sum.add(seat.demand);
  seat.order = many_->turns++;
  sift_down(0, {seat.demand, seat.order, &seat});
}

void Ledger::shuffle(std::uint64_t seed) {
  if (!many_) return;
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < many_->heap.size(); ++at) {
    if (many_->heap[at].demand != 0) places.push_back(at);
  }
  for (std::size_t left = places.size(); left > 1; --left) {
    std::swap(places[left - 1], places[bucket_of(mix_bits(seed + left), left)]);
  }
  for (const std::size_t at : places) many_->heap[at].order = many_->heap[at].seat->order = many_->turns++;
  std::sort(many_->heap.begin(), many_->heap.end(), before);  // a sorted array is a heap
  for (std::size_t at = 0; at < many_->heap.size(); ++at) many_->heap[at].seat->slot = at;
}

std::vector<const SeatBase*> Ledger::order() const {
  if (sole_ != nullptr) return {sole_};
  if (!many_) return {};
  std::vector<Entry> sorted = many_->heap;
  std::sort(sorted.begin(), sorted.end(), before);
  std::vector<const SeatBase*> seats;
  seats.reserve(sorted.size());
  for (const Entry& entry : sorted) seats.push_back(entry.seat);
  return seats;
}

void Ledger::put(std::size_t at, const Entry& entry) noexcept {
  many_->heap[at] = entry;
  entry.seat->slot = at;
}

void Ledger::sift_up(std::size_t at, Entry entry) noexcept {
  while (at != 0) {
    const std::size_t parent = (at - 1) / 4;
    if (!before(entry, many_->heap[parent])) break;
    put(std::exchange(at, parent), many_->heap[parent]);
  }
  put(at, entry);
}

void Ledger::sift_down(std::size_t at, Entry entry) noexcept {
  for (;;) {
    const std::size_t first = 4 * at + 1;
    const std::size_t end = std::min(first + 4, many_->heap.size());
    if (first >= end) break;
    std::size_t best = first;
    for (std::size_t child = first + 1; child < end; ++child) {
      if (before(many_->heap[child], many_->heap[best])) best = child;
    }
    if (!before(many_->heap[best], entry)) break;
    put(std::exchange(at, best), many_->heap[best]);
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
