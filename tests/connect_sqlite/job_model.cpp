// Random calls against a model in memory: the same jobs, in the same order, in the same states.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "sluice/connect/sqlite/job_queue.hpp"
#include "sluice/core/random.hpp"
#include "tests/connect_sqlite/queue_files.hpp"

namespace sluice::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t limit = 3;

/// What JobQueue promises, without a file. `due` and `since` as there: since is unset for instants.
class Model {
 public:
  enum class State : unsigned char { ready, scheduled, leased, dead, done };
  struct Job {
    State state = State::ready;
    std::int64_t priority = 0;
    WallTime due = {};
    std::optional<WallTime> since = {};
    std::uint64_t attempt = 0;
    std::int64_t token = 0;
    std::string key = {};
    WallTime ended = {};
    bool forgotten = false;
  };

  explicit Model(DoneJobs done) : done_(done) {}

  std::optional<JobId> known(const std::string& key) const {
    for (const auto& [id, job] : jobs_) {
      const bool gone = job.state == State::done && (done_ == DoneJobs::removed || job.forgotten);
      if (!key.empty() && job.key == key && !gone) return id;
    }
    return std::nullopt;
  }
  void add(JobId id, const NewJob& added, const std::string& key, WallTime now) {
    Job job{.priority = added.priority, .key = key};
    if (added.not_before > now) {
      job.state = State::scheduled;
      job.due = added.not_before;
    }
    jobs_.emplace(id, job);
  }

  std::vector<JobId> lease(std::size_t max, Duration time, WallTime now) {
    settle(now);
    std::vector<JobId> ids;
    for (auto& [id, job] : jobs_) {
      take_back(job, now);
      if (job.state == State::ready) ids.push_back(id);
    }
    std::ranges::sort(ids, {}, [&](JobId id) { return std::pair(-jobs_.at(id).priority, id); });
    if (ids.size() > max) ids.resize(max);
    for (const JobId id : ids) {
      Job& job = jobs_.at(id);
      job.state = State::leased;
      ++job.attempt;
      ++job.token;
      last_from(job, now, now + time);
    }
    return ids;
  }
  bool holds(const Lease& lease) const {
    const auto found = jobs_.find(lease.id);
    return found != jobs_.end() && found->second.state == State::leased && found->second.token == lease.token;
  }
  void extend(JobId id, Duration time, WallTime now) { last_from(jobs_.at(id), now, now + time); }
  void ack(JobId id, WallTime now) { end(jobs_.at(id), State::done, now); }
  Failed fail(JobId id, const Retry& retry, WallTime now) {
    Job& job = jobs_.at(id);
    if (retry.when() == Retry::When::never || job.attempt >= limit) {
      end(job, State::dead, now);
      return Failed::dead;
    }
    const bool delayed = retry.when() == Retry::When::after_delay;
    const WallTime due = delayed ? now + retry.delay() : retry.instant();
    job.state = due > now ? State::scheduled : State::ready;
    job.since.reset();
    job.due = due;
    if (delayed && due > now) last_from(job, now, due);
    return Failed::retried;
  }
  Revived revive(JobId id) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return Revived::no;
    Job& job = found->second;
    if (job.state != State::dead && job.state != State::scheduled) return Revived::no;
    job.state = State::ready;
    job.attempt = 0;
    return Revived::ready;
  }
  std::size_t forget(Duration age, WallTime now) {
    std::size_t count = 0;
    for (auto& [id, job] : jobs_) {
      if (job.state != State::done || job.forgotten || done_ == DoneJobs::removed || job.ended >= now - age)
        continue;
      job.forgotten = true;
      ++count;
    }
    return count;
  }

  JobCounts counts(WallTime now) const {
    JobCounts counts;
    for (const auto& [id, job] : jobs_) {
      const bool ready = job.state == State::ready || (job.state == State::scheduled && job.due <= now);
      counts.ready += ready ? 1U : 0U;
      counts.scheduled += job.state == State::scheduled && !ready ? 1U : 0U;
      counts.leased += job.state == State::leased ? 1U : 0U;
      counts.dead += job.state == State::dead ? 1U : 0U;
      counts.done += job.state == State::done ? 1U : 0U;
    }
    return counts;
  }
  std::optional<WallTime> next_due(WallTime now) const {
    std::optional<WallTime> first;
    for (const auto& [id, job] : jobs_) {
      if (job.state == State::ready) return now;
      if (job.state != State::scheduled && job.state != State::leased) continue;
      const WallTime due =
          now < latest_ && job.since && *job.since > now ? now + (job.due - *job.since) : job.due;
      if (!first || due < *first) first = due;
    }
    return first;
  }
  std::size_t size() const { return jobs_.size(); }
  const Job& at(JobId id) const { return jobs_.at(id); }

 private:
  void last_from(Job& job, WallTime now, WallTime due) {
    job.since = now;
    job.due = due;
    if (now >= latest_ + 1s) latest_ = now;
  }
  static void end(Job& job, State state, WallTime now) {
    job.state = state;
    job.ended = now;
  }
  static void take_back(Job& job, WallTime now) {
    if ((job.state != State::leased && job.state != State::scheduled) || job.due > now) return;
    if (job.state == State::leased && job.attempt >= limit) {
      end(job, State::dead, now);
    } else {
      job.state = State::ready;
    }
  }
  void settle(WallTime now) {
    if (now >= latest_) return;
    latest_ = now;
    for (auto& [id, job] : jobs_) {
      const bool waits = job.state == State::leased || job.state == State::scheduled;
      if (waits && job.since && *job.since > now) {
        job.due = now + (job.due - *job.since);
        job.since = now;
      }
      if ((job.state == State::dead || job.state == State::done) && job.ended > now) job.ended = now;
    }
  }

  DoneJobs done_;
  WallTime latest_ = {};
  std::map<JobId, Job> jobs_;
};

