#include "sluice/flow/window/event_clock.hpp"

#include <algorithm>

namespace sluice::inline v0::flow {

namespace {

/// Marks closer together than this part of the lateness are one, so that there are never more than that many.
constexpr int marks_at_most = 64;

}  // namespace

void EventClock::opened(SubscriptionId from) {
  inputs_.push_back({.id = from, .reached = long_ago, .heard = now_});
}

void EventClock::closed(SubscriptionId from) {
  std::erase_if(inputs_, [from](const Input& input) { return input.id == from; });
}

void EventClock::saw(SubscriptionId from, EventTime latest, Instant now) {
  const auto input = std::ranges::find(inputs_, from, &Input::id);
  if (input == inputs_.end()) return;
  input->heard = now;
  input->reached = std::max(input->reached, latest);
}

void EventClock::advance(Instant now) {
  now_ = now;
  if (const EventTime low = reached(); low > watermark_) {
    watermark_ = low;
    mark();
  }
  if (watermark_ == long_ago) return;
  horizon_ = std::max(horizon_, watermark_ - terms_.lateness);
  pass_marks();
}

bool EventClock::silent(const Input& input) const noexcept {
  return terms_.idle_after != forever && now_ - input.heard >= terms_.idle_after;
}

EventTime EventClock::reached() const noexcept {
  EventTime least = EventTime::max();
  EventTime most = long_ago;
  for (const Input& input : inputs_) {
    most = std::max(most, input.reached);
    if (!silent(input)) least = std::min(least, input.reached);
  }
  return least == EventTime::max() ? most : least;
}

void EventClock::mark() {
  if (terms_.lateness == Millis::zero() || terms_.lateness == furthest) return;
  const Instant due = after(now_, terms_.lateness);
  if (!marks_.empty() && now_ - marks_.back().since < Duration(terms_.lateness) / marks_at_most) {
    marks_.back().watermark = watermark_;
    marks_.back().due = due;
  } else {
    marks_.push_back({.watermark = watermark_, .since = now_, .due = due});
  }
}

void EventClock::pass_marks() {
  for (; !marks_.empty() && (marks_.front().due <= now_ || marks_.front().watermark <= horizon_);
       marks_.pop_front())
    horizon_ = std::max(horizon_, marks_.front().watermark);
}

std::optional<Instant> EventClock::wake() const {
  std::optional<Instant> first;
  const auto consider = [&](Instant when) {
    if (!first || when < *first) first = when;
  };
  if (!marks_.empty()) consider(marks_.front().due);
  if (terms_.idle_after != forever && inputs_.size() > 1) {
    for (const Input& input : inputs_)
      if (!silent(input)) consider(after(input.heard, terms_.idle_after));
  }
  return first;
}

}  // namespace sluice::inline v0::flow
