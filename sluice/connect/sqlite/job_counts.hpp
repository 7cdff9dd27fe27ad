#pragma once

#include <cstdint>

namespace sluice::inline v0::sqlite {

/// Where the jobs of a file are at one instant. Their sum is the number of jobs that were ever added.
struct JobCounts {
  std::uint64_t ready = 0;      ///< lease() would take them
  std::uint64_t scheduled = 0;  ///< not before a later time
  std::uint64_t leased = 0;     ///< handed out, also if the deadline is over, until a lease() takes them back
  std::uint64_t dead = 0;
  std::uint64_t done = 0;  ///< acknowledged since the file was made, removed ones too

  friend bool operator==(const JobCounts&, const JobCounts&) = default;
};

}  // namespace sluice::inline v0::sqlite
