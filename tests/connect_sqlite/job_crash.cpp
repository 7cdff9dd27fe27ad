// Workers that are killed, and files that a power cut or a bad disk has damaged.
//
// SLUICE_CRASH_ROUNDS and SLUICE_CRASH_JOBS in the environment set how many rounds of three workers work how
// many jobs in all; the long run is 200 and 100000.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <new>
#include <set>
#include <utility>

#include "sluice/connect/sqlite/job_queue.hpp"
#include "sluice/core/random.hpp"
#include "tests/connect_sqlite/queue_files.hpp"

namespace sluice::sqlite {
namespace {

using namespace std::chrono_literals;

/// What all processes see: a clock that only the parent moves, and how many jobs were worked.
struct Shared {
  std::atomic<std::int64_t> time{1'000'000'000'000};
  std::atomic<std::uint64_t> progress{0};
};

class SharedMemory {
 public:
  SharedMemory() {
    void* const place =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) std::abort();
    shared_ = new (place) Shared;
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory() { ::munmap(shared_, sizeof(Shared)); }
  Shared* operator->() const { return shared_; }
  [[nodiscard]] JobQueueOptions options() const {
    return {.synchronous = Synchronous::normal,
            .busy_wait = 60s,
            .attempts = unlimited,
            .clock = [shared = shared_] { return WallTime(Duration(shared->time.load())); }};
  }

 private:
  Shared* shared_;
};

/// A line of the diary that workers write beside the queue. What was written before a kill is in it.
struct Entry {
  enum class What : std::int32_t { worked, acknowledged };
  What what;
  pid_t pid;
  Lease lease;
};

class Diary {
 public:
  explicit Diary(const std::filesystem::path& path)
      : path_(path), file_(::open(path.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600)) {}
  Diary(const Diary&) = delete;
  Diary& operator=(const Diary&) = delete;
  ~Diary() { ::close(file_); }
  void write(Entry::What what, const Lease& lease) const {
    const Entry entry{.what = what, .pid = ::getpid(), .lease = lease};
    if (::write(file_, &entry, sizeof entry) != sizeof entry) ::_exit(3);
  }
  [[nodiscard]] std::vector<Entry> read() const {
    std::vector<Entry> entries;
    std::ifstream file(path_, std::ios::binary);
    Entry entry{};
    while (file.read(reinterpret_cast<char*>(&entry), sizeof entry)) entries.push_back(entry);
    return entries;
  }

 private:
  std::filesystem::path path_;
  int file_;
};

class CrashTrial {
 public:
  CrashTrial(std::uint64_t seed, std::uint64_t rounds, std::uint64_t jobs)
      : random_(seed), rounds_(rounds), jobs_(jobs), diary_(folder_.file("diary")) {
    JobQueue queue(folder_.file(), memory_.options());
    queue.ack_with({}, [](Transaction& t) { t.execute("CREATE TABLE effect (job INTEGER PRIMARY KEY)"); });
  }

  /// In each round up to `kills` workers are killed, one at least.
  void run(std::uint64_t kills) {
    for (std::uint64_t round = 0; round < rounds_; ++round) {
      enqueue(jobs_ / rounds_);
      work(kills == 0 ? 0 : 1 + random_.below(kills));
    }
    work(0);
  }
  [[nodiscard]] std::size_t killed() const { return killed_.size(); }
  [[nodiscard]] std::size_t worked_again() const { return worked_again_; }

  void check() {
    JobQueue queue(folder_.file(), memory_.options());
    queue.verify();
    ASSERT_EQ(queue.counts(), JobCounts{.done = jobs_});
    queue.ack_with({}, [&](Transaction& t) {
      ASSERT_EQ(std::get<std::int64_t>(t.query("SELECT count(*) FROM effect")[0][0]),
                static_cast<std::int64_t>(jobs_));
    });
    check_diary();
  }

 private:
  void enqueue(std::uint64_t count) {
    JobQueue queue(folder_.file(), memory_.options());
    const std::vector<NewJob> jobs(count, job("work"));
    queue.enqueue(jobs);
  }

