#pragma once

#include <cstdint>
#include <optional>

#include "sluice/core/time.hpp"

namespace sluice::inline v0::flow {

/// When a chunk is complete, besides its weight: what comes first.
struct ChunkOptions {
  /// It has so many events. At least 1; unset: any number.
  std::optional<std::size_t> size = {};
  /// So long after its first event, by the runtime's clock. Positive; unset: it waits.
  std::optional<Duration> within = {};
};

/// Throws OptionError naming the field and the value.
void check(const ChunkOptions& options);

namespace detail {

/// OptionError where nothing but the window's end would complete a chunk.
void check_chunk(const ChunkOptions& options);
void check_weight(std::uint64_t limit, const ChunkOptions& options);
/// A weight below 0 fails the stage.
[[noreturn]] void negative_weight(std::int64_t weight);

}  // namespace detail
}  // namespace sluice::inline v0::flow
