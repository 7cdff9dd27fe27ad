#include "sluice/flow/upstream_end.hpp"

#include <any>

#include "sluice/stage/ref.hpp"

namespace sluice::inline v0::flow {

namespace {

struct FlowStopped {};

}  // namespace

Reason end_of_upstream(const Cancellation& cancellation, const Subscription& from) {
  if (cancellation.cause != Cancellation::Cause::down || cancellation.reason.kind() != Reason::Kind::noproc)
    return cancellation.reason;
  const AnyRef producer = from.producer();
  return producer && producer.host()->ended() ? producer.host()->end_reason() : cancellation.reason;
}

Reason flow_stopped() { return {Reason::Kind::shutdown, "its flow was stopped", FlowStopped{}}; }

bool says_flow_stopped(const Reason& reason) {
  return std::any_cast<FlowStopped>(&reason.payload()) != nullptr;
}

}  // namespace sluice::inline v0::flow
