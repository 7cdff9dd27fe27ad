#include "sluice/observe/ended_stages.hpp"

namespace sluice::inline v0 {

EndedStages& EndedStagesBook::entry(std::string_view name) {
  if (name.empty()) return nameless_;
  const auto found = named_.find(name);
  if (found != named_.end()) return found->second;
  if (named_.size() == most_names) return nameless_;
  return named_.emplace(name, EndedStages{.name = std::string(name)}).first->second;
}

void EndedStagesBook::add(std::string_view name, const EventCounts& counts) {
  EndedStages& all = entry(name);
  ++all.stages;
  all.events += counts;
}

void EndedStagesBook::add_late(std::string_view name, std::uint64_t events) {
  entry(name).events += {.received = events, .lost_received = events};
}

std::vector<EndedStages> EndedStagesBook::list() const {
  std::vector<EndedStages> all;
  if (nameless_ != EndedStages{}) all.push_back(nameless_);
  for (const auto& [name, ended] : named_) all.push_back(ended);
  return all;
}

}  // namespace sluice::inline v0
