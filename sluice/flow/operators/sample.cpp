#include "sluice/flow/operators/sample.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

SampleEachOperator sample(SampleEach options) {
  if (options.every == 0) throw OptionError("every", "must be at least 1, got 0");
  return {{}, options.every};
}

SampleLatestOperator sample(SampleLatest options) {
  if (options.per <= Duration::zero())
    throw OptionError("per", fmt::format("must be positive, got {}", options.per));
  SampleLatestOperator made;
  made.per = options.per;
  return made;
}

SampleShareOperator sample(SampleShare options) {
  if (!(options.probability >= 0 && options.probability <= 1))
    throw OptionError("probability", fmt::format("must be 0 … 1, got {}", options.probability));
  return {{}, options.probability};
}

}  // namespace sluice::inline v0::flow