/// One run: a queue, its model, and the leases that somebody holds or once held.
class Trial {
 public:
  explicit Trial(std::uint64_t seed)
      : random_(seed), done_(seed % 2 == 0 ? DoneJobs::removed : DoneJobs::kept), model_(done_) {
    for (auto& queue : queues_) open(queue);
  }

  void step() {
    queue_ = queues_[random_.below(queues_.size())].get();
    switch (random_.below(12)) {
      case 0:
      case 1: return enqueue();
      case 2:
      case 3: return lease();
      case 4:
      case 5: return ack();
      case 6: return fail();
      case 7: return extend();
      case 8: return revive();
      case 9: return pass_time();
      case 10: return jump();
      default: return reopen_or_forget();
    }
  }
  void check() {
    queue_ = queues_[random_.below(queues_.size())].get();
    const JobCounts counts = queue_->counts();
    ASSERT_EQ(counts, model_.counts(clock_.time));
    ASSERT_EQ(counts.ready + counts.scheduled + counts.leased + counts.dead + counts.done, model_.size());
    ASSERT_EQ(queue_->next_due(), model_.next_due(clock_.time));
  }
  void check_at_the_end() {
    queue_->verify();
    std::size_t dead = 0;
    for (const DeadJob& each : queue_->dead(unlimited)) {
      ASSERT_EQ(model_.at(each.id).state, Model::State::dead);
      ASSERT_EQ(model_.at(each.id).ended, each.since);
      ++dead;
    }
    ASSERT_EQ(dead, queue_->counts().dead);
  }

 private:
  void open(std::unique_ptr<JobQueue>& queue) {
    queue.reset();
    JobQueueOptions options = quick(clock_);
    options.attempts = limit;
    options.done = done_;
    queue = std::make_unique<JobQueue>(folder_.file(), options);
  }
  /// Coarse, so that many things are due at the same instant.
  Duration some_time() { return std::chrono::milliseconds(500) * (1 + static_cast<int>(random_.below(40))); }