  /// Three workers until nothing is left to lease; `kills` of them do not come that far.
  void work(std::uint64_t kills) {
    memory_->progress = 0;
    living_.clear();
    for (int i = 0; i < 3; ++i) start_worker();
    for (std::uint64_t i = 0; i < kills; ++i) kill_one();
    while (!living_.empty()) wait_for(living_.begin());
    memory_->time += Duration(31s).count();
  }
  void start_worker() {
    const std::uint64_t seed = random_.next();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        be_a_worker(Random(seed));
      } catch (const std::exception& error) {
        std::fprintf(stderr, "worker: %s\n", error.what());
        ::_exit(2);
      }
      ::_exit(0);
    }
    living_.insert(child);
  }
  void be_a_worker(Random random) {
    JobQueue queue(folder_.file(), memory_.options());
    while (true) {
      const auto jobs = queue.lease(1 + random.below(16), 30s, "worker");
      if (jobs.empty()) return;
      for (const LeasedJob& each : jobs) {
        diary_.write(Entry::What::worked, each.lease);
        ++memory_->progress;
      }
      const auto result = queue.ack_with(leases_of(jobs), [&](Transaction& t) {
        for (const LeasedJob& each : jobs) t.execute("INSERT INTO effect VALUES (?)", each.lease.id);
      });
      if (!result.lost.empty()) ::_exit(4);  // nobody else's clock moves while we live
      for (const LeasedJob& each : jobs) diary_.write(Entry::What::acknowledged, each.lease);
    }
  }
  void kill_one() {
    if (living_.empty()) return;
    const auto victim =
        std::next(living_.begin(), static_cast<std::ptrdiff_t>(random_.below(living_.size())));
    const std::uint64_t when = random_.below(jobs_ / rounds_);
    // It may end before: then there is nothing to kill.
    while (memory_->progress.load() < when) {
      ::sched_yield();
      int status = 0;
      if (::waitpid(*victim, &status, WNOHANG) == *victim) {
        EXPECT_EQ(status, 0);
        living_.erase(victim);
        return;
      }
    }
    for (std::atomic<std::uint64_t> spin = random_.below(200'000); spin > 0; --spin) {
    }
    ::kill(*victim, SIGKILL);
    killed_.insert(*victim);
    wait_for(victim);
  }
  void wait_for(std::set<pid_t>::iterator worker) {
    int status = 0;
    EXPECT_EQ(::waitpid(*worker, &status, 0), *worker);
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && killed_.contains(*worker);
    EXPECT_TRUE(status == 0 || killed) << "status " << status;
    living_.erase(worker);
  }

  void check_diary() {
    std::map<JobId, std::map<std::int64_t, pid_t>> worked;  // by token
    std::set<std::pair<JobId, std::int64_t>> acknowledged;
    for (const Entry& entry : diary_.read()) {
      if (entry.what == Entry::What::worked) {
        const bool first = worked[entry.lease.id].emplace(entry.lease.token, entry.pid).second;
        ASSERT_TRUE(first) << "one lease was worked twice";
      } else {
        ASSERT_TRUE(acknowledged.emplace(entry.lease.id, entry.lease.token).second);
      }
    }
    ASSERT_EQ(worked.size(), jobs_) << "every job was worked";
    for (const auto& [id, times] : worked) {
      for (auto time = times.begin(); std::next(time) != times.end(); ++time, ++worked_again_) {
        ASSERT_TRUE(killed_.contains(time->second))
            << "job " << id << " was worked again and nobody was killed";
        ASSERT_FALSE(acknowledged.contains({id, time->first})) << "job " << id << " was acknowledged before";
      }
    }
  }

  Random random_;
  std::uint64_t rounds_;
  std::uint64_t jobs_;
  Folder folder_;
  SharedMemory memory_;
  Diary diary_;
  std::set<pid_t> living_;
  std::set<pid_t> killed_;
  std::size_t worked_again_ = 0;
};

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

TEST(JobCrash, OfKilledWorkersNoJobIsLostAndOnlyJobsInFlightAreWorkedAgain) {
  CrashTrial trial(setting("SLUICE_SEED", 1), setting("SLUICE_CRASH_ROUNDS", 10),
                   setting("SLUICE_CRASH_JOBS", 3000));
  trial.run(3);
  ASSERT_NO_FATAL_FAILURE(trial.check());
  EXPECT_GT(trial.killed(), 0U);
  std::printf("%zu workers killed, %zu jobs worked once more\n", trial.killed(), trial.worked_again());
}

TEST(JobCrash, ThreeProcessesWithoutAnAccidentWorkEachJobOnce) {
  CrashTrial trial(2, 1, 1000);
  trial.run(0);
  ASSERT_NO_FATAL_FAILURE(trial.check());
  EXPECT_EQ(trial.worked_again(), 0U);
}

TEST(JobCrash, ProcessesThatMakeTheSameFileAtOnceShareIt) {
  for (int round = 0; round < 10; ++round) {
    const Folder folder;
    const SharedMemory memory;
    std::set<pid_t> children;
    for (int i = 0; i < 4; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        while (memory->progress.load() == 0) ::sched_yield();  // all set off together
        try {
          JobQueue(folder.file(), memory.options()).enqueue(job("mine"));
        } catch (const std::exception& error) {
          std::fprintf(stderr, "%s\n", error.what());
          ::_exit(2);
        }
        ::_exit(0);
      }
      children.insert(child);
    }
    ++memory->progress;
    for (const pid_t child : children) {
      int status = 0;
      EXPECT_EQ(::waitpid(child, &status, 0), child);
      EXPECT_EQ(status, 0);
    }
    ASSERT_EQ(JobQueue(folder.file(), memory.options()).counts(), (JobCounts{.ready = 4}));
  }
}

