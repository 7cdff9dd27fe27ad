#include "sluice/flow/window/trigger_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace sluice::inline v0::flow {

void FireAllowance::came(std::uint64_t n) noexcept { left_ = std::min(left_, most_saved) + n; }

void FireAllowance::spend(const WindowId& window, const std::string& trigger) {
  if (left_ == 0) {
    throw std::logic_error(fmt::format(
        "trigger_by: the function of window \"{}\" fires \"{}\" again and again without consuming "
        "an event",
        to_string(window), trigger));
  }
  --left_;
}

}  // namespace sluice::inline v0::flow
