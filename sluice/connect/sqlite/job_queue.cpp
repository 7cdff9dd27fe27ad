#include "sluice/connect/sqlite/job_queue.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>

#include "sluice/connect/sqlite/clock_watch.hpp"
#include "sluice/connect/sqlite/database.hpp"
#include "sluice/connect/sqlite/job_statements.hpp"
#include "sluice/connect/sqlite/job_steps.hpp"
#include "sluice/core/errors.hpp"

namespace sluice::inline v0::sqlite {
namespace {

constexpr std::size_t longest_name = 1024;
constexpr std::size_t longest_error = std::size_t{64} << 10U;
constexpr std::int64_t forgotten_at_once = 1000;
constexpr Duration longest_lease = std::chrono::hours(24 * 365);

void check_name(const char* field, std::string_view name) {
  if (name.size() <= longest_name) return;
  throw OptionError(field, fmt::format("must be at most {} bytes, got {}", longest_name, name.size()));
}

void check_max(std::size_t max) {
  if (max < 1) throw OptionError("max", "must be at least 1, got 0");
}

void check_lease_time(Duration time) {
  if (time > Duration::zero() && time <= longest_lease) return;
  throw OptionError("time", fmt::format("must be positive and at most a year, got {} ns", time.count()));
}

void check(const JobQueueOptions& options, std::span<const NewJob> jobs) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    check_payload(file_options_of(options), jobs[i].payload.size(), i);
    if (jobs[i].key) check_name("key", *jobs[i].key);
  }
}

void check(const Retry& retry) {
  if (retry.delay() >= Duration::zero()) return;
  throw OptionError("retry", fmt::format("its delay must not be negative, got {} ns", retry.delay().count()));
}

}  // namespace

JobQueue::JobQueue(const std::filesystem::path& path, JobQueueOptions options)
    : steps_(std::make_unique<JobSteps>(path, std::move(options))) {}

JobQueue::~JobQueue() = default;

std::vector<Enqueued> JobQueue::enqueue(std::span<const NewJob> jobs) {
  check(steps_->options(), jobs);
  if (jobs.empty()) return {};
  Writing writing(steps_->database());
  std::vector<Enqueued> result = steps_->add_all(jobs, steps_->now());
  steps_->database().check_room();
  writing.commit();
  return result;
}

Enqueued JobQueue::enqueue(const NewJob& job) { return enqueue(std::span(&job, 1)).front(); }

std::vector<LeasedJob> JobQueue::lease(std::size_t max, Duration time, std::string_view worker) {
  check_max(max);
  check_lease_time(time);
  check_name("worker", worker);
  Writing writing(steps_->database());
  const WallTime now = steps_->now();
  steps_->watch().settle(now);
  steps_->take_back(now);
  std::vector<LeasedJob> jobs = steps_->hand_out(limit_of(max), now, later(now, time), worker);
  steps_->load_payloads(jobs, now);
  if (!jobs.empty()) steps_->watch().note(now);
  writing.commit();
  return jobs;
}

LeaseState JobQueue::extend(const Lease& lease, Duration time) {
  check_lease_time(time);
  Database& database = steps_->database();
  Writing writing(database);
  const WallTime now = steps_->now();
  database.query(statement::extend)
      .bind(lease.id)
      .bind(lease.token)
      .bind(to_number(now))
      .bind(to_number(later(now, time)))
      .run();
  if (database.changes() == 0) return LeaseState::lost;
  steps_->watch().note(now);
  writing.commit();
  return LeaseState::held;
}

Acknowledged JobQueue::ack(std::span<const Lease> leases) {
  if (leases.empty()) return {};
  Writing writing(steps_->database());
  Acknowledged result = steps_->finish_all(leases, steps_->now());
  writing.commit();
  return result;
}

