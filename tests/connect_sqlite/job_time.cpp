// Leases, schedules, and clocks that jump.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "sluice/connect/sqlite/job_queue.hpp"
#include "tests/connect_sqlite/queue_files.hpp"

namespace sluice::sqlite {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class JobTime : public testing::Test {
 protected:
  std::vector<std::string> leased(Duration time = 30s) { return texts(queue_.lease(10, time, "worker")); }
  Lease lease_one(Duration time = 30s) { return queue_.lease(1, time, "worker").at(0).lease; }

  Folder folder_;
  TestClock clock_;
  JobQueue queue_{folder_.file(), quick(clock_)};
};

TEST_F(JobTime, AScheduledJobWaitsForItsTime) {
  const std::vector<NewJob> jobs{
      {.payload = bytes_of("later"), .priority = 9, .not_before = clock_.time + 10s},
      {.payload = bytes_of("soon"), .not_before = clock_.time + 1s},
      {.payload = bytes_of("now"), .not_before = clock_.time}};
  queue_.enqueue(jobs);
  EXPECT_EQ(queue_.counts(), (JobCounts{.ready = 1, .scheduled = 2}));
  EXPECT_EQ(queue_.next_due(), clock_.time);
  EXPECT_THAT(leased(1h), ElementsAre("now"));
  EXPECT_EQ(queue_.next_due(), clock_.time + 1s);
  clock_.time += 1s;
  EXPECT_THAT(leased(1h), ElementsAre("soon"));
  clock_.time += 9s - 1ns;
  EXPECT_THAT(leased(1h), IsEmpty());
  clock_.time += 1ns;
  EXPECT_THAT(leased(1h), ElementsAre("later"));
}

TEST_F(JobTime, NothingIsDueInAnEmptyQueue) { EXPECT_EQ(queue_.next_due(), std::nullopt); }

TEST_F(JobTime, ALeaseThatExpiredIsGivenOutAgainAndTheFirstHolderHearsIt) {
  queue_.enqueue(job("a"));
  const Lease first = lease_one();
  EXPECT_EQ(queue_.next_due(), clock_.time + 30s);
  clock_.time += 30s - 1ns;
  EXPECT_THAT(leased(), IsEmpty());
  clock_.time += 1ns;
  const auto second = queue_.lease(1, 30s, "other");
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].attempt, 2U);
  EXPECT_EQ(queue_.ack(std::span(&first, 1)).lost, std::vector<JobId>{1});
  EXPECT_EQ(queue_.extend(first, 1h), LeaseState::lost);
  EXPECT_EQ(queue_.fail(first, "late", Retry::never()), Failed::lost);
  EXPECT_EQ(queue_.ack(leases_of(second)).done, 1U);
}

TEST_F(JobTime, WhoIsLateAndInNobodysWayIsHeard) {
  queue_.enqueue(job("a"));
  const Lease lease = lease_one();
  clock_.time += 1h;
  EXPECT_EQ(queue_.ack(std::span(&lease, 1)).done, 1U);
}

TEST_F(JobTime, AnExtendedLeaseLastsFromNow) {
  queue_.enqueue(job("a"));
  const Lease lease = lease_one();
  clock_.time += 20s;
  EXPECT_EQ(queue_.extend(lease, 30s), LeaseState::held);
  clock_.time += 29s;
  EXPECT_THAT(leased(), IsEmpty());
  clock_.time += 1s;
  EXPECT_THAT(leased(), ElementsAre("a"));
}

