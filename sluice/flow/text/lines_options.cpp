#include "sluice/flow/text/lines_options.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

namespace {

constexpr std::size_t largest_block = std::size_t{1} << 30;
constexpr std::size_t longest_line = (std::size_t{1} << 32) - 1;  // Text counts in 32 bits

void check_bounds(const char* field, std::size_t value, std::size_t most) {
  if (value >= 1 && value <= most) return;
  throw OptionError(field, fmt::format("must be 1 to {}, got {}", most, static_cast<std::int64_t>(value)));
}

}  // namespace

void check(const LinesOptions& options) {
  check_bounds("block", options.block, largest_block);
  check_bounds("max_line", options.max_line, longest_line);
  if (options.ahead < 1) throw OptionError("ahead", "must be at least 1, got 0");
  static_cast<void>(buffer_size_of(options.buffer, 0));
}

LineRules rules_of(const LinesOptions& options) noexcept {
  return {.max_line = options.max_line, .line_end = options.line_end, .encoding = options.encoding};
}

}  // namespace sluice::inline v0::flow
