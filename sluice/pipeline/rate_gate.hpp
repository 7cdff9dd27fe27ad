#pragma once

#include "sluice/pipeline/options.hpp"

namespace sluice::inline v0::pipeline {

/// What can be done with the gate of a pipeline whatever its messages hold. Thread rule: callbacks of its
/// stage.
class RateGate {
 public:
  virtual ~RateGate() = default;
  /// From the next interval on.
  virtual void change_rate_limit(RateLimit limit) = 0;
  /// An interval begins now, with all that is allowed.
  virtual void reset_rate_limit() = 0;
};

}  // namespace sluice::inline v0::pipeline
