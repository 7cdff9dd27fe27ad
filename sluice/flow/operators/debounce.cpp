#include "sluice/flow/operators/debounce.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

DebounceOperator debounce(DebounceOptions options) {
  if (options.quiet <= Duration::zero())
    throw OptionError("quiet", fmt::format("must be positive, got {}", options.quiet));
  DebounceOperator made;
  made.quiet = options.quiet;
  return made;
}

}  // namespace sluice::inline v0::flow
