#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "bench/compare/work.hpp"

/// W10: readings with a time and a key, in order of time, to be counted by key in windows of a second.
namespace bench {

using EventTime = std::chrono::sys_time<std::chrono::milliseconds>;

struct Reading {
  EventTime at;
  std::int64_t key;
};

inline constexpr std::chrono::milliseconds window_length{1000};
inline constexpr std::int64_t reading_keys = 1000;
inline constexpr std::size_t readings_per_window = 1000;

/// One in each millisecond since 1970, its key at random.
constexpr Reading reading(std::size_t number) {
  const std::uint64_t random = mix(number + 1) >> 32;
  return {.at = EventTime(std::chrono::milliseconds(static_cast<std::int64_t>(number))),
          .key = static_cast<std::int64_t>((random * static_cast<std::uint64_t>(reading_keys)) >> 32)};
}

/// What one result adds to the checksum, modulo 2^64; their order does not matter.
constexpr std::uint64_t folded(EventTime window_begin, std::int64_t key, std::uint64_t count) {
  const auto window = static_cast<std::uint64_t>(window_begin.time_since_epoch() / window_length);
  return mix((window << 24) | (static_cast<std::uint64_t>(key) << 12) | count);
}

/// Counted by sorting each window's keys; the last result is remembered. One thread at a time.
std::uint64_t windowed_counts_checksum(std::uint64_t readings);

}  // namespace bench
