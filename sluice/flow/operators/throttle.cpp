#include "sluice/flow/operators/throttle.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

void check(const ThrottleOptions& options) {
  if (options.events == 0) throw OptionError("events", "must be at least 1, got 0");
  if (options.per <= Duration::zero())
    throw OptionError("per", fmt::format("must be positive, got {}", options.per));
}

void PassLog::stamp(Instant now) {
  if (unstamped_ != 0) passed_.push_back({now, std::exchange(unstamped_, 0)});
  while (!passed_.empty() && after(passed_.front().at, options_.per) <= now) {
    left_ += passed_.front().events;
    passed_.pop_front();
  }
}

ThrottleOperator throttle(ThrottleOptions options, LayerOptions layer) {
  check(options);
  if (layer.stages.value_or(1) != 1) {
    throw OptionError("stages",
                      fmt::format("must be 1, for a throttle counts in one place, got {}", *layer.stages));
  }
  layer.stages = 1;
  check(layer);
  return {{}, options, std::move(layer)};
}

}  // namespace sluice::inline v0::flow
