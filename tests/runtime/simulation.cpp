#include "stages.hpp"

namespace sluice::tests {
namespace {

using ::testing::ElementsAre;

/// A pipeline with two consumers; returns the runtime's trace.
std::pair<std::uint64_t, std::vector<TraceLine>> trace_of(std::uint64_t seed, double delay_chance = 0) {
  Simulation runtime({.seed = seed, .delay_chance = delay_chance, .keep_trace = true, .log = silence()});
  const auto passes = runtime.start<PassesOn>();
  runtime.start<Counts>().subscribe_to(passes, {.max_demand = 10});
  runtime.start<Counts>().subscribe_to(passes, {.max_demand = 10});
  passes.subscribe_to(runtime.start<Numbers>(1'000), {.max_demand = 20});
  runtime.run_until_idle();
  return {runtime.trace_hash(), runtime.trace()};
}

TEST(SimulatedRuns, AreEqualForEqualSeeds) {
  EXPECT_EQ(trace_of(1), trace_of(1));
  EXPECT_EQ(trace_of(7, 0.3), trace_of(7, 0.3));
}

TEST(SimulatedRuns, DifferForOtherSeeds) { EXPECT_NE(trace_of(1).first, trace_of(2).first); }

TEST(SimulatedRuns, KeepTheOrderOfLateMessages) {
  testing::for_each_seed(20,
                         [](Simulation& runtime) {
                           std::vector<int> got;
                           runtime.start(consume<int>([&got](int n) { got.push_back(n); }))
                               .subscribe_to(runtime.start<Numbers>(100), {.max_demand = 7});
                           runtime.run_until_idle();
                           EXPECT_EQ(got.size(), 100);
                           EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
                           EXPECT_GT(runtime.now().time_since_epoch(), 0ns);
                         },
                         {.delay_chance = 0.5, .log = silence()});
}

TEST(SimulatedRuns, ThatNeverEndAreTold) {
  Simulation runtime;
  runtime.start<Counts>().subscribe_to(runtime.start(produce([] { return 1; })));
  EXPECT_THROW(runtime.run_until_idle(1'000), std::runtime_error);
}

TEST(SimulatedRuns, GoStepByStep) {
  Simulation runtime;
  const auto counts = runtime.start<Counts>();
  EXPECT_FALSE(runtime.step());
  counts.cast([](Counts&) {});
  counts.cast([](Counts&) {});
  EXPECT_TRUE(runtime.step());
  EXPECT_TRUE(runtime.step());
  EXPECT_FALSE(runtime.step());
  EXPECT_EQ(runtime.turns(), 2);
}

TEST(SimulatedRuns, TellWhoWaitsForEver) {
  Simulation runtime;
  const auto counts = runtime.start<Counts>();
  EXPECT_THROW(runtime.wait(counts), std::runtime_error);
  EXPECT_EQ(runtime.wait(counts, 1h), std::nullopt);
  EXPECT_EQ(runtime.now().time_since_epoch(), 1h);
}

TEST(Faults, CrashAStageInACallback) {
  Simulation runtime{{.log = silence()}};
  const auto counts = runtime.start<Counts>({.name = "counts"});
  runtime.crash("counts", 3);
  counts.cast([](Counts&) {});
  counts.cast([](Counts&) {});
  runtime.settle();
  EXPECT_TRUE(counts.alive());
  counts.cast([](Counts&) {});
  runtime.settle();
  EXPECT_EQ(runtime.wait(counts), Reason("crashed by the simulation"));
}

TEST(Faults, SlowAStageDown) {
  Simulation runtime{{.log = silence()}};
  const auto counts = runtime.start<Counts>({.name = "counts"});
  runtime.slow("counts", 10ms);
  counts.subscribe_to(runtime.start<Numbers>(5), {.max_demand = 1});
  runtime.run_until_idle();
  EXPECT_EQ(counts.inspect().events.handled, 5);
  EXPECT_GE(runtime.now().time_since_epoch(), 50ms);
}

TEST(BusyFor, HidesAStagesEffectsUntilItsTimeIsOver) {
  class Works : public Producer<int> {
   public:
    void work() {
      busy_for(10ms);
      emit(1);
    }

   private:
    void handle_demand(Demand /*n*/) override {}
  };
  Simulation runtime;
  const auto works = runtime.start<Works>();
  testing::ConsumerProbe<int> consumer(runtime);
  consumer.subscribe_to(works);
  consumer.ask(1);
  runtime.settle();
  works.cast(&Works::work);
  runtime.advance(9ms);
  EXPECT_THAT(consumer.events(), ElementsAre());
  runtime.advance(1ms);
  EXPECT_THAT(consumer.events(), ElementsAre(1));
}

TEST(Seeds, AreNumberedFromOne) {
  int runs = 0;
  testing::for_each_seed(
      3, [&runs](Simulation& runtime) { EXPECT_EQ(runtime.seed(), static_cast<std::uint64_t>(++runs)); });
  EXPECT_EQ(runs, 3);
}

}  // namespace
}  // namespace sluice::tests