TEST_F(JobTime, AJobThatKillsItsWorkersIsDeadAfterItsAttempts) {
  JobQueueOptions options = quick(clock_);
  options.attempts = 2;
  JobQueue queue(folder_.file(), options);
  queue.enqueue(job("poison"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(queue.lease(1, 30s, "w1").size(), 1U);
    clock_.time += 30s;
  }
  EXPECT_THAT(queue.lease(1, 30s, "w1"), IsEmpty());
  EXPECT_EQ(queue.counts(), (JobCounts{.dead = 1}));
  EXPECT_EQ(queue.dead(1).at(0).error, "the lease of w1 expired at attempt 2");
}

TEST_F(JobTime, RevivingAScheduledJobMakesItReady) {
  const JobId id = queue_.enqueue({.payload = bytes_of("a"), .not_before = WallTime::max()}).id;
  EXPECT_THAT(leased(), IsEmpty());
  EXPECT_EQ(queue_.revive(id), Revived::ready);
  EXPECT_THAT(leased(), ElementsAre("a"));
}

TEST_F(JobTime, AClockSetBackDoesNotLengthenALease) {
  queue_.enqueue(job("a"));
  const Lease lease = lease_one(30s);
  clock_.time -= 24h;
  EXPECT_EQ(queue_.next_due(), clock_.time + 30s) << "whoever sleeps until then wakes in time";
  EXPECT_THAT(leased(), IsEmpty()) << "and it is not over early";
  EXPECT_EQ(queue_.next_due(), clock_.time + 30s);
  EXPECT_EQ(queue_.extend(lease, 30s), LeaseState::held);
  clock_.time += 30s;
  EXPECT_THAT(leased(), ElementsAre("a"));
}

TEST_F(JobTime, AClockThatWasFarAheadForAWhileLeavesNothingStuck) {
  queue_.enqueue(job("a"));
  queue_.enqueue(job("b"));
  const WallTime before = clock_.time;
  clock_.time += 24h * 365 * 70;
  const Lease lease = lease_one(30s);
  EXPECT_EQ(queue_.fail(lease_one(30s), "later", Retry::after(10s)), Failed::retried);
  clock_.time = before;
  EXPECT_THAT(leased(), IsEmpty());
  EXPECT_EQ(queue_.next_due(), before + 10s);
  clock_.time += 10s;
  EXPECT_THAT(leased(), ElementsAre("b"));
  clock_.time += 20s;
  EXPECT_THAT(leased(), ElementsAre("a"));
  EXPECT_EQ(queue_.ack(std::span(&lease, 1)).lost, std::vector<JobId>{1});
}

TEST_F(JobTime, AClockSetForwardEndsLeasesAndNothingIsLost) {
  queue_.enqueue(job("a"));
  queue_.enqueue({.payload = bytes_of("tomorrow"), .not_before = clock_.time + 24h});
  const Lease lease = lease_one(30s);
  clock_.time += 48h;
  EXPECT_THAT(leased(), ElementsAre("a", "tomorrow"));
  EXPECT_EQ(queue_.ack(std::span(&lease, 1)).lost, std::vector<JobId>{1});
}

TEST_F(JobTime, AnInstantStaysWhereItIsWhenTheClockIsSetBack) {
  const WallTime instant = clock_.time + 10s;
  queue_.enqueue({.payload = bytes_of("a"), .not_before = instant});
  queue_.enqueue({.payload = bytes_of("b"), .priority = 1});
  EXPECT_EQ(queue_.fail(lease_one(), "", Retry::at(instant)), Failed::retried);
  clock_.time -= 1h;
  EXPECT_THAT(leased(), IsEmpty());
  clock_.time = instant - 1ns;
  EXPECT_THAT(leased(), IsEmpty());
  clock_.time = instant;
  EXPECT_THAT(leased(), ElementsAre("b", "a"));
}

TEST_F(JobTime, AStepBackOfLessThanASecondCostsNoMoreThanThat) {
  queue_.enqueue(job("a"));
  EXPECT_THAT(leased(30s), ElementsAre("a"));
  clock_.time -= 900ms;
  EXPECT_THAT(leased(30s), IsEmpty());
  clock_.time += 30s + 900ms;
  EXPECT_THAT(leased(30s), ElementsAre("a"));
}

TEST_F(JobTime, DoneJobsOfAWrongFutureAreForgottenToo) {
  JobQueueOptions options = quick(clock_);
  options.done = DoneJobs::kept;
  JobQueue queue(folder_.file(), options);
  const WallTime before = clock_.time;
  queue.enqueue(job("a"));
  clock_.time += 24h * 365;
  queue.ack(leases_of(queue.lease(1, 30s, "worker")));
  clock_.time = before;
  EXPECT_THAT(queue.lease(1, 30s, "worker"), IsEmpty());
  clock_.time += 2h;
  EXPECT_EQ(queue.forget_done(1h), 1U);
}

TEST_F(JobTime, DistantTimesDoNotOverflow) {
  queue_.enqueue({.payload = bytes_of("never"), .not_before = WallTime::max()});
  queue_.enqueue({.payload = bytes_of("always"), .not_before = WallTime::min()});
  EXPECT_THAT(leased(24h * 365), ElementsAre("always"));
  clock_.time = WallTime::max() - 1s;
  const auto jobs = queue_.lease(1, 30s, "worker");
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].deadline, WallTime::max());
}

TEST(JobClock, IsTheSystemsByDefault) {
  const Folder folder;
  JobQueue queue(folder.file());
  const auto before = std::chrono::system_clock::now();
  queue.enqueue(job("a"));
  const auto jobs = queue.lease(1, 1h, "worker");
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_GE(jobs[0].deadline, before + 1h);
  EXPECT_LE(jobs[0].deadline, std::chrono::system_clock::now() + 1h);
}

}  // namespace
}  // namespace sluice::sqlite
