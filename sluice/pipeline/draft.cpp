#include "sluice/pipeline/draft.hpp"

namespace sluice::inline v0::pipeline {

SubscribeOptions detail::source_terms(Demand max_demand, std::optional<Demand> min_demand,
                                      Duration resubscribe_after) {
  return {.max_demand = max_demand,
          .min_demand = min_demand,
          .on_cancel = OnCancel::retry,
          .retry = {.first = resubscribe_after, .most = resubscribe_after}};
}

}  // namespace sluice::inline v0::pipeline
