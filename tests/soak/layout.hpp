#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::soak {

/// source -> three lanes of five steps each, by number -> merge -> left and right, by demand -> sink
inline constexpr std::size_t stages = 20;
inline constexpr std::size_t lanes = 3;
inline constexpr std::size_t lane_length = 5;
inline constexpr std::size_t source = 0;
inline constexpr std::size_t merge = 1 + lanes * lane_length;
inline constexpr std::size_t left = merge + 1;
inline constexpr std::size_t right = merge + 2;
inline constexpr std::size_t sink = merge + 3;
static_assert(sink + 1 == stages);

inline constexpr std::array<const char*, stages> names = {
    "source", "a1", "a2", "a3", "a4", "a5", "b1",    "b2",   "b3",    "b4",
    "b5",     "c1", "c2", "c3", "c4", "c5", "merge", "left", "right", "sink"};

/// An event: its number, and the steps it came through, one bit each.
struct Parcel {
  std::uint64_t number = 0;
  std::uint32_t path = 0;
};

[[nodiscard]] constexpr std::uint32_t bit(std::size_t stage) noexcept { return std::uint32_t{1} << stage; }
inline constexpr std::uint32_t all_steps = (bit(sink) - 1) & ~bit(source);

/// The lane of an event; some are dropped on purpose.
[[nodiscard]] constexpr std::optional<std::size_t> lane_of(std::uint64_t number) noexcept {
  if (number % 101 == 0) return std::nullopt;
  return number % lanes;
}
[[nodiscard]] constexpr std::size_t first_of_lane(std::size_t lane) noexcept {
  return 1 + lane * lane_length;
}

/// Whom a stage subscribes to.
[[nodiscard]] inline std::vector<std::size_t> producers_of(std::size_t stage) {
  if (stage == source) return {};
  if (stage == sink) return {left, right};
  if (stage > merge) return {merge};
  if (stage == merge) {
    std::vector<std::size_t> ends;
    for (std::size_t lane = 0; lane < lanes; ++lane) ends.push_back(first_of_lane(lane) + lane_length - 1);
    return ends;
  }
  return {(stage - 1) % lane_length == 0 ? source : stage - 1};
}

/// Whether the event came through all of its lane, the merge, and one of the two behind it.
[[nodiscard]] constexpr bool whole_line(const Parcel& parcel) noexcept {
  const std::optional<std::size_t> lane = lane_of(parcel.number);
  if (!lane) return false;
  const std::uint32_t line = ((bit(lane_length) - 1) << first_of_lane(*lane)) | bit(merge);
  return parcel.path == (line | bit(left)) || parcel.path == (line | bit(right));
}

}  // namespace sluice::soak
