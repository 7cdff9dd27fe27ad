#pragma once

#include <cstdint>
#include <string>

#include "sluice/connect/sqlite/new_job.hpp"

namespace sluice::inline v0::sqlite {

/// A job that failed for good, a dead letter. It stays until it is revived.
struct DeadJob {
  JobId id = 0;
  Bytes payload = {};  ///< as far as it can be read
  std::int64_t priority = 0;
  std::uint64_t attempts = 0;
  /// What was given to fail(), or why the queue gave it up.
  std::string error = {};
  WallTime since = {};
};

/// What revive found.
enum class Revived : unsigned char {
  ready,  ///< the job was dead or scheduled and can be leased now, all attempts before it
  no,     ///< there is no such job, or it is ready, leased or done; nothing was changed
};

}  // namespace sluice::inline v0::sqlite
