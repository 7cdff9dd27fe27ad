#include "sluice/flow/join_options.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

std::string_view to_string(Join mode) noexcept {
  switch (mode) {
    case Join::inner: return "inner";
    case Join::left_outer: return "left_outer";
    case Join::right_outer: return "right_outer";
    case Join::full_outer: return "full_outer";
  }
  return "unknown";
}

void check(const JoinOptions& options, Matches matches) {
  if (options.mode != Join::inner && matches == Matches::both_sides) {
    throw OptionError("mode",
                      fmt::format("of a function that takes both sides can only be inner, got {}; one "
                                  "that takes pointers gets null for the side that is missing",
                                  to_string(options.mode)));
  }
  if (options.max_keys && *options.max_keys == 0) throw OptionError("max_keys", "must be at least 1, got 0");
  check(layer_of(options));
}

LayerOptions layer_of(JoinOptions options) {
  return {.stages = options.stages,
          .max_demand = options.max_demand,
          .min_demand = options.min_demand,
          .buffer = options.buffer,
          .shutdown = options.shutdown,
          .on_init = std::move(options.on_init),
          .name = std::move(options.name)};
}

namespace detail {

void join_is_full(std::string_view name, std::size_t keys, std::size_t most) {
  throw std::length_error(
      fmt::format("{}: {} keys in one stage and window, more than .max_keys = {}", name, keys, most));
}

}  // namespace detail
}  // namespace sluice::inline v0::flow
