#include "sluice/pipeline/acknowledger.hpp"

#include <fmt/format.h>

namespace sluice::inline v0::pipeline {

std::uint64_t Acknowledger::configure(std::uint64_t /*tag*/, const std::any& options) {
  throw NotConfigurable(fmt::format("configure: {} has nothing to configure, got a {}", typeid(*this).name(),
                                    options.type().name()));
}

}  // namespace sluice::inline v0::pipeline
