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
  explicit DemandDispatcher(DemandOptions options = {}) noexcept
      : max_demand_(options.max_demand.value_or(0)), seed_(options.seed), shuffle_(options.shuffle) {}

  Demand subscribe(Seat<T>& seat, const Newcomer& who, Delivery<T>& /*out*/) override {
    if (!who.name.empty()) {
      if (!names_) names_ = std::make_unique<Names>();
      names_->emplace(seat.id, who.name);
    }
    ledger_.add(seat);
    return 0;
  }

  Demand cancel(Seat<T>& seat, Delivery<T>& /*out*/) override {
    if (names_) names_->erase(seat.id);
    owed_.add(ledger_.remove(seat));
    return 0;
  }

  Demand ask(Seat<T>& seat, Demand n, Delivery<T>& out) override {
    if (max_demand_ == 0) max_demand_ = n;
    if (n > max_demand_) [[unlikely]]
      warn(seat, n, out);
    ledger_.raise(seat, n);
    return owed_.settle(n);
  }

  /// An ask of the only consumer, for no more than ever and with nothing owed: n goes upstream. False: use
  /// ask.
  [[nodiscard]] bool ask_as_usual(Seat<T>& seat, Demand n) noexcept {
    if (!ledger_.is_sole(seat) || owed_.amount() != 0 || n > max_demand_) return false;
    seat.demand = add_demand(seat.demand, n);
    return true;
  }

  /// The consumer that takes all of n events: dispatch without a message cut in two. Null: use dispatch.
  [[nodiscard]] Seat<T>* take_whole(Demand n) noexcept {
    auto* const seat = static_cast<Seat<T>*>(ledger_.next());
    if (seat == nullptr || seat->demand < n || shuffle_) return nullptr;
    ledger_.serve(n);
    return seat;
  }

  Demand dispatch(Events<T>& events, Delivery<T>& out) override {
    if (shuffle_ && ledger_.next() != nullptr) {
      ledger_.shuffle(seed_);
      shuffle_ = false;
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
    std::string_view name;
    if (names_) {
      if (const auto found = names_->find(seat.id); found != names_->end()) name = found->second;
    }
    out.warn(greedy_ask(n, max_demand_, name, seat.consumer));
  }

  using Names = std::map<SubscriptionId, std::string>;

  Ledger ledger_;
  Owed owed_;
  Demand max_demand_;  // 0: not known yet
  std::uint64_t seed_;
  bool shuffle_;                  // before the next events are handed out
  std::unique_ptr<Names> names_;  // of the consumers that have one; on first use
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
