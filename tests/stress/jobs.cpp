// Jobs on several workers: none is lost, none runs twice, and ends at any moment are survived.
#include "stress.hpp"

namespace sluice::stress {
namespace {

using namespace std::chrono_literals;

struct Ledger {
  std::atomic<long> done{0};
  std::atomic<long> sum{0};
  std::atomic<long> crashed{0};

  /// Short jobs, some long ones, one in `crash_one_in` crashes.
  void work(long n, long crash_one_in) {
    if (n % 97 == 0) compute(20us);
    if (n % crash_one_in == 0) {
      ++crashed;
      throw std::runtime_error("a job crashes");
    }
    ++done;
    sum += n;
  }
};

class Work : public Job {
 public:
  Work(Ledger* ledger, long crash_one_in, long n) : ledger_(ledger), crash_one_in_(crash_one_in), n_(n) {}

 private:
  void run() override { ledger_->work(n_, crash_one_in_); }
  Ledger* ledger_;
  long crash_one_in_;
  long n_;
};

template <class Stage>
void feed(Runtime& runtime, const Ref<Stage>& jobs, long count) {
  const auto numbers = runtime.start<Numbers>(ProducerOptions<long>{.demand = DemandFlow::accumulate}, count);
  jobs.subscribe_to(numbers, {.max_demand = 50});
  numbers.demand_flow(DemandFlow::forward);
}

TEST(Jobs, EveryEventOfAFunctionIsDoneOnceOrCrashes) {
  const Watchdog watchdog("EveryEventOfAFunctionIsDoneOnceOrCrashes");
  constexpr long count = 20'000L * scale;
  Ledger ledger;
  Runtime runtime(workers(4));
  const auto jobs =
      runtime.start(for_each_job<long>([&](long n) { ledger.work(n, 101); }, {.max_concurrency = 50}));
  feed(runtime, jobs, count);
  EXPECT_EQ(runtime.wait(jobs), Reason::normal());
  EXPECT_EQ(ledger.done + ledger.crashed, count);
  EXPECT_EQ(ledger.crashed, (count + 100) / 101);
}

TEST(Jobs, EveryEventOfAClassIsDoneOnceOrCrashes) {
  const Watchdog watchdog("EveryEventOfAClassIsDoneOnceOrCrashes");
  constexpr long count = 5'000L * scale;
  Ledger ledger;
  Runtime runtime(workers(4));
  const auto jobs = runtime.start(
      consumer_supervisor<long>({.restart = JobRestart::temporary}, child_for_each<Work>(&ledger, 101L)));
  feed(runtime, jobs, count);
  EXPECT_EQ(runtime.wait(jobs), Reason::normal());
  EXPECT_EQ(ledger.done + ledger.crashed, count);
  EXPECT_EQ(ledger.crashed, (count + 100) / 101);
}

TEST(Jobs, JobsWithThreadsOfTheirOwn) {
  const Watchdog watchdog("JobsWithThreadsOfTheirOwn");
  constexpr long count = 500L * scale;
  Ledger ledger;
  Runtime runtime(workers(2));
  const auto jobs = runtime.start(
      for_each_job<long>([&](long n) { ledger.work(n, 11); }, {.max_concurrency = 8, .thread = Thread::own}));
  feed(runtime, jobs, count);
  EXPECT_EQ(runtime.wait(jobs), Reason::normal());
  EXPECT_EQ(ledger.done + ledger.crashed, count);
}

TEST(Jobs, StopKillAndShutdownAtAnyMoment) {
  const Watchdog watchdog("StopKillAndShutdownAtAnyMoment");
  for (int round = 0; round < 20 * scale; ++round) {
    Ledger ledger;
    Runtime runtime(workers(3));
    const auto functions = runtime.start(
        for_each_job<long>([&](long n) { ledger.work(n, 1'000'000); }, {.max_concurrency = 20}));
    const auto stages = runtime.start(consumer_supervisor<long>({.restart = JobRestart::transient},
                                                                child_for_each<Work>(&ledger, 1'000'000L)));
    feed(runtime, functions, -1);
    feed(runtime, stages, -1);
    compute(std::chrono::microseconds(100 * (round % 7)));
    if (round % 3 == 0) {
      functions.kill();
      stages.kill();
    } else if (round % 3 == 1) {
      functions.stop_async(Reason::shutdown());
      stages.stop_async(Reason::shutdown());
    }
    const ShutdownReport report = runtime.shutdown(20s);
    EXPECT_TRUE(report.still_running.empty());
    EXPECT_EQ(runtime.stage_count(), 0U);
  }
}

}  // namespace
}  // namespace sluice::stress
