#include "sluice/pipeline/handle.hpp"

namespace sluice::inline v0::pipeline {

DrainReport AnyPipelineHandle::drain(Duration within) const {
  const auto left = std::make_shared<DrainReport>();
  coordinator_.cast(&Coordinator::drain_into, within, left);
  static_cast<void>(wait());
  return *left;
}

void AnyPipelineHandle::set_rate_limit(RateLimit limit) const {
  check(limit);
  coordinator_.call(&Coordinator::set_rate_limit, limit);
}

void AnyPipelineHandle::reset_rate_limit() const { coordinator_.call(&Coordinator::reset_rate_limit); }

}  // namespace sluice::inline v0::pipeline
