#include "sluice/supervise/shutdown.hpp"

#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0 {

void check(const Shutdown& shutdown) {
  if (shutdown.kills() || shutdown.time() > Duration::zero()) return;
  throw OptionError("shutdown", fmt::format("must be positive, forever or Shutdown::kill, got {} ns",
                                            shutdown.time().count()));
}

}  // namespace sluice::inline v0
