#include "sluice/flow/window/late.hpp"

#include <fmt/format.h>

namespace sluice::inline v0::flow::detail {

std::string late_warning(std::uint64_t events) {
  return fmt::format(
      "{} events came too late for their windows and were dropped; see on_late, allowed_lateness", events);
}

}  // namespace sluice::inline v0::flow::detail
