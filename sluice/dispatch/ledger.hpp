#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sluice/core/count.hpp"
#include "sluice/dispatch/demand_sum.hpp"
#include "sluice/dispatch/dispatcher.hpp"

namespace sluice::inline v0 {

/// Who is served next: the consumers by demand, the largest first; among equals the one that has waited
/// longest since it last asked or was served (genstage.md R10.5). Every change costs O(log n), nothing scans.
///
/// Uses a seat's demand, order and slot. Seats must outlive their membership.
class Ledger {
 public:
  /// The last of all, with demand 0.
  void add(SeatBase& seat);
  /// Returns the demand the seat had.
  Demand remove(SeatBase& seat);
  /// n more for this seat.
  void raise(SeatBase& seat, Demand n) {
    if (sole_ != nullptr) {
      seat.demand = add_demand(seat.demand, n);
    } else {
      raise_among_others(seat, n);
    }
  }

  /// Whether this seat is the only one.
  [[nodiscard]] bool is_sole(const SeatBase& seat) const noexcept { return sole_ == &seat; }
  /// Whom to serve now; null while nobody has demand.
  [[nodiscard]] SeatBase* next() const noexcept {
    if (sole_ != nullptr) return sole_->demand == 0 ? nullptr : sole_;
    return !many_ || many_->heap.front().demand == 0 ? nullptr : many_->heap.front().seat;
  }
  /// next() got n events, at most its demand, and queues up again with the rest.
  void serve(Demand n) {
    if (sole_ != nullptr) {
      sole_->demand = take_demand(sole_->demand, n);
    } else {
      serve_among_others(n);
    }
  }

  /// Puts consumers with equal demand into an order drawn from `seed`, the same on every platform. Nobody
  /// without demand comes before somebody with it (genstage.md D24).
  void shuffle(std::uint64_t seed);

  /// The sum of all demand.
  [[nodiscard]] Demand total() const noexcept {
    return sole_ != nullptr ? sole_->demand : many_ ? many_->sum.total() : 0;
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return sole_ != nullptr ? 1 : many_ ? many_->heap.size() : 0;
  }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// All seats, first the one to be served next. For introspection: O(n log n).
  [[nodiscard]] std::vector<const SeatBase*> order() const;

 private:
  /// A seat with its keys beside it, so that comparing does not touch the seats.
  struct Entry {
    Demand demand;
    std::uint64_t order;
    SeatBase* seat;
  };
  static bool before(const Entry& a, const Entry& b) noexcept {
    return a.demand != b.demand ? a.demand > b.demand : a.order < b.order;
  }
  void raise_among_others(SeatBase& seat, Demand n);
  void serve_among_others(Demand n);
  void enter_heap(SeatBase& seat);
  void put(std::size_t at, const Entry& entry) noexcept;
  void sift_up(std::size_t at, Entry entry) noexcept;
  void sift_down(std::size_t at, Entry entry) noexcept;

  /// What only several consumers need.
  struct Many {
    std::vector<Entry> heap;  // four children each: shallow, and siblings share a cache line or two
    std::uint64_t turns = 0;  // the next order to give
    DemandSum sum;
  };

  SeatBase* sole_ = nullptr;    // the only one: most edges have one consumer, and no order to keep
  std::unique_ptr<Many> many_;  // two at least
};

/// Demand that went upstream for consumers that left before it was met (genstage.md R10.3): what the next
/// ones ask is taken from it first.
class Owed {
 public:
  [[nodiscard]] Demand amount() const noexcept { return amount_; }
  /// A consumer left with this much unmet.
  void add(Demand n) noexcept { amount_ = add_demand(amount_, n); }
  /// n is wanted; returns what has to go upstream for it.
  [[nodiscard]] Demand settle(Demand n) noexcept {
    if (amount_ == 0) [[likely]]
      return n;
    return settle_debt(n);
  }
  /// n events came that nobody wanted.
  void reduce(Demand n) noexcept { amount_ = take_demand(amount_, n); }

 private:
  [[nodiscard]] Demand settle_debt(Demand n) noexcept;

  Demand amount_ = 0;
};

}  // namespace sluice::inline v0
