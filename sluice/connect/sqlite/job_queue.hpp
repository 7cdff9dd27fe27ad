#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sluice/connect/sqlite/dead_job.hpp"
#include "sluice/connect/sqlite/job_counts.hpp"
#include "sluice/connect/sqlite/job_queue_options.hpp"
#include "sluice/connect/sqlite/lease.hpp"
#include "sluice/connect/sqlite/new_job.hpp"
#include "sluice/connect/sqlite/queue_error.hpp"
#include "sluice/connect/sqlite/retry.hpp"
#include "sluice/connect/sqlite/transaction.hpp"

namespace sluice::inline v0::sqlite {

class JobSteps;

/// A queue of jobs in a file, without a server. Jobs survive the end of their process, and with
/// Synchronous::full a power cut.
///
/// Threads and processes: one thread at a time uses an object. Each thread and each process opens one of its
/// own on the same path, as many as there are; the file sees to it that a job is leased to one of them. An
/// object must not be used in a process forked after it was opened, nor destroyed there.
///
/// 1. Each call is one transaction: it happens as a whole or, where it throws QueueError, not at all.
///    forget_done alone is several. A commit that failed with `io` may have happened.
/// 2. A job that was added is ready, scheduled, leased, dead or done, and in one of these at a time.
/// 3. It is handed out until it is acknowledged or dead: at least once. A lease that expired is given to the
///    next who asks, and its first holder hears `lost`.
/// 4. What is handed out is what was enqueued: a payload that the disk has changed goes to dead().
///
/// Time is the wall clock of the options, read after the lock was taken. Set forward, it ends leases early
/// and makes scheduled jobs ready, as if the time had passed. Set back, leases and Retry::after last no
/// longer than they were meant to, counted from when a call notices (within a second); not_before and
/// Retry::at go by the clock, and revive() frees what a wrong clock has put too far.
class JobQueue {
 public:
  /// Opens the file or makes it; its folder must be there. Throws OptionError and QueueError; a file that is
  /// not a queue is not touched.
  explicit JobQueue(const std::filesystem::path& path, JobQueueOptions options = {});
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;
  ~JobQueue();

  /// Adds all or none. Throws OptionError for a payload above max_payload or a key above 1,024 bytes, and
  /// QueueError(disk_full) above max_size.
  std::vector<Enqueued> enqueue(std::span<const NewJob> jobs);
  Enqueued enqueue(const NewJob& job);

  /// Up to `max` jobs that are due, the highest priority first, then the oldest; none: see next_due(). `time`
  /// is positive, at most a year; `worker`, at most 1,024 bytes, is for people who look at the file. A job
  /// whose lease expired at its last attempt goes to dead() instead. All payloads are in memory at once.
  [[nodiscard]] std::vector<LeasedJob> lease(std::size_t max, Duration time, std::string_view worker);
  /// The lease lasts for `time` from now on.
  [[nodiscard]] LeaseState extend(const Lease& lease, Duration time);

  /// The jobs are done, those whose lease was not lost.
  Acknowledged ack(std::span<const Lease> leases);
  /// As above, and `work` runs in the same transaction: what it does to tables of its own in this file
  /// happens exactly once. It does not run, and nothing is acknowledged, if one of the leases was lost. What
  /// it throws undoes everything and goes on to the caller. It must not call this object.
  Acknowledged ack_with(std::span<const Lease> leases, const std::function<void(Transaction&)>& work);
  /// The job is tried again, or dead. Of the error the first 64 KiB are kept.
  Failed fail(const Lease& lease, std::string_view error, Retry retry);

  /// Up to `max` dead jobs, those that died first first.
  [[nodiscard]] std::vector<DeadJob> dead(std::size_t max);
  /// Makes a dead or scheduled job ready now.
  Revived revive(JobId id);

  /// Reads the entries of all jobs that are not done.
  [[nodiscard]] JobCounts counts();
  /// When lease() can have a job again: now or before, or when the next one becomes due or its lease expires.
  /// None: there is nothing to wait for. Others may enqueue meanwhile.
  [[nodiscard]] std::optional<WallTime> next_due();

  /// Removes jobs that were done longer than `age` ago, 1,000 in a transaction. How many. For DoneJobs::kept.
  std::size_t forget_done(Duration age);
  /// Reads the whole file. Throws QueueError(corrupt) that tells what is damaged.
  void verify();

 private:
  std::unique_ptr<JobSteps> steps_;
};

}  // namespace sluice::inline v0::sqlite
