#include "sluice/supervise/children.hpp"

#include <fmt/format.h>

#include "sluice/supervise/child_error.hpp"

namespace sluice::inline v0 {

Children::Position Children::add(ChildSpec spec) {
  if (const auto old = find(spec.id); old != end()) {
    throw ChildError(
        ChildError::Kind::already_present,
        fmt::format("there is a child \"{}\" already; it is {}", spec.id, to_string(old->state)));
  }
  all_.push_back({.spec = std::move(spec), .order = next_order_++});
  const auto at = std::prev(all_.end());
  by_id_.emplace(at->spec.id, at);
  return at;
}

void Children::remove(Position at) {
  forget(at);
  by_id_.erase(at->spec.id);
  all_.erase(at);
}

Children::Position Children::find(std::string_view id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? all_.end() : found->second;
}

void Children::begins(Position at, std::uint64_t incarnation) {
  at->incarnation = incarnation;
  at->killed = false;
  ++at->starts;
  incarnations_.emplace(incarnation, at);
}

Children::Position Children::gone(std::uint64_t incarnation) {
  const auto found = incarnations_.find(incarnation);
  if (found == incarnations_.end()) return all_.end();
  const Position at = found->second;
  forget(at);
  return at;
}

void Children::forget(Position at) { incarnations_.erase(std::exchange(at->incarnation, 0)); }

ChildInfo info_of(const Children::Child& child) {
  return {.id = child.spec.id,
          .ref = AnyRef(child.host),
          .state = child.state,
          .kind = child.spec.kind,
          .restart = child.spec.restart,
          .restarts = child.starts == 0 ? 0 : child.starts - 1};
}

std::vector<ChildInfo> Children::infos() const {
  std::vector<ChildInfo> infos;
  infos.reserve(all_.size());
  for (const Child& child : all_) infos.push_back(info_of(child));
  return infos;
}

ChildCounts Children::counts() const {
  ChildCounts counts{.specs = all_.size()};
  for (const Child& child : all_) {
    counts.active += child.host ? 1U : 0U;
    ++(child.spec.kind == ChildKind::supervisor ? counts.supervisors : counts.workers);
  }
  return counts;
}

}  // namespace sluice::inline v0
