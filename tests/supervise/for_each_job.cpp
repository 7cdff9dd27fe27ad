#include "sluice/supervise/for_each_job.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sluice/sluice.hpp"
#include "sluice/testing/testing.hpp"

namespace sluice::tests {
namespace {

using namespace std::chrono_literals;
using sluice::testing::ProducerProbe;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

/// Emits 0 … end - 1 and stops.
class Few : public Producer<int> {
 public:
  explicit Few(int end) : Producer<int>({.demand = DemandFlow::accumulate}), end_(end) {}

 private:
  void handle_demand(Demand n) override {
    for (; n != 0 && next_ != end_; --n) emit(next_++);
    if (next_ == end_) info([this] { stop(); });
  }
  int next_ = 0;
  int end_;
};

LogSink silence() {
  return [](const LogRecord&) {};
}

/// Subscribes the stage to `count` numbers and waits for its end.
template <class Stage>
Reason run_over(Runtime& runtime, int count, const Ref<Stage>& stage) {
  const auto numbers = runtime.start<Few>(count);
  stage.subscribe_to(numbers);
  numbers.demand_flow(DemandFlow::forward);
  return runtime.wait(stage).value();
}

TEST(ForEachJob, RunsOneJobForEachEventAndEndsAfterTheLast) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Simulation runtime({.seed = seed});
    std::vector<int> runs(1000);
    const auto stage = runtime.start(
        for_each_job<int>([&](int n) { ++runs[static_cast<std::size_t>(n)]; }, {.max_concurrency = 7}));
    EXPECT_EQ(run_over(runtime, 1000, stage), Reason::normal());
    EXPECT_EQ(runs, std::vector<int>(1000, 1));
    runtime.settle();
    EXPECT_EQ(runtime.stage_count(), 0U);
  }
}

TEST(ForEachJob, AsksForNoMoreThanMayRunAtOnce) {
  Simulation runtime;
  ProducerProbe<int> producer(runtime);
  const auto stage = runtime.start(for_each_job<int>([](int) {}, {.max_concurrency = 4}));
  stage.subscribe_to(producer);
  runtime.settle();
  producer.send({1});
  runtime.settle();
  producer.send({2, 3, 4});
  runtime.settle();
  EXPECT_THAT(producer.asks(), ElementsAre(4, 2, 2));
}

TEST(ForEachJob, KeepsTheTermsOfASubscriptionThatAsksForLess) {
  Simulation runtime;
  ProducerProbe<int> producer(runtime);
  const auto stage = runtime.start(for_each_job<int>([](int) {}));
  stage.subscribe_to(producer, {.max_demand = 3, .min_demand = 0});
  runtime.settle();
  producer.send({1, 2});
  runtime.settle();
  EXPECT_THAT(producer.asks(), ElementsAre(3));
  producer.send({3});
  runtime.settle();
  EXPECT_THAT(producer.asks(), ElementsAre(3, 3));
}

TEST(ForEachJob, WhatIsThrownIsACrashOfThatJobOnly) {
  std::vector<std::string> log;
  Simulation runtime({.log = [&](const LogRecord& record) {
    if (record.severity == Severity::error) log.push_back(record.text);
  }});
  int done = 0;
  const auto stage = runtime.start(for_each_job<int>([&](int n) {
    if (n == 3) throw std::runtime_error("three");
    if (n == 5) throw 5;
    ++done;
  }));
  EXPECT_EQ(run_over(runtime, 10, stage), Reason::normal());
  EXPECT_EQ(done, 8);
  std::sort(log.begin(), log.end());
  ASSERT_EQ(log.size(), 2U);
  EXPECT_THAT(log[0], HasSubstr("a job crashed: failure: an exception that is no std::exception"));
  EXPECT_THAT(log[1], HasSubstr("a job crashed: failure: three"));
}

TEST(ForEachJob, ATransientJobIsRunAgainWithTheSameEvent) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Simulation runtime({.seed = seed, .log = silence()});
    std::vector<int> runs(10);
    const auto stage = runtime.start(for_each_job<int>(
        [&](int n) {
          if (++runs[static_cast<std::size_t>(n)] < 3 && n % 2 == 0) throw std::runtime_error("boom");
        },
        {.max_concurrency = 3, .restart = JobRestart::transient, .max_restarts = 10}));
    EXPECT_EQ(run_over(runtime, 10, stage), Reason::normal());
    EXPECT_THAT(runs, ElementsAre(3, 1, 3, 1, 3, 1, 3, 1, 3, 1));
  }
}

TEST(ForEachJob, ACrashStormEndsTheStage) {
  std::vector<std::string> log;
  Simulation runtime({.log = [&](const LogRecord& record) { log.push_back(record.text); }});
  int runs = 0;
  const auto stage = runtime.start(for_each_job<int>(
      [&](int) {
        ++runs;
        throw std::runtime_error("boom");
      },
      {.max_concurrency = 1, .restart = JobRestart::transient, .max_restarts = 4}));
  EXPECT_EQ(run_over(runtime, 10, stage), Reason::shutdown("reached_max_restart_intensity"));
  EXPECT_EQ(runs, 5);
  EXPECT_THAT(log, ::testing::Contains(HasSubstr("gives up: more than 4 restarts within 5 s")));
}

