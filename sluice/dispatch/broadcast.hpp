#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sluice/dispatch/broadcast_ledger.hpp"
#include "sluice/dispatch/dispatcher.hpp"
#include "sluice/dispatch/where.hpp"

namespace sluice::inline v0 {

/// Each event to every consumer; the slowest sets the pace (genstage.md §11). The consumers share the events,
/// nothing is copied until one of them changes its own; a selector that rejects some of a batch makes a copy
/// of the others.
template <class T>
class BroadcastDispatcher final : public Dispatcher<T> {
  static_assert(std::copy_constructible<T>,
                "sluice: a broadcast gives every event to several consumers, so the events must be copyable");

 public:
  Demand subscribe(Seat<T>& seat, const Newcomer& /*who*/, Delivery<T>& /*out*/) override {
    if (seat.consumer && !consumers_.insert(seat.consumer).second)
      throw Refused(Reason("already_subscribed"));
    ledger_.add(seat);
    return 0;
  }

  Demand cancel(Seat<T>& seat, Delivery<T>& /*out*/) override {
    consumers_.erase(seat.consumer);
    return ledger_.remove(seat);
  }

  Demand ask(Seat<T>& seat, Demand n, Delivery<T>& /*out*/) override { return ledger_.raise(seat, n); }

  /// While another one holds all back.
  [[nodiscard]] bool ask_quietly(Seat<T>& seat, Demand n) noexcept override {
    return ledger_.raise_surplus(seat, n);
  }

  /// What selectors reject counts as not delivered, so that the events behind it may take its place at once.
  Demand dispatch(Events<T>& events, Delivery<T>& out) override {
    while (!events.empty() && ledger_.waiting() != 0) {
      const Demand count = std::min<Demand>(ledger_.waiting(), events.size());
      ledger_.serve(count);
      send(events.take_front(static_cast<std::size_t>(count)), out);
      ledger_.level();
    }
    return ledger_.request();
  }

  void left_over(Demand n) override { ledger_.left_over(n); }

  /// What selectors reject makes room for others.
  [[nodiscard]] Demand room() const override {
    const Demand waiting = ledger_.waiting();
    if (waiting == 0) return 0;
    const auto selects = [](const SeatBase* seat) {
      return static_cast<bool>(static_cast<const Seat<T>*>(seat)->selector);
    };
    return std::ranges::any_of(ledger_.seats(), selects) ? unlimited : waiting;
  }
  [[nodiscard]] std::string_view name() const override { return "broadcast"; }

  /// Events that may be handed out to everybody now.
  [[nodiscard]] Demand waiting() const noexcept { return ledger_.waiting(); }
  /// Events asked for upstream that have not come yet.
  [[nodiscard]] Demand requested() const noexcept { return ledger_.requested(); }
  /// What this consumer asked for beyond waiting().
  [[nodiscard]] Demand surplus(const Seat<T>& seat) const noexcept { return ledger_.surplus(seat); }

 private:
  void send(Events<T> batch, Delivery<T>& out) {
    const std::vector<SeatBase*>& seats = ledger_.seats();
    for (std::size_t i = 0; i != seats.size(); ++i) {
      Seat<T>& seat = static_cast<Seat<T>&>(*seats[i]);
      const bool last = i + 1 == seats.size();
      if (seat.selector) {
        select(batch, seat, out);
      } else if (last) {
        out.deliver(seat, std::move(batch));
      } else {
        out.deliver(seat, share(batch));
      }
    }
  }

  void select(Events<T>& batch, Seat<T>& seat, Delivery<T>& out) {
    const auto rejected =
        std::find_if(batch.begin(), batch.end(), [&](const T& event) { return !seat.selector(event); });
    if (rejected == batch.end()) {
      out.deliver(seat, share(batch));
      return;
    }
    Events<T> wanted;
    const auto take = [&](const T& event) {
      if constexpr (std::copy_constructible<T>) wanted.push_back(event);
    };
    std::for_each(batch.begin(), rejected, take);
    std::for_each(rejected + 1, batch.end(), [&](const T& event) {
      if (seat.selector(event)) take(event);
    });
    ledger_.give_back(seat, batch.size() - wanted.size());
    if (!wanted.empty()) out.deliver(seat, std::move(wanted));
  }

  static Events<T> share(Events<T>& batch) {
    if constexpr (std::copy_constructible<T>) {
      return batch.share();
    } else {
      return {};
    }
  }

  BroadcastLedger ledger_;
  std::unordered_set<StageId> consumers_;
};

/// Makes a BroadcastDispatcher for the stage's events.
struct Broadcast {
  template <class T>
  [[nodiscard]] std::unique_ptr<Dispatcher<T>> make() && {
    static_assert(
        std::copy_constructible<T>,
        "sluice: a broadcast gives every event to several consumers, so the events must be copyable");
    if constexpr (std::copy_constructible<T>) {
      return std::make_unique<BroadcastDispatcher<T>>();
    } else {
      return nullptr;
    }
  }
};

/// `{.dispatcher = broadcast()}`
[[nodiscard]] inline Broadcast broadcast() noexcept { return {}; }

}  // namespace sluice::inline v0
