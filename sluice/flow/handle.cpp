#include "sluice/flow/handle.hpp"

namespace sluice::inline v0::flow {

namespace {

/// False: not all of them have ended within the time.
bool wait_for_all(Runtime& runtime, const std::vector<HostPtr>& stages, Instant until) {
  for (const HostPtr& stage : stages) {
    if (stage->ended()) continue;
    const Duration left = until == Instant::max() ? forever : until - runtime.now();
    if (left < Duration::zero() || !runtime.wait(AnyRef(stage), left)) return false;
  }
  return true;
}

}  // namespace

std::optional<Outcome> AnyFlowHandle::wait(Duration timeout) const {
  const Instant until = after(runtime_->now(), timeout);
  if (coordinator_ && !runtime_->wait(coordinator_, timeout)) return std::nullopt;
  // They are gone, unless the coordinator was killed or threw.
  if (!wait_for_all(*runtime_, record_->stages(), until)) return std::nullopt;
  return record_->outcome();
}

void AnyFlowHandle::stop() const {
  if (!coordinator_) return;
  coordinator_.stop_async(Reason::shutdown());
  static_cast<void>(wait());
}

namespace detail {

StartedCoordinator start_coordinator(Runtime& runtime, FlowOptions options, Coordinator::Build build) {
  auto record = std::make_shared<FlowRecord>();
  StartOptions start;
  if (!options.name.empty()) start.name = std::move(options.name);
  try {
    auto ref = runtime.start<Coordinator>(std::move(start), std::move(build), options.demand, record);
    return {std::move(ref), std::move(record)};
  } catch (const StartError&) {
    const std::vector<HostPtr> stages = record->stages();
    if (!stages.empty() && !stages.front()->inside_any_callback())
      wait_for_all(runtime, stages, Instant::max());
    throw;
  }
}

}  // namespace detail
}  // namespace sluice::inline v0::flow
