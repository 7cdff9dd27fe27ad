#include "sluice/supervise/event_children.hpp"

#include <utility>

namespace sluice::inline v0 {

EventChildren::Row EventChildren::add(SubscriptionId from) {
  Row row = rows_.size();
  if (free_.empty()) {
    rows_.emplace_back();
  } else {
    row = free_.back();
    free_.pop_back();
  }
  Child& child = at(row);
  child.from = from;
  child.state = ChildState::restarting;
  return row;
}

void EventChildren::remove(Row row) {
  Child& child = at(row);
  if (child.host) --running_;
  if (by_stage_) by_stage_->erase(child.stage);
  child.host = {};
  child.stage = {};
  child.incarnation = 0;
  if (child.again) child.again = nullptr;
  if (!child.waiting.empty()) child.waiting.clear();
  child.timer = {};
  child.failures = 0;
  child.starts = 0;
  child.state = ChildState::stopped;
  child.killed = false;
  free_.push_back(row);
}

std::uint64_t EventChildren::begins(Row row) {
  Child& child = at(row);
  child.killed = false;
  ++child.starts;
  return child.incarnation = ++last_incarnation_;
}

void EventChildren::runs(Row row, HostPtr host) {
  Child& child = at(row);
  if (by_stage_) {
    by_stage_->erase(child.stage);
    by_stage_->emplace(host->id(), row);
  }
  child.stage = host->id();
  child.host = std::move(host);
  child.state = ChildState::running;
  child.failures = 0;
  ++running_;
}

void EventChildren::ended(Row row) {
  Child& child = at(row);
  child.incarnation = 0;
  if (!child.host) return;
  child.host = {};
  --running_;
}

std::optional<EventChildren::Row> EventChildren::find(StageId stage) {
  if (!by_stage_) {
    by_stage_.emplace();
    for (const Row row : all()) by_stage_->emplace(rows_[row].stage, row);
  }
  const auto found = by_stage_->find(stage);
  return found == by_stage_->end() ? std::nullopt : std::optional(found->second);
}

std::vector<EventChildren::Row> EventChildren::all() const {
  std::vector<Row> used;
  used.reserve(size());
  for (Row row = 0; row < rows_.size(); ++row) {
    if (rows_[row].state != ChildState::stopped) used.push_back(row);
  }
  visits_ += rows_.size();
  return used;
}

std::vector<ChildInfo> EventChildren::infos(ChildKind kind, Restart restart) const {
  std::vector<ChildInfo> infos;
  infos.reserve(size());
  for (const Row row : all()) {
    const Child& child = rows_[row];
    infos.push_back({.ref = AnyRef(child.host),
                     .state = child.state,
                     .kind = kind,
                     .restart = restart,
                     .restarts = child.starts == 0 ? 0 : child.starts - 1});
  }
  return infos;
}

ChildCounts EventChildren::counts(ChildKind kind) const noexcept {
  ChildCounts counts{.specs = 1, .active = running_};
  (kind == ChildKind::supervisor ? counts.supervisors : counts.workers) = size();
  return counts;
}

}  // namespace sluice::inline v0
