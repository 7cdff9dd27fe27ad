#pragma once

#include "sluice/core/reason.hpp"
#include "sluice/stage/subscription.hpp"

namespace sluice::inline v0::flow {

/// Why a stage above has ended, as far as its events are concerned: polite where they are complete. One that
/// had ended before it could be subscribed to is asked for its own reason (E16).
[[nodiscard]] Reason end_of_upstream(const Cancellation& cancellation, const Subscription& from);

/// What the stages of a flow that is stopped where it stands end with: polite, but no end of their events.
[[nodiscard]] Reason flow_stopped();
[[nodiscard]] bool says_flow_stopped(const Reason& reason);

}  // namespace sluice::inline v0::flow
