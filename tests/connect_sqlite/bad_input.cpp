// Wrong options, wrong arguments, wrong files: each is said at the call that was wrong, and nothing is lost.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>

#include "sluice/connect/sqlite/job_queue.hpp"
#include "sluice/core/errors.hpp"
#include "tests/connect_sqlite/queue_files.hpp"

namespace sluice::sqlite {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::streamoff user_version_at = 60;
constexpr std::streamoff application_id_at = 68;

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void overwrite(const std::filesystem::path& path, std::streamoff at, std::string_view bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(at);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// What the call throws, as text, "field: …" or "kind"; empty: nothing.
std::string problem(const std::function<void()>& call) {
  try {
    call();
  } catch (const OptionError& error) {
    return error.what();
  } catch (const QueueError& error) {
    return std::string(to_string(error.kind()));
  }
  return "";
}

/// Root may write everything; while this lives, only what the permissions of its files say.
class Nobody {
 public:
  Nobody() {
    if (::syscall(SYS_capget, &header_, had_.data()) != 0) std::abort();
    auto has = had_;
    has[0].effective &= ~((1U << CAP_DAC_OVERRIDE) | (1U << CAP_DAC_READ_SEARCH));
    set(has);
  }
  ~Nobody() { set(had_); }
  Nobody(const Nobody&) = delete;
  Nobody& operator=(const Nobody&) = delete;

 private:
  using Capabilities = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;
  void set(Capabilities& capabilities) {
    if (::syscall(SYS_capset, &header_, capabilities.data()) != 0) std::abort();
  }
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  Capabilities had_{};
};

class BadFile : public testing::Test {
 protected:
  void make() {
    JobQueue queue(path_, quick(clock_));
    queue.enqueue(job("kept"));
  }
  std::string opening() {
    return problem([&] { JobQueue queue(path_, quick(clock_)); });
  }

  Folder folder_;
  TestClock clock_;
  std::filesystem::path path_ = folder_.file();
};

TEST_F(BadFile, OptionsOutOfRangeAreNamedWithTheirValue) {
  const auto with = [&](const std::function<void(JobQueueOptions&)>& change) {
    JobQueueOptions options = quick(clock_);
    change(options);
    return problem([&] { JobQueue queue(path_, options); });
  };
  EXPECT_EQ(with([](auto& o) { o.busy_wait = -1ns; }),
            "busy_wait: must be at least 0 and at most a day, got -1 ns");
  EXPECT_THAT(with([](auto& o) { o.busy_wait = 25h; }), HasSubstr("busy_wait"));
  EXPECT_EQ(with([](auto& o) { o.max_payload = 0; }),
            "max_payload: must be at least 1 and at most 536870912 bytes, got 0");
  EXPECT_THAT(with([](auto& o) { o.max_payload = largest_payload + 1; }), HasSubstr("got 536870913"));
  EXPECT_EQ(with([](auto& o) { o.max_size = 4096; }), "max_size: must be at least 1048576 bytes, got 4096");
  EXPECT_EQ(with([](auto& o) { o.attempts = 0; }), "attempts: must be at least 1, got 0");
  EXPECT_EQ(with([](auto& o) { o.attempts = static_cast<std::uint64_t>(-3); }),
            "attempts: must be at least 1, got -3");
  EXPECT_FALSE(std::filesystem::exists(path_)) << "nothing was made";
}

TEST_F(BadFile, ArgumentsOutOfRangeAreNamedWithTheirValue) {
  JobQueue queue(path_, quick(clock_));
  const std::string long_name(1025, 'n');
  EXPECT_EQ(problem([&] { (void)queue.lease(0, 1s, "w"); }), "max: must be at least 1, got 0");
  EXPECT_EQ(problem([&] { (void)queue.lease(1, 0s, "w"); }),
            "time: must be positive and at most a year, got 0 ns");
  EXPECT_EQ(problem([&] { (void)queue.lease(1, forever, "w"); }),
            "time: must be positive and at most a year, got 9223372036854775807 ns");
  EXPECT_EQ(problem([&] { (void)queue.lease(1, 1s, long_name); }),
            "worker: must be at most 1024 bytes, got 1025");
  EXPECT_EQ(problem([&] { (void)queue.extend({}, -1s); }),
            "time: must be positive and at most a year, got -1000000000 ns");
  EXPECT_EQ(problem([&] { queue.enqueue({.key = long_name}); }), "key: must be at most 1024 bytes, got 1025");
  EXPECT_EQ(problem([&] { queue.fail({}, "", Retry::after(-1ns)); }),
            "retry: its delay must not be negative, got -1 ns");
  EXPECT_EQ(problem([&] { (void)queue.dead(0); }), "max: must be at least 1, got 0");
  EXPECT_EQ(problem([&] { queue.forget_done(-1s); }), "age: must not be negative, got -1000000000 ns");
  EXPECT_EQ(problem([&] { JobQueue none(""); }), "path: must not be empty");
  EXPECT_EQ(queue.counts(), JobCounts{});
}

TEST_F(BadFile, AFolderThatIsNotThereOrAPathThatIsOneCannotBeOpened) {
  EXPECT_EQ(problem([&] { JobQueue queue(folder_.file("none/jobs.db")); }), "cannot open");
  EXPECT_EQ(problem([&] { JobQueue queue(folder_.path()); }), "cannot open");
}

TEST_F(BadFile, TheErrorSaysWhereAndWhat) {
  try {
    JobQueue queue(folder_.file("none/jobs.db"));
    FAIL();
  } catch (const QueueError& error) {
    EXPECT_EQ(error.path(), folder_.file("none/jobs.db").string());
    EXPECT_EQ(error.what(), error.path() + ": cannot open: " + error.text());
    EXPECT_EQ(error.text(),
              "unable to open database file (SQLite 14); its folder must be there and writable, for the "
              "files beside it too");
  }
}

TEST_F(BadFile, MemoryIsANameLikeAnyOther) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  JobQueue(":memory:").enqueue(job("a"));
  EXPECT_EQ(JobQueue(":memory:").counts().ready, 1U);
  std::filesystem::current_path(before);
}

TEST_F(BadFile, AFileThatIsNoDatabaseIsForeignAndNotTouched) {
  const std::string text(5000, 't');
  std::ofstream(path_) << text;
  EXPECT_EQ(opening(), "not a queue file");
  EXPECT_EQ(content(path_), text);
}

TEST_F(BadFile, ADatabaseOfAnotherProgramIsForeignAndNotTouched) {
  for (const std::string_view id : {std::string_view("\0\0\0\0", 4), std::string_view("GPKG")}) {
    std::filesystem::remove(path_);
    make();
    overwrite(path_, application_id_at, id);
    const std::string before = content(path_);
    EXPECT_EQ(opening(), "not a queue file");
    EXPECT_EQ(content(path_), before);
  }
}

TEST_F(BadFile, AFileOfANewerVersionIsNotTouched) {
  make();
  overwrite(path_, user_version_at, std::string_view("\0\0\0\2", 4));
  const std::string before = content(path_);
  EXPECT_EQ(opening(), "made by a newer version");
  EXPECT_EQ(content(path_), before);
  overwrite(path_, user_version_at, std::string_view("\0\0\0\1", 4));
  EXPECT_EQ(JobQueue(path_).counts().ready, 1U);
}

TEST_F(BadFile, AnEmptyFileBecomesAQueue) {
  std::ofstream(path_).close();
  EXPECT_EQ(opening(), "");
}

TEST_F(BadFile, AFileThatMayNotBeWrittenIsReadOnly) {
  make();
  using std::filesystem::perms;
  std::filesystem::permissions(folder_.path(), perms::all);
  std::filesystem::permissions(path_, perms::owner_read | perms::group_read | perms::others_read);
  {
    const Nobody nobody;
    EXPECT_EQ(opening(), "read only");
  }
  std::filesystem::permissions(path_, perms::owner_read | perms::owner_write);
  EXPECT_EQ(JobQueue(path_).counts().ready, 1U);
}

TEST_F(BadFile, AFolderThatMayNotBeWrittenCannotHoldAQueue) {
  make();
  using std::filesystem::perms;
  std::filesystem::permissions(
      path_, perms::owner_read | perms::owner_write | perms::others_read | perms::others_write);
  std::filesystem::permissions(
      folder_.path(), perms::owner_read | perms::owner_exec | perms::others_read | perms::others_exec);
  {
    const Nobody nobody;
    EXPECT_EQ(problem([&] { JobQueue queue(folder_.file("new.db")); }), "cannot open");
    EXPECT_EQ(opening(), "read only") << "there is no place for the write-ahead log";
  }
  std::filesystem::permissions(folder_.path(), perms::owner_all);
  EXPECT_EQ(JobQueue(path_).counts().ready, 1U);
}

TEST_F(BadFile, ALockedFileIsSaidAfterTheWaitAndNothingIsLost) {
  JobQueue holder(path_, quick(clock_));
  holder.enqueue(job("a"));
  JobQueueOptions impatient = quick(clock_);
  impatient.busy_wait = 0s;
  JobQueue other(path_, impatient);
  const auto leased = other.lease(1, 30s, "worker");
  holder.ack_with({}, [&](Transaction&) {
    EXPECT_EQ(problem([&] { other.enqueue(job("b")); }), "locked");
    EXPECT_EQ(problem([&] { (void)other.lease(1, 30s, "w"); }), "locked");
    EXPECT_EQ(problem([&] { other.ack(leases_of(leased)); }), "locked");
    EXPECT_EQ(other.counts(), (JobCounts{.leased = 1})) << "reading needs no lock";
    EXPECT_EQ(problem([&] { JobQueue third(path_, impatient); }), "") << "nor does opening";
  });
  EXPECT_EQ(other.ack(leases_of(leased)).done, 1U);
  EXPECT_EQ(other.enqueue(job("b")).as, Enqueued::As::added);
}

TEST_F(BadFile, TheWaitForALockEnds) {
  JobQueue holder(path_, quick(clock_));
  JobQueueOptions patient = quick(clock_);
  patient.busy_wait = 20ms;
  JobQueue other(path_, patient);
  holder.ack_with({}, [&](Transaction&) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(problem([&] { other.enqueue(job("b")); }), "locked");
    EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
  });
}

