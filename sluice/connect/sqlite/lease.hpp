#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sluice/connect/sqlite/new_job.hpp"

namespace sluice::inline v0::sqlite {

/// The right to finish a job: for this one hand-out. Ends when the job is acknowledged, failed, or taken back
/// by a lease() after the deadline; not by the deadline alone: who is late and in nobody's way is heard.
struct Lease {
  JobId id = 0;
  /// Another one for each hand-out of the job.
  std::int64_t token = 0;

  friend bool operator==(const Lease&, const Lease&) = default;
};

/// A job to be done.
struct LeasedJob {
  Lease lease = {};
  /// As it was enqueued: a damaged one is never handed out.
  Bytes payload = {};
  std::int64_t priority = 0;
  /// 1 at the first time.
  std::uint64_t attempt = 0;
  /// From here on it may be given to another.
  WallTime deadline = {};
};

/// What a call about a lease found.
enum class LeaseState : unsigned char {
  held,  ///< it was good and the call has done its work
  lost,  ///< the job was taken back, finished or revived; nothing was changed
};

/// What became of leases that were acknowledged. One that is named twice is lost the second time.
struct Acknowledged {
  std::size_t done = 0;
  /// Jobs whose lease was lost, in the order of the call.
  std::vector<JobId> lost = {};
};

/// The leases of jobs, for ack.
[[nodiscard]] inline std::vector<Lease> leases_of(std::span<const LeasedJob> jobs) {
  std::vector<Lease> leases;
  leases.reserve(jobs.size());
  for (const LeasedJob& job : jobs) leases.push_back(job.lease);
  return leases;
}

}  // namespace sluice::inline v0::sqlite
