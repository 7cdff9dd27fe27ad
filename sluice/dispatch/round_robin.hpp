#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/dispatch/demand_sum.hpp"
#include "sluice/dispatch/dispatcher.hpp"
#include "sluice/dispatch/ledger.hpp"
#include "sluice/dispatch/scatter.hpp"

namespace sluice::inline v0 {

/// Each event to one consumer, in turn: who got one, or had nothing left to ask for and asks again, queues up
/// at the end. A consumer's events of one dispatch are one message.
template <class T>
class RoundRobinDispatcher final : public Dispatcher<T> {
 public:
  Demand subscribe(Seat<T>& seat, const Newcomer& /*who*/, Delivery<T>& /*out*/) override {
    seat.demand = seat.order = 0;
    return 0;
  }

  Demand cancel(Seat<T>& seat, Delivery<T>& /*out*/) override {
    if (seat.demand == 0) return 0;
    std::erase(turns_, &seat);
    total_.take(seat.demand);
    owed_.add(std::exchange(seat.demand, 0));
    return 0;
  }

  Demand ask(Seat<T>& seat, Demand n, Delivery<T>& /*out*/) override {
    if (seat.demand == 0) turns_.push_back(&seat);
    total_.take(seat.demand);
    seat.demand = add_demand(seat.demand, n);
    total_.add(seat.demand);
    return owed_.settle(n);
  }

  Demand dispatch(Events<T>& events, Delivery<T>& out) override {
    if (turns_.empty() || events.empty()) return 0;
    ++dispatch_;
    takers_.clear();
    std::uint32_t* const lane_of = scatter_.begin(events.size());
    std::size_t count = 0;
    while (count != events.size() && !turns_.empty()) lane_of[count++] = give_turn();
    scatter_.move_out(events, count, [&](std::size_t lane, Events<T> batch) {
      out.deliver(*takers_[lane], std::move(batch));
    });
    return 0;
  }

  void left_over(Demand n) override { owed_.reduce(n); }

  [[nodiscard]] Demand room() const override { return total_.total(); }
  [[nodiscard]] std::string_view name() const override { return "round_robin"; }

  /// Demand that went upstream for consumers that have left, and was not met.
  [[nodiscard]] Demand owed() const noexcept { return owed_.amount(); }

 private:
  /// Serves the next in turn with one event; returns its lane.
  std::uint32_t give_turn() {
    Seat<T>& seat = *turns_.front();
    turns_.pop_front();
    if (seat.order != dispatch_) {  // its first event of this dispatch
      seat.order = dispatch_;
      seat.lane = takers_.size();
      takers_.push_back(&seat);
      scatter_.widen(takers_.size());
    }
    total_.take(seat.demand);
    seat.demand = take_demand(seat.demand, 1);
    total_.add(seat.demand);
    if (seat.demand != 0) turns_.push_back(&seat);
    return static_cast<std::uint32_t>(seat.lane);
  }

  std::deque<Seat<T>*> turns_;    // those with demand
  std::vector<Seat<T>*> takers_;  // those served in this dispatch
  std::uint64_t dispatch_ = 0;
  Scatter<T> scatter_;
  DemandSum total_;
  Owed owed_;
};

/// Makes a RoundRobinDispatcher for the stage's events.
struct RoundRobin {
  template <class T>
  [[nodiscard]] std::unique_ptr<Dispatcher<T>> make() && {
    return std::make_unique<RoundRobinDispatcher<T>>();
  }
};

/// `{.dispatcher = round_robin()}`
[[nodiscard]] inline RoundRobin round_robin() noexcept { return {}; }

}  // namespace sluice::inline v0