Acknowledged JobQueue::ack_with(std::span<const Lease> leases,
                                const std::function<void(Transaction&)>& work) {
  Database& database = steps_->database();
  Writing writing(database);
  Acknowledged result = steps_->finish_all(leases, steps_->now());
  if (!result.lost.empty()) {
    result.done = 0;
    return result;
  }
  Transaction transaction(database);
  work(transaction);
  if (!database.in_transaction())
    database.fail(QueueError::Kind::sql, "a statement rolled the transaction back");
  writing.commit();
  return result;
}

Failed JobQueue::fail(const Lease& lease, std::string_view error, Retry retry) {
  check(retry);
  Database& database = steps_->database();
  Writing writing(database);
  const WallTime now = steps_->now();
  std::optional<std::uint64_t> attempt;
  {
    Query query = database.query(statement::attempt_of);
    query.bind(lease.id).bind(lease.token);
    if (query.step() == Step::row) attempt = static_cast<std::uint64_t>(query.number(0));
  }
  if (!attempt) return Failed::lost;
  error = error.substr(0, longest_error);
  const bool last = retry.when() == Retry::When::never || *attempt >= steps_->options().attempts;
  if (last) {
    steps_->bury(lease.id, error, now);
  } else {
    steps_->retry(lease.id, error, retry, now);
  }
  writing.commit();
  return last ? Failed::dead : Failed::retried;
}

std::vector<DeadJob> JobQueue::dead(std::size_t max) {
  check_max(max);
  std::vector<DeadJob> jobs;
  Database& database = steps_->database();
  Query query = database.query(statement::dead);
  query.bind(limit_of(max));
  while (query.step() == Step::row) {
    jobs.push_back({.id = query.number(0),
                    .priority = query.number(1),
                    .attempts = static_cast<std::uint64_t>(query.number(2)),
                    .error = query.text(3),
                    .since = to_time(query.number(4))});
    Query payload = database.query(statement::payload_of);
    if (payload.bind(jobs.back().id).step() != Step::row) continue;
    const BytesView bytes = payload.bytes(1);
    jobs.back().payload.assign(bytes.begin(), bytes.end());
  }
  return jobs;
}

Revived JobQueue::revive(JobId id) {
  Database& database = steps_->database();
  Writing writing(database);
  database.query(statement::revive).bind(id).run();
  if (database.changes() == 0) return Revived::no;
  writing.commit();
  return Revived::ready;
}

JobCounts JobQueue::counts() {
  Query query = steps_->database().query(statement::counts);
  if (query.bind(to_number(steps_->now())).step() != Step::row) return {};
  const auto at = [&](int column) { return static_cast<std::uint64_t>(query.number(column)); };
  return {.ready = at(0) + at(1), .scheduled = at(2), .leased = at(3), .dead = at(4), .done = at(5)};
}

std::optional<WallTime> JobQueue::next_due() {
  Database& database = steps_->database();
  const WallTime now = steps_->now();
  if (database.number(statement::any_ready) > 0) return now;
  Query query =
      database.query(steps_->watch().is_behind(now) ? statement::first_due_behind : statement::first_due);
  if (query.parameters() > 0) query.bind(to_number(now));
  if (query.step() != Step::row || std::holds_alternative<std::monostate>(query.value(0)))
    return std::nullopt;
  return to_time(query.number(0));
}

std::size_t JobQueue::forget_done(Duration age) {
  if (age < Duration::zero()) {
    throw OptionError("age", fmt::format("must not be negative, got {} ns", age.count()));
  }
  Database& database = steps_->database();
  const WallTime before = steps_->now() - age;
  for (std::size_t forgotten = 0;;) {
    Writing writing(database);
    std::vector<JobId> ids;
    {
      Query query = database.query(statement::long_done);
      query.bind(to_number(before)).bind(forgotten_at_once);
      while (query.step() == Step::row) ids.push_back(query.number(0));
    }
    for (const JobId id : ids) steps_->remove(id);
    writing.commit();
    forgotten += ids.size();
    if (ids.size() < forgotten_at_once) return forgotten;
  }
}

void JobQueue::verify() { steps_->database().verify(); }

}  // namespace sluice::inline v0::sqlite
