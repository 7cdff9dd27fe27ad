#pragma once

#include <cstddef>
#include <vector>

#include "sluice/core/count.hpp"
#include "sluice/dispatch/dispatcher.hpp"

namespace sluice::inline v0 {

/// The arithmetic of a broadcast: how many events everybody has asked for (genstage.md §11).
///
/// 1. waiting() events may be handed out to all now; what a consumer asked for beyond them is its surplus.
/// 2. requested() events were asked for upstream and have not come yet.
///
/// A seat's demand is its surplus plus level_, so that taking the same from everybody is one addition. The
/// smallest surplus is looked for only when the last consumer without surplus asked or left: at most once for
/// every event that may then go to all of them. Uses a seat's demand and slot.
class BroadcastLedger {
 public:
  /// Nothing is waiting any more: the newcomer has asked for nothing yet.
  void add(SeatBase& seat);
  /// Returns what to ask for upstream: the slowest may have left.
  [[nodiscard]] Demand remove(SeatBase& seat);
  /// n more for this seat; returns what to ask for upstream.
  [[nodiscard]] Demand raise(SeatBase& seat, Demand n);

  /// The same while another seat has no surplus, so that nothing is asked for; false: nothing was done.
  [[nodiscard]] bool raise_surplus(SeatBase& seat, Demand n) noexcept {
    if (without_surplus_ == (has_surplus(seat) ? 0 : 1)) return false;
    give_back(seat, n);
    return true;
  }

  /// n <= waiting() events were handed out to all.
  void serve(Demand n) noexcept;
  /// n of the events that were just handed out were not wanted by this seat: they count as not delivered.
  void give_back(SeatBase& seat, Demand n) noexcept;
  /// Raises waiting to what everybody has asked for, without asking for it upstream yet.
  void level();
  /// What to ask for upstream, so that `waiting` events will come. To be passed on: it counts as requested.
  [[nodiscard]] Demand request() noexcept;
  /// n events came and could not be handed out.
  void left_over(Demand n) noexcept { requested_ = take_demand(requested_, n); }

  [[nodiscard]] Demand waiting() const noexcept { return waiting_; }
  [[nodiscard]] Demand requested() const noexcept { return requested_; }
  [[nodiscard]] Demand surplus(const SeatBase& seat) const noexcept;
  /// In the order they came, as long as nobody left.
  [[nodiscard]] const std::vector<SeatBase*>& seats() const noexcept { return seats_; }

 private:
  [[nodiscard]] bool has_surplus(const SeatBase& seat) const noexcept { return seat.demand != level_; }

  std::vector<SeatBase*> seats_;
  std::size_t without_surplus_ = 0;
  Demand level_ = 0;
  Demand waiting_ = 0;
  Demand requested_ = 0;
};

}  // namespace sluice::inline v0
