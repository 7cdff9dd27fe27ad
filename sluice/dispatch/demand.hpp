#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/dispatch/dispatcher.hpp"
#include "sluice/dispatch/ledger.hpp"

namespace sluice::inline v0 {

/// Terms of a demand dispatcher.
struct DemandOptions {
  /// Before the first events are handed out, consumers with equal demand are put into a random order, so that
  /// not always the first subscriber gets the first burst.
  bool shuffle = false;
  /// Of that order; the same seed gives the same order.
  std::uint64_t seed = 0;
  /// Asks for more than this get a warning: consumers that ask for unequal amounts are served unequally.
  /// Unset: the first ask sets it.
  std::optional<Demand> max_demand = {};
};

/// The warning for an ask of n events by `name`, or by `consumer` where it has no name.
[[nodiscard]] std::string greedy_ask(Demand n, Demand max, std::string_view name, StageId consumer);

/// Each event to one consumer: the one with the largest demand, among equals the one that has waited longest
/// (genstage.md §10). One message per consumer and dispatch.
template <class T>
class DemandDispatcher final : public Dispatcher<T> {
 public:
  explicit DemandDispatcher(DemandOptions options = {}) noexcept : options_(options) {}

  Demand subscribe(Seat<T>& seat, const Newcomer& who, Delivery<T>& /*out*/) override {
    if (!who.name.empty()) names_.emplace(seat.id, who.name);
    ledger_.add(seat);
    return 0;
  }

  Demand cancel(Seat<T>& seat, Delivery<T>& /*out*/) override {
    if (!names_.empty()) names_.erase(seat.id);
    owed_.add(ledger_.remove(seat));
    return 0;
  }

  Demand ask(Seat<T>& seat, Demand n, Delivery<T>& out) override {
    if (!options_.max_demand) options_.max_demand = n;
    if (n > *options_.max_demand) warn(seat, n, out);
    ledger_.raise(seat, n);
    return owed_.settle(n);
  }

  /// The consumer that takes all of n events: dispatch without a message cut in two. Null: use dispatch.
  [[nodiscard]] Seat<T>* take_whole(Demand n) noexcept {
    auto* const seat = static_cast<Seat<T>*>(ledger_.next());
    if (seat == nullptr || seat->demand < n || options_.shuffle) return nullptr;
    ledger_.serve(n);
    return seat;
  }

  Demand dispatch(Events<T>& events, Delivery<T>& out) override {
    if (options_.shuffle && ledger_.next() != nullptr) {
      ledger_.shuffle(options_.seed);
      options_.shuffle = false;
    }
    while (!events.empty()) {
      auto* const seat = static_cast<Seat<T>*>(ledger_.next());
      if (seat == nullptr) break;
      const Demand count = std::min<Demand>(seat->demand, events.size());
      ledger_.serve(count);
      out.deliver(*seat, events.take_front(static_cast<std::size_t>(count)));
    }
    return 0;
  }

  void left_over(Demand n) override { owed_.reduce(n); }

  [[nodiscard]] Demand room() const override { return ledger_.total(); }
  [[nodiscard]] std::string_view name() const override { return "demand"; }

  /// Demand that went upstream for consumers that have left, and was not met.
  [[nodiscard]] Demand owed() const noexcept { return owed_.amount(); }
  /// All consumers, first the one to be served next. For introspection: O(n log n).
  [[nodiscard]] std::vector<const SeatBase*> order() const { return ledger_.order(); }

 private:
  void warn(const Seat<T>& seat, Demand n, Delivery<T>& out) {
    const auto found = names_.find(seat.id);
    out.warn(greedy_ask(n, *options_.max_demand, found == names_.end() ? std::string_view() : found->second,
                        seat.consumer));
  }

  Ledger ledger_;
  Owed owed_;
  DemandOptions options_;
  std::map<SubscriptionId, std::string> names_;  // of the consumers that have one
};

/// Makes a DemandDispatcher for the stage's events.
struct ByDemand {
  DemandOptions options = {};

  template <class T>
  [[nodiscard]] std::unique_ptr<Dispatcher<T>> make() && {
    return std::make_unique<DemandDispatcher<T>>(options);
  }
};

/// `{.dispatcher = by_demand({.shuffle = true, .seed = 7})}`
[[nodiscard]] inline ByDemand by_demand(DemandOptions options = {}) noexcept { return {options}; }

}  // namespace sluice::inline v0
