#pragma once

#include <cstddef>
#include <cstdint>

#include "sluice/connect/sqlite/file_options.hpp"
#include "sluice/connect/sqlite/wall_time.hpp"

namespace sluice::inline v0::sqlite {

/// What happens to jobs that were acknowledged.
enum class DoneJobs : unsigned char {
  removed,  ///< at once; their keys are free again
  kept,     ///< until forget_done; so long their keys are taken
};

struct JobQueueOptions {
  Synchronous synchronous = Synchronous::full;
  /// How long a call waits for the locks of others. 0: not at all; at most a day.
  Duration busy_wait = std::chrono::seconds(5);
  /// Bytes of one payload; at least 1, at most `largest_payload`.
  std::size_t max_payload = std::size_t{16} << 20U;
  /// Bytes in use within the file; at least 1 MiB. See FileOptions.
  std::uint64_t max_size = unlimited;
  /// How often a job is handed out before it is dead, a lease that expired included. At least 1.
  std::uint64_t attempts = 10;
  DoneJobs done = DoneJobs::removed;
  WallClock clock = {};
};

/// Throws OptionError naming the field, the bound and the value.
void check(const JobQueueOptions& options);

[[nodiscard]] FileOptions file_options_of(const JobQueueOptions& options) noexcept;

}  // namespace sluice::inline v0::sqlite
