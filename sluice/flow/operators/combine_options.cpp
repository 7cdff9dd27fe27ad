#include "sluice/flow/operators/combine_options.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

void check(const CombineOptions& options) {
  if (options.hold_keys == 0) throw OptionError("hold_keys", "must be at least 1, got 0");
  if (options.holds_for() <= Duration::zero())
    throw OptionError("hold_for", fmt::format("must be positive, got {}", options.holds_for()));
  check(options.limits("combine_by"));
  if (options.expire_after && *options.expire_after < options.holds_for()) {
    throw OptionError("expire_after", fmt::format("must be at least hold_for = {}, got {}",
                                                  options.holds_for(), *options.expire_after));
  }
  if (options.trigger.every) {
    throw OptionError("trigger", fmt::format("counts events, which combine_by has folded before; use "
                                             "periodically, got every({})",
                                             *options.trigger.every));
  }
}

}  // namespace sluice::inline v0::flow
