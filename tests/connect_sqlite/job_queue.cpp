// What a queue does with jobs, on one connection and on several.
#include "sluice/connect/sqlite/job_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <stdexcept>

#include "sluice/connect/sqlite/database.hpp"
#include "sluice/connect/sqlite/job_statements.hpp"
#include "sluice/core/errors.hpp"
#include "tests/connect_sqlite/queue_files.hpp"

namespace sluice::sqlite {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class JobQueueTest : public testing::Test {
 protected:
  JobQueueOptions options(std::uint64_t attempts = 10) {
    JobQueueOptions result = quick(clock_);
    result.attempts = attempts;
    return result;
  }
  JobQueueOptions keeping() {
    JobQueueOptions result = quick(clock_);
    result.done = DoneJobs::kept;
    return result;
  }
  LeasedJob one(JobQueue& queue) {
    auto jobs = queue.lease(1, 30s, "worker");
    if (jobs.empty()) throw std::runtime_error("nothing to lease");
    return std::move(jobs.front());
  }

  Folder folder_;
  TestClock clock_;
};

TEST_F(JobQueueTest, GivesOutWhatWasEnqueuedUntilItIsAcknowledged) {
  JobQueue queue(folder_.file(), options());
  const std::vector<NewJob> jobs{job("a"), job(""), job(std::string_view("\0x", 2))};
  const auto added = queue.enqueue(jobs);
  EXPECT_THAT(added, ElementsAre(Enqueued{.id = 1}, Enqueued{.id = 2}, Enqueued{.id = 3}));
  EXPECT_EQ(queue.counts(), (JobCounts{.ready = 3}));

  const auto leased = queue.lease(10, 30s, "worker");
  EXPECT_THAT(texts(leased), ElementsAre("a", "", std::string("\0x", 2)));
  EXPECT_EQ(leased[0].attempt, 1U);
  EXPECT_EQ(leased[0].deadline, clock_.time + 30s);
  EXPECT_EQ(queue.counts(), (JobCounts{.leased = 3}));
  EXPECT_THAT(queue.lease(10, 30s, "other"), IsEmpty());

  const Acknowledged result = queue.ack(leases_of(leased));
  EXPECT_EQ(result.done, 3U);
  EXPECT_THAT(result.lost, IsEmpty());
  EXPECT_EQ(queue.counts(), (JobCounts{.done = 3}));
}

TEST_F(JobQueueTest, GivesOutTheHighestPriorityFirstThenTheOldest) {
  JobQueue queue(folder_.file(), options());
  const std::vector<NewJob> jobs{{.payload = bytes_of("low"), .priority = -5},
                                 {.payload = bytes_of("first"), .priority = 7},
                                 {.payload = bytes_of("middle")},
                                 {.payload = bytes_of("second"), .priority = 7}};
  queue.enqueue(jobs);
  EXPECT_THAT(texts(queue.lease(3, 30s, "worker")), ElementsAre("first", "second", "middle"));
  EXPECT_THAT(texts(queue.lease(3, 30s, "worker")), ElementsAre("low"));
}

TEST_F(JobQueueTest, KeepsJobsOverTheEndOfAConnection) {
  JobQueue(folder_.file(), options()).enqueue(job("kept"));
  JobQueue queue(folder_.file(), options());
  EXPECT_EQ(text_of(one(queue).payload), "kept");
  EXPECT_FALSE(std::filesystem::exists(folder_.file("other.db")));
}

TEST_F(JobQueueTest, AFailedJobIsTriedAgainAtItsTime) {
  JobQueue queue(folder_.file(), options());
  queue.enqueue(job("a"));
  EXPECT_EQ(queue.fail(one(queue).lease, "no luck", Retry::at(clock_.time + 10s)), Failed::retried);
  EXPECT_EQ(queue.counts(), (JobCounts{.scheduled = 1}));
  EXPECT_THAT(queue.lease(1, 30s, "worker"), IsEmpty());
  clock_.time += 10s;
  EXPECT_EQ(queue.counts(), (JobCounts{.ready = 1}));
  const LeasedJob again = one(queue);
  EXPECT_EQ(again.attempt, 2U);
  EXPECT_EQ(queue.fail(again.lease, "still none", Retry::at_once()), Failed::retried);
  EXPECT_EQ(one(queue).attempt, 3U);
}

TEST_F(JobQueueTest, AJobThatUsedUpItsAttemptsIsDeadWithItsLastError) {
  JobQueue queue(folder_.file(), options(2));
  queue.enqueue({.payload = bytes_of("bad"), .priority = 3});
  EXPECT_EQ(queue.fail(one(queue).lease, "first", Retry::at_once()), Failed::retried);
  EXPECT_EQ(queue.fail(one(queue).lease, "second", Retry::at_once()), Failed::dead);
  EXPECT_EQ(queue.counts(), (JobCounts{.dead = 1}));
  const auto dead = queue.dead(10);
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].error, "second");
  EXPECT_EQ(text_of(dead[0].payload), "bad");
  EXPECT_EQ(dead[0].priority, 3);
  EXPECT_EQ(dead[0].attempts, 2U);
  EXPECT_EQ(dead[0].since, clock_.time);
}

