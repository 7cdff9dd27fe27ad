#include "sluice/connect/sqlite/job_steps.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "sluice/connect/sqlite/job_statements.hpp"
#include "sluice/connect/sqlite/payloads.hpp"
#include "sluice/connect/sqlite/schema.hpp"

namespace sluice::inline v0::sqlite {
namespace {

JobQueueOptions checked(JobQueueOptions options) {
  check(options);
  return options;
}

}  // namespace

std::int64_t limit_of(std::uint64_t max) noexcept {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(max, unlimited));
}

JobSteps::JobSteps(const std::filesystem::path& path, JobQueueOptions options)
    : options_(checked(std::move(options))), database_(path, file_options_of(options_)), watch_(database_) {
  prepare_file(database_);
}

WallTime JobSteps::now() const {
  if (options_.clock) return options_.clock();
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

std::vector<Enqueued> JobSteps::add_all(std::span<const NewJob> jobs, WallTime now) {
  std::vector<Enqueued> result;
  result.reserve(jobs.size());
  JobId last = database_.number(statement::last_id);
  for (const NewJob& job : jobs) {
    if (const std::optional<JobId> id = known(job)) {
      result.push_back({.id = *id, .as = Enqueued::As::known});
    } else {
      add(++last, job, now);
      result.push_back({.id = last, .as = Enqueued::As::added});
    }
  }
  database_.query(statement::set_last_id).bind(last).run();
  return result;
}

std::optional<JobId> JobSteps::known(const NewJob& job) {
  if (!job.key) return std::nullopt;
  Query query = database_.query(statement::job_of_key);
  if (query.bind(*job.key).step() == Step::done) return std::nullopt;
  return query.number(0);
}

void JobSteps::add(JobId id, const NewJob& job, WallTime now) {
  const bool later = job.not_before > now;
  Query query = database_.query(statement::add_job);
  query.bind(id).bind(later ? 1 : 0).bind(job.priority);
  later ? query.bind(to_number(job.not_before)) : query.bind_null();
  job.key ? query.bind(*job.key) : query.bind_null();
  query.run();
  database_.query(statement::add_payload).bind(id).bind(checksum(job.payload)).bind(job.payload).run();
}

void JobSteps::take_back(WallTime now) {
  database_.query(statement::bury_expired).bind(to_number(now)).bind(limit_of(options_.attempts)).run();
  database_.query(statement::make_ready).bind(to_number(now)).run();
}

std::vector<LeasedJob> JobSteps::hand_out(std::int64_t max, WallTime now, WallTime deadline,
                                          std::string_view worker) {
  std::vector<LeasedJob> jobs;
  Query query = database_.query(statement::hand_out);
  query.bind(to_number(now)).bind(to_number(deadline)).bind(worker).bind(max);
  while (query.step() == Step::row) {
    jobs.push_back({.lease = {.id = query.number(0), .token = query.number(1)},
                    .priority = query.number(2),
                    .attempt = static_cast<std::uint64_t>(query.number(3)),
                    .deadline = deadline});
  }
  std::ranges::sort(jobs, [](const LeasedJob& a, const LeasedJob& b) {  // RETURNING promises no order
    return a.priority != b.priority ? a.priority > b.priority : a.lease.id < b.lease.id;
  });
  return jobs;
}

void JobSteps::load_payloads(std::vector<LeasedJob>& jobs, WallTime now) {
  std::erase_if(jobs, [&](LeasedJob& job) {
    std::optional<Bytes> payload;
    {
      Query query = database_.query(statement::payload_of);
      if (query.bind(job.lease.id).step() == Step::row) payload = read_payload(query, 0);
    }
    if (!payload) {
      bury(job.lease.id, "the payload is damaged in the file", now);
      return true;
    }
    job.payload = std::move(*payload);
    return false;
  });
}

LeaseState JobSteps::finish(const Lease& lease, WallTime now) {
  const bool keep = options_.done == DoneJobs::kept;
  {
    Query query = database_.query(keep ? statement::keep_leased : statement::remove_leased);
    query.bind(lease.id).bind(lease.token);
    if (keep) query.bind(to_number(now));
    query.run();
  }
  if (database_.changes() == 0) return LeaseState::lost;
  if (!keep) database_.query(statement::remove_payload).bind(lease.id).run();
  return LeaseState::held;
}

Acknowledged JobSteps::finish_all(std::span<const Lease> leases, WallTime now) {
  Acknowledged result;
  for (const Lease& lease : leases) {
    if (finish(lease, now) == LeaseState::held) {
      ++result.done;
    } else {
      result.lost.push_back(lease.id);
    }
  }
  if (result.done > 0) {
    database_.query(statement::count_done).bind(static_cast<std::int64_t>(result.done)).run();
  }
  return result;
}

void JobSteps::bury(JobId id, std::string_view error, WallTime now) {
  database_.query(statement::bury).bind(id).bind(error).bind(to_number(now)).run();
}

void JobSteps::retry(JobId id, std::string_view error, const Retry& retry, WallTime now) {
  const bool delayed = retry.when() == Retry::When::after_delay;
  const WallTime due = delayed ? later(now, retry.delay()) : retry.instant();
  Query query = database_.query(statement::retry);
  query.bind(id).bind(error);
  if (due <= now) {
    query.bind(0).bind_null().bind_null();
  } else {
    query.bind(1).bind(to_number(due));
    delayed ? query.bind(to_number(now)) : query.bind_null();
    watch_.note(now);
  }
  query.run();
}

void JobSteps::remove(JobId id) {
  database_.query(statement::remove_payload).bind(id).run();
  database_.query(statement::remove_job).bind(id).run();
}

}  // namespace sluice::inline v0::sqlite
