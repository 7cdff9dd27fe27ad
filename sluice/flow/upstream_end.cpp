#include "sluice/flow/layer_stage.hpp"

namespace sluice::inline v0::flow {

Reason end_of_upstream(const Cancellation& cancellation, const Subscription& from) {
  if (cancellation.cause != Cancellation::Cause::down || cancellation.reason.kind() != Reason::Kind::noproc)
    return cancellation.reason;
  const AnyRef producer = from.producer();
  return producer && producer.host()->ended() ? producer.host()->end_reason() : cancellation.reason;
}

}  // namespace sluice::inline v0::flow
