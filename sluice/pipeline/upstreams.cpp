#include "sluice/pipeline/upstreams.hpp"

#include "sluice/stage/intake.hpp"
#include "sluice/stage/protocol.hpp"
#include "sluice/stage/ref.hpp"

namespace sluice::inline v0::pipeline {

void detail::forget_if_finished(Host& stage, const Cancellation& cancellation, const Subscription& from) {
  if (cancellation.reason.polite() && from.consumer().host().get() == &stage)
    stage.intake()->forget_renewal(from.id());
}

void detail::end_with_upstreams(Host& stage) {
  stage.post(make_errand([](Host& at) { at.intake()->end_with_upstreams(); }));
}

}  // namespace sluice::inline v0::pipeline