// ---- damaged files

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A queue in the middle of its work, as a power cut finds it: the file, its write-ahead log, and what had
/// been committed.
struct Snapshot {
  std::string file;
  std::string log;
  std::size_t jobs = 0;  ///< numbered from 0, each one commit
  std::size_t safe = 0;  ///< of these were in the file before the log began
};

std::string payload(std::size_t number) {
  Random random(number + 1);
  std::string text = std::to_string(number) + ":";
  for (std::uint64_t size = random.below(3) == 0 ? random.below(9000) : random.below(100); size > 0; --size) {
    text += static_cast<char>(random.below(256));
  }
  return text;
}

Snapshot work_until_the_cut(Random& random, TestClock& clock) {
  const Folder folder;
  Snapshot cut;
  const auto add = [&](JobQueue& queue, std::uint64_t count) {
    for (; count > 0; --count) queue.enqueue(job(payload(cut.jobs++)));
  };
  {
    JobQueue queue(folder.file(), quick(clock));
    add(queue, random.below(40));
    cut.safe = cut.jobs;
  }
  JobQueue queue(folder.file(), quick(clock));
  add(queue, 1 + random.below(40));
  cut.file = content(folder.file());
  cut.log = content(folder.file("jobs.db-wal"));
  return cut;
}

/// What can be had from a file: numbers of jobs, in the order they came.
struct Salvage {
  std::vector<std::size_t> jobs;
  std::vector<QueueError::Kind> errors;
};

Salvage salvage(const std::filesystem::path& path, TestClock& clock, std::size_t most) {
  Salvage result;
  try {
    JobQueue queue(path, quick(clock));
    for (std::size_t i = 0; i < most; ++i) {
      const auto jobs = queue.lease(1, 24h, "salvage");
      if (jobs.empty()) break;
      const std::string text(text_of(jobs[0].payload));
      const std::size_t number = std::strtoull(text.c_str(), nullptr, 10);
      EXPECT_EQ(text, payload(number)) << "what is delivered is what was enqueued";
      result.jobs.push_back(number);
      queue.ack(leases_of(jobs));
    }
  } catch (const QueueError& error) {
    result.errors.push_back(error.kind());
  }
  try {
    JobQueue(path, quick(clock)).verify();
  } catch (const QueueError& error) {
    result.errors.push_back(error.kind());
  }
  return result;
}

