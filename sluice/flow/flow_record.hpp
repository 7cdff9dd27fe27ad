#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "sluice/flow/outcome.hpp"
#include "sluice/stage/host.hpp"
#include "sluice/stage/lock.hpp"

namespace sluice::inline v0::flow {

/// What a coordinator leaves to those who started the flow. Thread rule: any thread.
class FlowRecord {
 public:
  /// The stages of the last layer, since the start has returned.
  [[nodiscard]] std::vector<HostPtr> last() const {
    const Lock::Held held(lock_);
    return last_;
  }
  void set_last(std::vector<HostPtr> last) {
    const Lock::Held held(lock_);
    last_ = std::move(last);
  }
  /// All stages that belong to the flow, so far.
  [[nodiscard]] std::vector<HostPtr> stages() const {
    const Lock::Held held(lock_);
    return stages_;
  }
  void add_stage(HostPtr stage) {
    const Lock::Held held(lock_);
    stages_.push_back(std::move(stage));
  }
  /// std::nullopt: it has not ended.
  [[nodiscard]] std::optional<Outcome> outcome() const {
    const Lock::Held held(lock_);
    return outcome_;
  }
  /// The first one counts.
  void settle(Outcome outcome) {
    const Lock::Held held(lock_);
    if (!outcome_) outcome_ = std::move(outcome);
  }

 private:
  mutable Lock lock_;
  std::vector<HostPtr> last_;
  std::vector<HostPtr> stages_;
  std::optional<Outcome> outcome_;
};

}  // namespace sluice::inline v0::flow
