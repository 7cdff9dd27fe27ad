#include "sluice/observe/snapshot.hpp"

#include <fmt/format.h>

namespace sluice::inline v0 {

EventCounts& EventCounts::operator+=(const EventCounts& other) noexcept {
  received += other.received;
  handled += other.handled;
  emitted += other.emitted;
  delivered += other.delivered;
  discarded_buffer_full += other.discarded_buffer_full;
  discarded_lane_full += other.discarded_lane_full;
  routed_away += other.routed_away;
  lost_received += other.lost_received;
  lost_emitted += other.lost_emitted;
  return *this;
}

std::string_view to_string(StageKind kind) noexcept {
  switch (kind) {
    case StageKind::producer: return "producer";
    case StageKind::producer_consumer: return "producer_consumer";
    case StageKind::consumer: return "consumer";
    case StageKind::other: return "stage";
  }
  return "unknown";
}

std::string_view to_string(StageState state) noexcept {
  switch (state) {
    case StageState::starting: return "starting";
    case StageState::idle: return "idle";
    case StageState::runnable: return "runnable";
    case StageState::running: return "running";
    case StageState::starved: return "starved";
    case StageState::blocked: return "blocked";
    case StageState::busy: return "busy";
    case StageState::ended: return "ended";
  }
  return "unknown";
}

std::string to_string(const Snapshot& snapshot) {
  std::string out;
  for (const StageInfo& stage : snapshot.stages) {
    out +=
        fmt::format("{:<20} {:<17} {:<8} in {:>12} handled {:>12} out {:>12} buffered {:>8} queued {:>8}\n",
                    stage.name.empty() ? fmt::format("#{}", stage.id.value) : stage.name,
                    to_string(stage.kind), to_string(stage.state), stage.events.received,
                    stage.events.handled, stage.events.emitted, stage.buffered, stage.queued);
  }
  return out;
}

}  // namespace sluice::inline v0
