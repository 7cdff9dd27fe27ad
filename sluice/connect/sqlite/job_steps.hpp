#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sluice/connect/sqlite/clock_watch.hpp"
#include "sluice/connect/sqlite/database.hpp"
#include "sluice/connect/sqlite/job_queue_options.hpp"
#include "sluice/connect/sqlite/lease.hpp"
#include "sluice/connect/sqlite/new_job.hpp"
#include "sluice/connect/sqlite/retry.hpp"

namespace sluice::inline v0::sqlite {

/// A number of rows for SQLite.
[[nodiscard]] std::int64_t limit_of(std::uint64_t max) noexcept;

/// The steps of which JobQueue makes its calls; each within a Writing of the call.
class JobSteps {
 public:
  JobSteps(const std::filesystem::path& path, JobQueueOptions options);

  [[nodiscard]] WallTime now() const;
  [[nodiscard]] const JobQueueOptions& options() const noexcept { return options_; }
  [[nodiscard]] Database& database() noexcept { return database_; }
  [[nodiscard]] ClockWatch& watch() noexcept { return watch_; }

  std::vector<Enqueued> add_all(std::span<const NewJob> jobs, WallTime now);
  /// What is due becomes ready, or dead.
  void take_back(WallTime now);
  /// In the order they are to be done, without payloads.
  [[nodiscard]] std::vector<LeasedJob> hand_out(std::int64_t max, WallTime now, WallTime deadline,
                                                std::string_view worker);
  /// Those with a damaged payload are dead and taken out.
  void load_payloads(std::vector<LeasedJob>& jobs, WallTime now);
  Acknowledged finish_all(std::span<const Lease> leases, WallTime now);
  void bury(JobId id, std::string_view error, WallTime now);
  void retry(JobId id, std::string_view error, const Retry& retry, WallTime now);
  void remove(JobId id);

 private:
  /// The job that has its key.
  [[nodiscard]] std::optional<JobId> known(const NewJob& job);
  void add(JobId id, const NewJob& job, WallTime now);
  LeaseState finish(const Lease& lease, WallTime now);

  JobQueueOptions options_;
  Database database_;
  ClockWatch watch_;
};

}  // namespace sluice::inline v0::sqlite