class FullFile : public BadFile {
 protected:
  FullFile() {
    options_.max_size = 1U << 20U;
    options_.max_payload = 64U << 20U;
  }
  JobQueueOptions options_ = quick(clock_);
  Bytes kilobytes_ = Bytes(10'000);
};

TEST_F(FullFile, TakesInNoMoreAndCanBeWorkedOff) {
  JobQueue queue(path_, options_);
  std::uint64_t added = 0;
  std::string refused;
  while (refused.empty()) {
    refused = problem([&] { queue.enqueue({.payload = kilobytes_}); });
    if (refused.empty()) ++added;
  }
  EXPECT_EQ(refused, "disk full");
  EXPECT_GT(added, 70U);
  EXPECT_LT(added, 105U);
  EXPECT_EQ(queue.counts(), (JobCounts{.ready = added})) << "all that was taken in is there";
  while (true) {
    const auto jobs = queue.lease(7, 30s, std::string(1000, 'w'));
    if (jobs.empty()) break;
    EXPECT_EQ(queue.ack(leases_of(jobs)).done, jobs.size());
  }
  EXPECT_EQ(queue.counts(), (JobCounts{.done = added}));
  for (std::uint64_t i = 0; i < added; ++i) queue.enqueue({.payload = kilobytes_});
  EXPECT_EQ(queue.counts().ready, added) << "the room is used again";
  queue.verify();
}

TEST_F(FullFile, IsSaidBySqliteInTheMiddleOfALargeCall) {
  JobQueue queue(path_, options_);
  queue.enqueue(job("before"));
  try {
    const Bytes large(8'000'000);
    const std::vector<NewJob> jobs{job("first"), {.payload = large}};
    queue.enqueue(jobs);
    FAIL();
  } catch (const QueueError& error) {
    EXPECT_EQ(error.kind(), QueueError::Kind::disk_full);
    EXPECT_EQ(error.text(), "database or disk is full (SQLite 13)");
  }
  EXPECT_EQ(queue.counts(), (JobCounts{.ready = 1}));
  EXPECT_EQ(text_of(queue.lease(1, 30s, "worker").at(0).payload), "before");
}

TEST_F(FullFile, OfWorkInTheTransactionLeavesTheLeaseGood) {
  JobQueue queue(path_, options_);
  queue.enqueue(job("a"));
  const auto jobs = queue.lease(1, 30s, "worker");
  const auto fill = [](Transaction& t) {
    t.execute("CREATE TABLE mine (b BLOB)");
    for (int i = 0; i < 10; ++i) t.execute("INSERT INTO mine VALUES (zeroblob(1000000))");
  };
  EXPECT_EQ(problem([&] { queue.ack_with(leases_of(jobs), fill); }), "disk full");
  EXPECT_EQ(queue.ack(leases_of(jobs)).done, 1U);
}

/// Runs in a process of its own; its exit status says whether the check held.
void in_a_process(const std::function<bool()>& check) {
  const pid_t child = ::fork();
  if (child == 0) {
    bool good = false;
    try {
      good = check();
    } catch (...) {
      good = false;
    }
    ::_exit(good ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(BadFile, ASystemThatWillNotWriteIsSaidAndNothingIsLost) {
  make();
  in_a_process([&] {
    JobQueue queue(path_, quick(clock_));
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit before{.rlim_cur = 100'000, .rlim_max = RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &before);
    const Bytes large(200'000);
    if (problem([&] { queue.enqueue({.payload = large}); }) != "input/output error") return false;
    const rlimit after{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &after);
    return queue.counts() == JobCounts{.ready = 1} &&
           queue.enqueue({.payload = large}).as == Enqueued::As::added;
  });
  JobQueue queue(path_, quick(clock_));
  EXPECT_EQ(queue.counts(), (JobCounts{.ready = 2}));
  queue.verify();
}

TEST_F(BadFile, DamageIsFoundByVerifyAndSaid) {
  {
    JobQueue queue(path_, quick(clock_));
    std::vector<NewJob> jobs(2000, job("some text that fills pages"));
    queue.enqueue(jobs);
    queue.verify();
  }
  overwrite(path_, 4096 * 3, std::string(4096 * 8, '\xee'));
  EXPECT_EQ(problem([&] { JobQueue(path_, quick(clock_)).verify(); }), "corrupt");
}

TEST_F(BadFile, ADamagedPayloadIsDeadAndTheOthersAreDelivered) {
  {
    JobQueue queue(path_, quick(clock_));
    const std::vector<NewJob> jobs{job("good one"), job("DAMAGED soon"), job("good two")};
    queue.enqueue(jobs);
  }
  const std::size_t at = content(path_).find("DAMAGED");
  ASSERT_NE(at, std::string::npos);
  overwrite(path_, static_cast<std::streamoff>(at), "damaged");
  JobQueue queue(path_, quick(clock_));
  EXPECT_THAT(texts(queue.lease(10, 30s, "worker")), testing::ElementsAre("good one", "good two"));
  EXPECT_EQ(queue.counts(), (JobCounts{.leased = 2, .dead = 1}));
  const auto dead = queue.dead(1);
  EXPECT_EQ(dead.at(0).error, "the payload is damaged in the file");
  EXPECT_EQ(text_of(dead.at(0).payload), "damaged soon");
}

}  // namespace
}  // namespace sluice::sqlite
