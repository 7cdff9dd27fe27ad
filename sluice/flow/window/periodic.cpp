#include "sluice/flow/window/periodic.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

PeriodicWindow window::periodic(Duration length, PeriodicOptions options) {
  if (length <= Duration::zero())
    throw OptionError("periodic", fmt::format("must be positive, got {}", length));
  PeriodicWindow made;
  made.triggers = std::move(options.trigger);
  made.length = length;
  return made;
}

}  // namespace sluice::inline v0::flow