  void enqueue() {
    std::vector<NewJob> jobs(random_.below(4));
    std::vector<std::string> keys;
    for (NewJob& each : jobs) {
      each.priority = static_cast<std::int64_t>(random_.below(3));
      if (random_.chance(0.4)) each.not_before = clock_.time + some_time() - 2s;
      keys.push_back(random_.chance(0.3) ? "key " + std::to_string(random_.below(5)) : "");
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (!keys[i].empty()) jobs[i].key = keys[i];
    }
    const auto added = queue_->enqueue(jobs);
    ASSERT_EQ(added.size(), jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const auto known = model_.known(keys[i]);
      ASSERT_EQ(added[i].as, known ? Enqueued::As::known : Enqueued::As::added);
      if (known) {
        ASSERT_EQ(added[i].id, *known);
      } else {
        ASSERT_GT(added[i].id, last_id_);
        last_id_ = added[i].id;
        model_.add(added[i].id, jobs[i], keys[i], clock_.time);
      }
    }
  }
  void lease() {
    const std::size_t max = 1 + random_.below(4);
    const Duration time = some_time();
    const auto jobs = queue_->lease(max, time, "worker");
    const auto ids = model_.lease(max, time, clock_.time);
    ASSERT_EQ(jobs.size(), ids.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      ASSERT_EQ(jobs[i].lease, (Lease{.id = ids[i], .token = model_.at(ids[i]).token}));
      ASSERT_EQ(jobs[i].attempt, model_.at(ids[i]).attempt);
      leases_.push_back(jobs[i].lease);
    }
  }
  /// Often one that is good, sometimes one of long ago.
  Lease some_lease() {
    if (leases_.empty() || random_.chance(0.05)) return {.id = 1, .token = 99};
    const std::size_t recent = std::min<std::size_t>(leases_.size(), random_.chance(0.8) ? 5 : 1000);
    return leases_[leases_.size() - 1 - random_.below(recent)];
  }
  void ack() {
    std::vector<Lease> leases(random_.below(4));
    for (Lease& each : leases) each = some_lease();
    if (random_.chance(0.3)) return ack_with(leases);
    const Acknowledged result = queue_->ack(leases);
    std::vector<JobId> lost;
    for (const Lease& each : leases) {
      if (model_.holds(each)) {
        model_.ack(each.id, clock_.time);
      } else {
        lost.push_back(each.id);
      }
    }
    ASSERT_EQ(result.lost, lost);
    ASSERT_EQ(result.done, leases.size() - lost.size());
  }
  void ack_with(const std::vector<Lease>& leases) {
    const bool throws = random_.chance(0.3);
    Model after = model_;
    bool all_held = true;
    for (const Lease& each : leases) {
      all_held = all_held && after.holds(each);
      if (all_held) after.ack(each.id, clock_.time);
    }
    try {
      const auto result = queue_->ack_with(leases, [&](Transaction&) {
        if (throws) throw 1;
      });
      ASSERT_EQ(result.lost.empty(), all_held);
      ASSERT_TRUE(!all_held || !throws);
      if (all_held) model_ = after;
    } catch (int) {
      ASSERT_TRUE(all_held);
    }
  }
  void fail() {
    const Lease lease = some_lease();
    Retry retry = Retry::never();
    if (random_.chance(0.4)) retry = Retry::after(some_time());
    if (random_.chance(0.3)) retry = Retry::at(clock_.time + some_time() - 2s);
    const Failed result = queue_->fail(lease, "error", retry);
    ASSERT_EQ(result, model_.holds(lease) ? model_.fail(lease.id, retry, clock_.time) : Failed::lost);
  }
  void extend() {
    const Lease lease = some_lease();
    const Duration time = some_time();
    const bool held = model_.holds(lease);
    ASSERT_EQ(queue_->extend(lease, time), held ? LeaseState::held : LeaseState::lost);
    if (held) model_.extend(lease.id, time, clock_.time);
  }
  void revive() {
    const auto id = static_cast<JobId>(1 + random_.below(static_cast<std::uint64_t>(last_id_) + 1));
    ASSERT_EQ(queue_->revive(id), model_.revive(id));
  }
  void pass_time() { clock_.time += some_time(); }
  void jump() {
    if (random_.chance(0.3)) clock_.time += random_.chance(0.5) ? Duration(30s) : Duration(-40s);
    if (random_.chance(0.1)) clock_.time += random_.chance(0.5) ? Duration(24h * 365) : Duration(-24h * 365);
  }
  void reopen_or_forget() {
    if (random_.chance(0.2)) return open(queues_[random_.below(queues_.size())]);
    const Duration age = some_time();
    ASSERT_EQ(queue_->forget_done(age), model_.forget(age, clock_.time));
  }

  Random random_;
  DoneJobs done_;
  Folder folder_;
  TestClock clock_;
  Model model_;
  std::array<std::unique_ptr<JobQueue>, 2> queues_;
  JobQueue* queue_ = nullptr;
  std::vector<Lease> leases_;
  JobId last_id_ = 0;
};

TEST(JobModel, TwoConnectionsDoWhatTheModelDoesOverTwoHundredSeeds) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Trial trial(seed);
    for (int i = 0; i < 120; ++i) {
      ASSERT_NO_FATAL_FAILURE(trial.step()) << "step " << i;
      ASSERT_NO_FATAL_FAILURE(trial.check()) << "after step " << i;
    }
    ASSERT_NO_FATAL_FAILURE(trial.check_at_the_end());
  }
}

}  // namespace
}  // namespace sluice::sqlite
