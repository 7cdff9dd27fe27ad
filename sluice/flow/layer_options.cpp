#include "sluice/flow/layer_options.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

void check(const LayerOptions& options) {
  if (options.stages && *options.stages == 0) throw OptionError("stages", "must be at least 1, got 0");
  if (options.shutdown < Duration::zero())
    throw OptionError("shutdown", fmt::format("must not be negative, got {}", options.shutdown));
  sluice::check(terms_of(options));
  static_cast<void>(buffer_size_of(options.buffer, unlimited));
}

SubscribeOptions terms_of(const LayerOptions& options) {
  return {.max_demand = options.max_demand.value_or(SubscribeOptions{}.max_demand),
          .min_demand = options.min_demand,
          .on_cancel = OnCancel::temporary};  // what an end means is for the layer to decide
}

}  // namespace sluice::inline v0::flow