TEST(ForEachJob, TakesEventsThatCanOnlyBeMoved) {
  using Event = std::unique_ptr<int>;
  Simulation runtime({.log = silence()});
  ProducerProbe<Event> producer(runtime);
  int sum = 0;
  int runs = 0;
  const auto by_value = runtime.start(for_each_job<Event>([&](Event event) { sum += *event; }));
  const auto again = runtime.start(for_each_job<Event>(
      [&](const Event& event) {
        if (++runs == 1) throw std::runtime_error("boom");
        sum += *event;
      },
      {.restart = JobRestart::transient}));
  by_value.subscribe_to(producer);
  again.subscribe_to(producer);
  runtime.settle();
  for (const std::size_t nth : {0U, 1U}) {
    Events<Event> events;
    events.push_back(std::make_unique<int>(nth == 0 ? 1 : 10));
    producer.send(producer.subscription(nth), std::move(events));
  }
  runtime.settle();
  EXPECT_EQ(sum, 11);
  EXPECT_EQ(runs, 2);
}

TEST(ForEachJob, WrongOptionsAreNamed) {
  Simulation runtime;
  const auto message = [&](auto recipe) -> std::string {
    try {
      runtime.start(std::move(recipe));
    } catch (const StartError& error) {
      return error.what();
    }
    return "started";
  };
  EXPECT_THAT(message(for_each_job<int>([](int) {}, {.max_concurrency = 0})),
              HasSubstr("max_concurrency: must be at least 1, got 0"));
  EXPECT_THAT(message(for_each_job<int>([](int) {}, {.within = 0s})), HasSubstr("within"));
  EXPECT_THAT(message(for_each_job<std::unique_ptr<int>>([](std::unique_ptr<int>) {},
                                                         {.restart = JobRestart::transient})),
              HasSubstr("restart: must be temporary"));
}

TEST(ForEachJob, AStopWaitsForTheJobsThatHaveBegunAndLosesTheOthers) {
  std::promise<void> begun;
  std::promise<void> release;
  std::atomic<int> done{0};
  Runtime runtime({.workers = 2, .log = silence()});
  ProducerProbe<int> first(runtime);
  ProducerProbe<int> second(runtime);
  const auto stage = runtime.start(for_each_job<int>(
      [&](int n) {
        if (n == 1) begun.set_value();
        release.get_future().wait();
        ++done;
      },
      {.max_concurrency = 1, .thread = Thread::own}));
  stage.subscribe_to(first);
  stage.subscribe_to(second);
  runtime.settle();
  first.send({1});
  begun.get_future().wait();
  second.send({2});
  EXPECT_EQ(stage.counts(), (ChildCounts{.specs = 1, .active = 1, .workers = 2}));
  stage.stop_async(Reason::shutdown());
  EXPECT_EQ(stage.counts(), (ChildCounts{.specs = 1, .active = 1, .workers = 1}));
  EXPECT_EQ(stage.inspect().events.lost_received, 1U);
  release.set_value();
  EXPECT_EQ(runtime.wait(stage), Reason::shutdown());
  EXPECT_EQ(done, 1);
}

TEST(ForEachJob, AShutdownRunsTheJobsThatAreUnderWay) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Simulation runtime({.seed = seed, .log = silence()});
    int done = 0;
    const auto numbers = runtime.start<Few>(100'000);
    const auto stage = runtime.start(for_each_job<int>([&](int) { ++done; }, {.max_concurrency = 5}));
    stage.subscribe_to(numbers);
    numbers.demand_flow(DemandFlow::forward);
    for (int i = 0; i < 10; ++i) static_cast<void>(numbers.inspect());
    const ShutdownReport report = runtime.shutdown(60s);
    EXPECT_TRUE(report.drained);
    EXPECT_THAT(report.lost, IsEmpty());
    EXPECT_EQ(runtime.stage_count(), 0U);
    EXPECT_GT(done, 0);
  }
}

TEST(ForEachJob, AKilledStageLetsTheRunningJobFinish) {
  std::promise<void> begun;
  std::promise<void> release;
  bool finished = false;
  {
    Runtime runtime({.workers = 2, .log = silence()});
    ProducerProbe<int> producer(runtime);
    const auto stage = runtime.start(for_each_job<int>(
        [&, big = std::vector<int>(1000, 7)](int n) {
          begun.set_value();
          release.get_future().wait();
          finished = big[static_cast<std::size_t>(n)] == 7;
        },
        {.thread = Thread::own}));
    stage.subscribe_to(producer);
    runtime.settle();
    producer.send({1});
    begun.get_future().wait();
    stage.kill();
    EXPECT_EQ(runtime.wait(stage), Reason::killed());
    release.set_value();
  }
  EXPECT_TRUE(finished);
}

// The next two pass only if `count` jobs run at the same time.
TEST(ForEachJob, JobsRunOnSeveralWorkersAtOnce) {
  constexpr int count = 3;
  std::latch all(count);
  Runtime runtime({.workers = count, .log = silence()});
  const auto stage = runtime.start(for_each_job<int>([&](int) { all.arrive_and_wait(); }));
  EXPECT_EQ(run_over(runtime, count, stage), Reason::normal());
}

TEST(ForEachJob, JobsThatBlockHaveThreadsOfTheirOwn) {
  constexpr int count = 16;
  std::latch all(count);
  Runtime runtime({.workers = 1, .log = silence()});
  const auto stage =
      runtime.start(for_each_job<int>([&](int) { all.arrive_and_wait(); }, {.thread = Thread::own}));
  EXPECT_EQ(run_over(runtime, count, stage), Reason::normal());
}

TEST(ForEachJob, NeverMoreAtOnceThanItSays) {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  Runtime runtime({.workers = 2, .log = silence()});
  const auto stage = runtime.start(for_each_job<int>(
      [&](int) {
        int seen = most;
        const int mine = ++now;
        while (seen < mine && !most.compare_exchange_weak(seen, mine)) {
        }
        std::this_thread::yield();
        --now;
      },
      {.max_concurrency = 3, .thread = Thread::own}));
  EXPECT_EQ(run_over(runtime, 500, stage), Reason::normal());
  EXPECT_THAT(most.load(), Le(3));
}

}  // namespace
}  // namespace sluice::tests
