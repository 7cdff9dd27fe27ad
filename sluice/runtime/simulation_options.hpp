#pragma once

#include <cstdint>
#include <string>

#include "sluice/core/ids.hpp"
#include "sluice/core/log.hpp"
#include "sluice/core/time.hpp"

namespace sluice::inline v0 {

struct SimulationOptions {
  /// Everything that is random comes from it: the same seed, the same run.
  std::uint64_t seed = 1;
  /// How likely a message is late, 0 … 1. Messages of one sender to one stage stay in order.
  double delay_chance = 0;
  /// How late at most.
  Duration delay_up_to = std::chrono::milliseconds(10);
  /// Keep the lines of the trace, not only its hash.
  bool keep_trace = false;
  /// Unset: warnings and errors go to stderr.
  LogSink log = {};
};

/// One turn of a simulation.
struct TraceLine {
  Instant at = {};
  StageId stage = {};
  std::uint64_t messages = 0;  ///< the stage has handled so far

  friend bool operator==(const TraceLine&, const TraceLine&) = default;
};

}  // namespace sluice::inline v0
