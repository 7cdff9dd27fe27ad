#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sluice/connect/sqlite/bytes.hpp"
#include "sluice/connect/sqlite/wall_time.hpp"

namespace sluice::inline v0::sqlite {

/// The number of a job in its file, from 1, in the order of enqueueing, never given twice.
using JobId = std::int64_t;

/// What is enqueued. Bytes and text are looked at during the call only.
struct NewJob {
  BytesView payload = {};
  /// Higher ones are leased first.
  std::int64_t priority = 0;
  /// Not leased before the clock shows this. The default is in the past.
  WallTime not_before = {};
  /// At most one job with the same key is in the file, in whatever state; none: any number. At most 1,024
  /// bytes.
  std::optional<std::string_view> key = {};
};

/// What became of a NewJob.
struct Enqueued {
  enum class As : unsigned char {
    added,  ///< it is a job now
    known,  ///< there was one with its key, which stays as it is; the id is its id
  };
  JobId id = 0;
  As as = As::added;

  friend bool operator==(const Enqueued&, const Enqueued&) = default;
};

}  // namespace sluice::inline v0::sqlite
