#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/count.hpp"
#include "sluice/core/ids.hpp"
#include "sluice/core/options.hpp"
#include "sluice/observe/counters.hpp"

namespace sluice::inline v0 {

/// One subscription, seen from one of its two stages.
struct SubscriptionInfo {
  SubscriptionId id = {};
  StageId peer = {};
  std::string peer_name = {};
  Demand max_demand = 0;
  Demand min_demand = 0;
  Demand pending = 0;    ///< asked for and not yet delivered
  Demand asked = 0;      ///< since the start
  Demand delivered = 0;  ///< since the start
  bool paused = false;

  friend bool operator==(const SubscriptionInfo&, const SubscriptionInfo&) = default;
};

/// Exact counts of events since the start of a stage. At any moment between two turns:
/// received = handled + queued + lost_received, and with every dispatcher but broadcast
/// emitted = delivered + buffered + discarded_* + routed_away + lost_emitted.
struct EventCounts {
  std::uint64_t received = 0;   ///< arrived in its mailbox
  std::uint64_t handled = 0;    ///< given to handle_events, which returned
  std::uint64_t emitted = 0;    ///< left a callback that returned
  std::uint64_t delivered = 0;  ///< sent to consumers; a broadcast counts each of them
  std::uint64_t discarded_buffer_full = 0;
  std::uint64_t discarded_lane_full = 0;
  std::uint64_t routed_away = 0;
  std::uint64_t lost_received =
      0;  ///< with the stage when it ended: in its mailbox or queue, or being handled
  std::uint64_t lost_emitted = 0;  ///< with the stage when it ended: in its outbox, buffer or dispatcher

  EventCounts& operator+=(const EventCounts& other) noexcept;
  friend bool operator==(const EventCounts&, const EventCounts&) = default;
};

enum class StageKind : unsigned char { producer, producer_consumer, consumer, other };

/// What one stage knows about itself.
struct StageInfo {
  StageId id = {};
  std::string name = {};  ///< empty: none
  StageKind kind = StageKind::other;
  StageState state = StageState::idle;
  std::string description = {};  ///< what describe() says
  std::string dispatcher = {};   ///< empty for a consumer
  DemandFlow demand_flow = DemandFlow::forward;
  Demand buffered = 0;         ///< in the buffer and the dispatcher's queues
  Demand buffer_capacity = 0;  ///< may be `unlimited`
  Demand queued = 0;           ///< events received and not yet handled
  Demand credit = 0;           ///< producer_consumer: asked for downstream and not yet emitted
  EventCounts events = {};
  std::uint64_t callbacks = 0;
  std::uint64_t messages = 0;
  std::vector<SubscriptionInfo> producers = {};
  std::vector<SubscriptionInfo> consumers = {};

  friend bool operator==(const StageInfo&, const StageInfo&) = default;
};

/// The stages of one name that have ended, together. For them nothing is queued or buffered any more:
/// received = handled + lost_received, and emitted is as above with buffered = 0.
struct EndedStages {
  std::string name = {};  ///< empty: those without a name, and whose names are beyond the first 1,000
  std::uint64_t stages = 0;
  EventCounts events = {};

  friend bool operator==(const EndedStages&, const EndedStages&) = default;
};

/// The whole runtime at one moment, as a value. Each stage answers on its own turn; one that did not answer
/// in time is listed with its state, name and counts only.
struct Snapshot {
  std::vector<StageInfo> stages = {};
  std::uint64_t casts_dropped = 0;  ///< sent to stages that had ended
  /// By name. Events that arrive for an ended stage are added when they do, so all counts together are exact
  /// once everything has settled, after a shutdown too.
  std::vector<EndedStages> ended = {};
};

[[nodiscard]] std::string_view to_string(StageKind kind) noexcept;
[[nodiscard]] std::string_view to_string(StageState state) noexcept;

/// One line a stage, for people.
[[nodiscard]] std::string to_string(const Snapshot& snapshot);

}  // namespace sluice::inline v0
