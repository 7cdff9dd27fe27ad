#pragma once

#include <unordered_map>
#include <utility>

#include "sluice/core/options.hpp"
#include "sluice/stage/subscription.hpp"
#include "sluice/supervise/slot_window.hpp"

namespace sluice::inline v0 {

/// The slots of all subscriptions of a stage that keeps a job for each event, and what it asks for. A slot of
/// a subscription that has ended is nobody's: its release does nothing (R15.10). Thread rule: the stage's
/// turn.
class SlotBook {
 public:
  /// Asks for the first events, with these terms.
  void begin(const Subscription& from, Demand max, Demand min);
  void end(const Subscription& from) { pages_.erase(from.id()); }
  /// As SlotWindow::take. The caller asks when it knows how many of the slots it uses.
  [[nodiscard]] Demand take(const Subscription& from, Demand events);
  void release(SubscriptionId from, Demand slots);
  /// Asks for what there is room for now.
  void refill(SubscriptionId from);

 private:
  struct Page {
    Subscription from;
    SlotWindow window;
  };
  std::unordered_map<SubscriptionId, Page> pages_;
};

}  // namespace sluice::inline v0
