#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/flow/layer_options.hpp"

namespace sluice::inline v0::flow {

/// Whose events come through a join that matched nothing on the other side.
enum class Join : unsigned char { inner, left_outer, right_outer, full_outer };

[[nodiscard]] std::string_view to_string(Join mode) noexcept;
[[nodiscard]] constexpr bool keeps_left(Join mode) noexcept {
  return mode == Join::left_outer || mode == Join::full_outer;
}
[[nodiscard]] constexpr bool keeps_right(Join mode) noexcept {
  return mode == Join::right_outer || mode == Join::full_outer;
}

/// How a join matches, and the layer it opens; the latter fields are those of LayerOptions.
struct JoinOptions {
  Join mode = Join::inner;
  /// Whether triggers before a window's end, too, emit what is unmatched and forget all events. Without, a
  /// join keeps them until the window is done (flow.md F8.4, E12).
  bool clear_at_triggers = false;
  /// Keys that one stage may know in one window; one more fails the flow. Unset: any number.
  std::optional<std::size_t> max_keys = {};
  std::optional<std::size_t> stages = {};
  Demand max_demand = 1000;
  std::optional<Demand> min_demand = {};
  BufferOptions buffer = {};
  Duration shutdown = std::chrono::seconds(5);
  std::function<void(std::size_t index, std::size_t count)> on_init = {};
  std::string name = {};
};

/// Whether the function of a join takes pairs only, or null for the side that is missing.
enum class Matches : unsigned char { both_sides, either_side };

/// Throws OptionError naming the field and the value.
void check(const JoinOptions& options, Matches matches);
[[nodiscard]] LayerOptions layer_of(JoinOptions options);

namespace detail {

/// Throws std::length_error.
[[noreturn]] void join_is_full(std::string_view name, std::size_t keys, std::size_t most);

}  // namespace detail
}  // namespace sluice::inline v0::flow
