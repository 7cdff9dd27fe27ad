#pragma once

#include "sluice/core/reason.hpp"
#include "sluice/stage/host.hpp"
#include "sluice/stage/subscription.hpp"

namespace sluice::inline v0::pipeline::detail {

/// For handle_cancel: a producer that ended politely has nothing more to say, so nobody waits for it to be
/// started again.
void forget_if_finished(Host& stage, const Cancellation& cancellation, const Subscription& from);

/// From its next turn on the stage ends, drained, with its last producer.
void end_with_upstreams(Host& stage);

}  // namespace sluice::inline v0::pipeline::detail