/// What the system had written of a file when the power went.
std::string cut_off(std::string bytes, Random& random) {
  bytes.resize(random.below(bytes.size() + 1));
  return bytes;
}

/// Up to 64 bytes of it are others.
std::string scratched(std::string bytes, Random& random) {
  if (bytes.empty()) return bytes;
  const std::size_t at = random.below(bytes.size());
  const std::size_t end = std::min<std::size_t>(bytes.size(), at + 1 + random.below(64));
  for (std::size_t i = at; i < end; ++i) bytes[i] = static_cast<char>(random.below(256));
  return bytes;
}

class DamagedFile : public testing::Test {
 protected:
  /// The salvage of `trials` cuts whose files were changed.
  void each(int trials, const std::function<void(Snapshot&, Random&)>& damage,
            const std::function<void(const Snapshot&, const Salvage&)>& judge) {
    for (int seed = 1; seed <= trials; ++seed) {
      SCOPED_TRACE(testing::Message() << "seed " << seed);
      Random random(static_cast<std::uint64_t>(seed));
      TestClock clock;
      Snapshot cut = work_until_the_cut(random, clock);
      damage(cut, random);
      const Folder folder;
      put(folder.file(), cut.file);
      put(folder.file("jobs.db-wal"), cut.log);
      judge(cut, salvage(folder.file(), clock, 3 * cut.jobs));
    }
  }
  static void expect_a_prefix(const Snapshot& cut, const Salvage& salvage) {
    EXPECT_TRUE(salvage.errors.empty());
    EXPECT_GE(salvage.jobs.size(), cut.safe) << "what was in the file is there";
    EXPECT_LE(salvage.jobs.size(), cut.jobs);
    for (std::size_t i = 0; i < salvage.jobs.size(); ++i) EXPECT_EQ(salvage.jobs[i], i);
  }
};

TEST_F(DamagedFile, WithoutDamageAllIsThere) {
  each(
      3, [](Snapshot&, Random&) {},
      [](const Snapshot& cut, const Salvage& found) {
        expect_a_prefix(cut, found);
        EXPECT_EQ(found.jobs.size(), cut.jobs);
      });
}

TEST_F(DamagedFile, OfALogThatWasCutOffTheFirstCommitsAreThere) {
  each(60, [](Snapshot& cut, Random& random) { cut.log = cut_off(cut.log, random); }, expect_a_prefix);
}

TEST_F(DamagedFile, OfAScratchedLogTheFirstCommitsAreThere) {
  each(60, [](Snapshot& cut, Random& random) { cut.log = scratched(cut.log, random); }, expect_a_prefix);
}

TEST_F(DamagedFile, OfAScratchedOrCutFileTheRestIsDeliveredOrTheDamageIsSaid) {
  std::size_t enqueued = 0;
  std::size_t delivered = 0;
  std::map<std::string, int> said;
  const auto damage = [](Snapshot& cut, Random& random) {
    cut.file = random.chance(0.3) ? cut_off(cut.file, random) : scratched(cut.file, random);
    if (random.chance(0.5)) cut.log.clear();
  };
  const auto judge = [&](const Snapshot& cut, const Salvage& found) {
    enqueued += cut.jobs;
    delivered += std::set(found.jobs.begin(), found.jobs.end()).size();
    for (const QueueError::Kind kind : found.errors) {
      ++said[std::string(to_string(kind))];
      EXPECT_TRUE(kind == QueueError::Kind::corrupt || kind == QueueError::Kind::foreign ||
                  kind == QueueError::Kind::too_new || kind == QueueError::Kind::io)
          << to_string(kind);
    }
  };
  each(200, damage, judge);
  EXPECT_GT(delivered * 3, enqueued);
  std::printf("%zu of %zu jobs delivered", delivered, enqueued);
  for (const auto& [kind, times] : said) std::printf(", %s: %d", kind.c_str(), times);
  std::printf("\n");
}

}  // namespace
}  // namespace sluice::sqlite