TEST_F(JobQueueTest, AJobThatIsNotToBeRetriedIsDeadAtOnceAndCanBeRevived) {
  JobQueue queue(folder_.file(), options());
  const JobId id = queue.enqueue(job("a")).id;
  const Lease lease = one(queue).lease;
  EXPECT_EQ(queue.fail(lease, "poison", Retry::never()), Failed::dead);
  EXPECT_EQ(queue.revive(id), Revived::ready);
  EXPECT_EQ(queue.revive(id), Revived::no);
  EXPECT_EQ(queue.revive(99), Revived::no);
  EXPECT_EQ(queue.ack(std::span(&lease, 1)).lost, std::vector<JobId>{id}) << "a lease ends with the death";
  const LeasedJob again = one(queue);
  EXPECT_EQ(again.attempt, 1U);
  EXPECT_NE(again.lease.token, lease.token);
}

TEST_F(JobQueueTest, OfALongErrorTheBeginningIsKept) {
  JobQueue queue(folder_.file(), options());
  queue.enqueue(job("a"));
  EXPECT_EQ(queue.fail(one(queue).lease, std::string(1'000'000, 'x'), Retry::never()), Failed::dead);
  EXPECT_EQ(queue.dead(1).front().error, std::string(65'536, 'x'));
}

TEST_F(JobQueueTest, ASecondJobWithTheSameKeyIsTheFirst) {
  JobQueue queue(folder_.file(), options());
  const NewJob keyed{.payload = bytes_of("a"), .key = "order-1"};
  EXPECT_EQ(queue.enqueue(keyed), (Enqueued{.id = 1, .as = Enqueued::As::added}));
  EXPECT_EQ(queue.enqueue(keyed), (Enqueued{.id = 1, .as = Enqueued::As::known}));
  const LeasedJob leased = one(queue);
  EXPECT_EQ(queue.enqueue(keyed).as, Enqueued::As::known);
  queue.ack(std::span(&leased.lease, 1));
  const Enqueued anew = queue.enqueue(keyed);
  EXPECT_EQ(anew.as, Enqueued::As::added) << "the key is free";
  EXPECT_GT(anew.id, 1) << "the id is not";
  EXPECT_EQ(queue.enqueue({.key = ""}).as, Enqueued::As::added) << "an empty key is a key";
  EXPECT_EQ(queue.enqueue({.key = ""}).as, Enqueued::As::known);
}

TEST_F(JobQueueTest, KeptJobsHoldTheirKeysUntilTheyAreForgotten) {
  JobQueue queue(folder_.file(), keeping());
  const NewJob keyed{.payload = bytes_of("a"), .key = "once"};
  queue.enqueue(keyed);
  const LeasedJob leased = one(queue);
  queue.ack(std::span(&leased.lease, 1));
  EXPECT_EQ(queue.ack(std::span(&leased.lease, 1)).lost, std::vector<JobId>{1}) << "done is done";
  EXPECT_EQ(queue.enqueue(keyed).as, Enqueued::As::known);
  clock_.time += 1h;
  EXPECT_EQ(queue.forget_done(1h), 0U);
  clock_.time += 1s;
  EXPECT_EQ(queue.forget_done(1h), 1U);
  EXPECT_EQ(queue.enqueue(keyed).as, Enqueued::As::added);
  EXPECT_EQ(queue.counts(), (JobCounts{.ready = 1, .done = 1}));
}

TEST_F(JobQueueTest, ForgetsMoreThanOneTransactionOfThem) {
  JobQueue queue(folder_.file(), keeping());
  const std::vector<NewJob> jobs(2500);
  queue.enqueue(jobs);
  queue.ack(leases_of(queue.lease(2500, 1s, "worker")));
  clock_.time += 1s;
  EXPECT_EQ(queue.forget_done(0s), 2500U);
  EXPECT_EQ(queue.counts(), (JobCounts{.done = 2500}));
}

TEST_F(JobQueueTest, ALeaseIsGoodForOneConnectionOnly) {
  JobQueue first(folder_.file(), options());
  JobQueue second(folder_.file(), options());
  const std::vector<NewJob> jobs{job("a"), job("b"), job("c")};
  first.enqueue(jobs);
  EXPECT_THAT(texts(second.lease(2, 30s, "second")), ElementsAre("a", "b"));
  const auto third = first.lease(2, 30s, "first");
  EXPECT_THAT(texts(third), ElementsAre("c"));
  EXPECT_EQ(second.ack(leases_of(third)).done, 1U) << "whoever has the lease may acknowledge";
  EXPECT_EQ(first.counts(), (JobCounts{.leased = 2, .done = 1}));
}

TEST_F(JobQueueTest, ALeaseNamedTwiceIsLostTheSecondTime) {
  JobQueue queue(folder_.file(), options());
  queue.enqueue(job("a"));
  const Lease lease = one(queue).lease;
  const std::vector<Lease> twice{lease, lease};
  const Acknowledged result = queue.ack(twice);
  EXPECT_EQ(result.done, 1U);
  EXPECT_EQ(result.lost, std::vector<JobId>{1});
}

TEST_F(JobQueueTest, LeasesThatNeverWereAreLost) {
  JobQueue queue(folder_.file(), options());
  queue.enqueue(job("a"));
  const std::vector<Lease> wrong{{.id = 1, .token = 0}, {.id = 77, .token = 1}, {.id = -1, .token = -1}};
  EXPECT_EQ(queue.ack(wrong).lost, (std::vector<JobId>{1, 77, -1}));
  EXPECT_EQ(queue.extend(wrong[0], 1s), LeaseState::lost);
  EXPECT_EQ(queue.fail(wrong[0], "", Retry::never()), Failed::lost);
  EXPECT_EQ(queue.counts(), (JobCounts{.ready = 1}));
}

TEST_F(JobQueueTest, AnEmptyCallChangesNothing) {
  JobQueue queue(folder_.file(), options());
  EXPECT_THAT(queue.enqueue(std::span<const NewJob>()), IsEmpty());
  EXPECT_EQ(queue.ack({}).done, 0U);
  EXPECT_EQ(queue.counts(), JobCounts{});
}

TEST_F(JobQueueTest, APayloadOfAHundredMegabytesIsRefusedOrCarried) {
  Bytes large(100'000'000, std::byte{7});
  large.back() = std::byte{9};
  {
    JobQueue queue(folder_.file(), options());
    const std::vector<NewJob> jobs{job("small"), {.payload = large}};
    try {
      queue.enqueue(jobs);
      FAIL() << "16 MiB is the limit";
    } catch (const OptionError& error) {
      EXPECT_EQ(error.field(), "payload");
      EXPECT_THAT(error.what(), HasSubstr("at most 16777216 bytes (max_payload), got 100000000 in number 1"));
    }
    EXPECT_EQ(queue.counts(), JobCounts{}) << "the small one neither";
  }
  JobQueueOptions roomy = options();
  roomy.max_payload = 100'000'000;
  JobQueue queue(folder_.file(), roomy);
  queue.enqueue({.payload = large});
  const auto leased = queue.lease(1, 30s, "worker");
  ASSERT_EQ(leased.size(), 1U);
  EXPECT_TRUE(leased[0].payload == large);
  EXPECT_EQ(queue.ack(leases_of(leased)).done, 1U);
}

TEST_F(JobQueueTest, LeasingReadsIndexesOnly) {
  {
    JobQueue(folder_.file(), options()).enqueue(job("a"));
  }
  Database database(folder_.file(), {});
  for (const std::string_view sql : {statement::hand_out, statement::bury_expired, statement::make_ready,
                                     statement::first_due, statement::dead, statement::long_done}) {
    Query query = database.query("EXPLAIN QUERY PLAN " + std::string(sql));
    while (query.step() == Step::row) {
      const std::string step = query.text(3);
      EXPECT_THAT(step, testing::AnyOf(HasSubstr("USING"), HasSubstr("LIST SUBQUERY"))) << sql;
      EXPECT_THAT(step, testing::Not(HasSubstr("TEMP B-TREE"))) << sql;
    }
  }
}

// ---- the work in the acknowledging transaction

class AckWithTest : public JobQueueTest {
 protected:
  AckWithTest() : queue_(folder_.file(), options()) {
    queue_.ack_with(
        {}, [](Transaction& t) { t.execute("CREATE TABLE total (name TEXT PRIMARY KEY, n REAL, b BLOB)"); });
    queue_.enqueue(job("a"));
  }
  QueueError::Kind refused(std::string_view sql) {
    try {
      queue_.ack_with({}, [&](Transaction& t) { t.execute(sql); });
    } catch (const QueueError& error) {
      return error.kind();
    }
    ADD_FAILURE() << sql << " was not refused";
    return {};
  }
  std::vector<SqlRow> rows(std::string_view sql) {
    std::vector<SqlRow> result;
    queue_.ack_with({}, [&](Transaction& t) { result = t.query(sql); });
    return result;
  }

  JobQueue queue_;
};

TEST_F(AckWithTest, WorkAndAcknowledgementHappenTogether) {
  const Lease lease = one(queue_).lease;
  const auto result = queue_.ack_with(std::span(&lease, 1), [&](Transaction& t) {
    EXPECT_EQ(t.execute("INSERT INTO total VALUES (?, ?, ?)", "x", 1.5, bytes_of("\x01")), 1U);
    EXPECT_EQ(t.execute("INSERT INTO total VALUES (?, ?, NULL)", std::string("y"), 2U), 1U);
    EXPECT_EQ(t.execute("UPDATE total SET n = n + ?", std::int64_t{1}), 2U);
    EXPECT_EQ(t.execute("SELECT 1"), 0U);
  });
  EXPECT_EQ(result.done, 1U);
  EXPECT_EQ(queue_.counts(), (JobCounts{.done = 1}));
  const SqlRow x{std::string("x"), 2.5, Bytes{std::byte{1}}};
  const SqlRow y{std::string("y"), 3.0, std::monostate()};
  EXPECT_THAT(rows("SELECT * FROM total ORDER BY name"), ElementsAre(x, y));
}

TEST_F(AckWithTest, WhatTheWorkThrowsUndoesBoth) {
  const Lease lease = one(queue_).lease;
  const auto work = [](Transaction& t) {
    t.execute("INSERT INTO total (name) VALUES ('x')");
    throw std::runtime_error("no");
  };
  EXPECT_THROW(queue_.ack_with(std::span(&lease, 1), work), std::runtime_error);
  EXPECT_EQ(queue_.counts(), (JobCounts{.leased = 1}));
  EXPECT_THAT(rows("SELECT * FROM total"), IsEmpty());
  EXPECT_EQ(queue_.ack(std::span(&lease, 1)).done, 1U) << "the lease is still good";
}

TEST_F(AckWithTest, ALostLeaseKeepsTheWorkFromBeingDone) {
  queue_.enqueue(job("b"));
  auto jobs = queue_.lease(2, 30s, "worker");
  queue_.ack(std::span(&jobs[0].lease, 1));
  const auto result = queue_.ack_with(leases_of(jobs), [](Transaction&) { FAIL() << "called"; });
  EXPECT_EQ(result.done, 0U);
  EXPECT_EQ(result.lost, std::vector<JobId>{1});
  EXPECT_EQ(queue_.counts(), (JobCounts{.leased = 1, .done = 1}));
}

TEST_F(AckWithTest, StatementsThatWouldBreakTheQueueAreRefused) {
  for (const char* sql :
       {"COMMIT", "ROLLBACK", "SAVEPOINT a", "PRAGMA user_version = 7", "ATTACH ':memory:' AS other",
        "DELETE FROM sluice_job", "UPDATE Sluice_Payload SET bytes = ''", "DROP TABLE sluice_job",
        "CREATE TRIGGER t AFTER INSERT ON sluice_job BEGIN SELECT 1; END", "CREATE TABLE sluice_mine (a)",
        "INSERT INTO total (name) SELECT 1; DELETE FROM total", "", "this is not SQL",
        "SELECT * FROM nowhere"}) {
    EXPECT_EQ(refused(sql), QueueError::Kind::sql) << sql;
  }
  EXPECT_EQ(queue_.counts(), (JobCounts{.ready = 1}));
  EXPECT_THAT(rows("SELECT count(*) FROM sluice_job"), ElementsAre(SqlRow{std::int64_t{1}}))
      << "reading is allowed";
}

TEST_F(AckWithTest, ATriggerOfTheUserDoesNotReachTheQueueEither) {
  queue_.ack_with({}, [](Transaction& t) {
    t.execute("CREATE TRIGGER t AFTER INSERT ON total BEGIN DELETE FROM sluice_job; END");
  });
  EXPECT_EQ(refused("INSERT INTO total (name) VALUES ('x')"), QueueError::Kind::sql);
  EXPECT_EQ(queue_.counts(), (JobCounts{.ready = 1}));
}

TEST_F(AckWithTest, AStatementThatRollsBackEndsTheWork) {
  const Lease lease = one(queue_).lease;
  const auto work = [](Transaction& t) {
    t.execute("INSERT INTO total (name) VALUES ('x')");
    try {
      t.execute("INSERT OR ROLLBACK INTO total (name) VALUES ('x')");
    } catch (const QueueError&) {
      // and goes on as if nothing had been
    }
  };
  EXPECT_THROW(queue_.ack_with(std::span(&lease, 1), work), QueueError);
  const auto stubborn = [&](Transaction& t) {
    work(t);
    t.execute("INSERT INTO total (name) VALUES ('y')");
  };
  EXPECT_THROW(queue_.ack_with(std::span(&lease, 1), stubborn), QueueError);
  EXPECT_THAT(rows("SELECT * FROM total"), IsEmpty());
  EXPECT_EQ(queue_.counts(), (JobCounts{.leased = 1}));
}

TEST_F(AckWithTest, AWrongNumberOfParametersIsNamed) {
  const auto work = [](Transaction& t) { t.execute("INSERT INTO total (name) VALUES (?)", 1, 2); };
  try {
    queue_.ack_with({}, work);
    FAIL();
  } catch (const OptionError& error) {
    EXPECT_STREQ(error.what(), "parameters: must be 1, as in the statement, got 2");
  }
}

TEST_F(AckWithTest, TheQueueIsNotToBeCalledFromTheWork) {
  const auto work = [&](Transaction&) { queue_.enqueue(job("nested")); };
  EXPECT_THROW(queue_.ack_with({}, work), std::logic_error);
  EXPECT_EQ(queue_.counts(), (JobCounts{.ready = 1}));
}

TEST_F(AckWithTest, ManyDifferentStatementsDoNotPileUp) {
  queue_.ack_with({}, [](Transaction& t) {
    for (int i = 0; i < 300; ++i) t.execute("INSERT INTO total (name) VALUES ('" + std::to_string(i) + "')");
  });
  EXPECT_THAT(rows("SELECT count(*) FROM total"), ElementsAre(SqlRow{std::int64_t{300}}));
}

}  // namespace
}  // namespace sluice::sqlite
