#include "sluice/supervise/slot_book.hpp"

namespace sluice::inline v0 {

void SlotBook::begin(const Subscription& from, Demand max, Demand min) {
  const auto [page, added] = pages_.try_emplace(from.id(), Page{from, SlotWindow(max, min)});
  from.ask(page->second.window.start());
}

Demand SlotBook::take(const Subscription& from, Demand events) {
  const auto found = pages_.find(from.id());
  return found == pages_.end() ? 0 : found->second.window.take(events);
}

void SlotBook::release(SubscriptionId from, Demand slots) {
  const auto found = pages_.find(from);
  if (found != pages_.end()) found->second.window.release(slots);
}

void SlotBook::refill(SubscriptionId from) {
  const auto found = pages_.find(from);
  if (found == pages_.end()) return;
  if (const Demand ask = found->second.window.refill(); ask != 0) found->second.from.ask(ask);
}

}  // namespace sluice::inline v0
