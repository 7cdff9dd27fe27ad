#include <array>
#include <atomic>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include "flow/flow.hpp"
#include "sluice/core/random.hpp"

namespace sluice::flow_tests {
namespace {

using conformance::World;
using flow::Numbered;

[[nodiscard]] auto one_to(int n, std::size_t stages = 1) {
  return flow::from(std::views::iota(1, n + 1), {.stages = stages});
}
[[nodiscard]] std::vector<int> squares_to(int n) {
  std::vector<int> all(static_cast<std::size_t>(n));
  std::ranges::generate(all, [next = 1]() mutable {
    const int made = next * next;
    ++next;
    return made;
  });
  return all;
}
[[nodiscard]] int square(int n) { return n * n; }

// -- the pure part

TEST(Reorder, HandsOnWhatIsExpectedAndHoldsTheRest) {
  flow::Reorder<int> line;
  std::vector<int> out;
  const auto next = [&](int&& n) { out.push_back(n); };
  line.put(0, 10, next);
  EXPECT_THAT(out, ElementsAre(10));
  line.put(3, 13, next);
  line.put(2, 12, next);
  EXPECT_EQ(line.held(), 2U);
  EXPECT_EQ(line.expected(), 1U);
  line.put(1, 11, next);
  EXPECT_THAT(out, ElementsAre(10, 11, 12, 13));
  EXPECT_EQ(line.held(), 0U);
  EXPECT_EQ(line.expected(), 4U);
}

TEST(Reorder, FinishHandsOnWhatWaitsBehindAGap) {
  flow::Reorder<int> line;
  std::vector<int> out;
  const auto next = [&](int&& n) { out.push_back(n); };
  for (const std::uint64_t n : {4U, 2U, 1U}) line.put(n, static_cast<int>(n), next);
  line.finish(next);
  EXPECT_THAT(out, ElementsAre(1, 2, 4));
  EXPECT_EQ(line.held(), 0U);
}

TEST(Reorder, AnyPermutationComesOutInOrder) {
  for (std::uint64_t seed = 1; seed <= 32; ++seed) {
    std::vector<std::uint64_t> numbers(200);
    std::iota(numbers.begin(), numbers.end(), 0U);
    Random random(seed);
    for (std::size_t i = numbers.size(); i > 1; --i) std::swap(numbers[i - 1], numbers[random.below(i)]);
    flow::Reorder<std::uint64_t> line;
    std::vector<std::uint64_t> out;
    for (const std::uint64_t n : numbers) line.put(n, n, [&](std::uint64_t&& got) { out.push_back(got); });
    std::ranges::sort(numbers);
    EXPECT_EQ(out, numbers);
  }
}

/// A stage that only notes who is paused.
class Paused final : public flow::Surroundings {
 public:
  [[nodiscard]] Instant time() const override { return {}; }
  TimerId alarm_after(Duration /*delay*/) override { return {}; }
  TimerId alarm_every(Duration /*period*/) override { return {}; }
  void forget_alarm(TimerId /*alarm*/) override {}
  void write_log(Severity /*severity*/, std::string /*text*/) const override {}
  std::uint64_t draw() override { return 0; }
  void pause(SubscriptionId from) override { paused.insert(from.value); }
  void resume(SubscriptionId from) override { paused.erase(from.value); }

  std::set<std::uint64_t> paused;
};

/// Stages above a reorder: each was given some numbers, and sends them in order as long as it is asked.
class Senders {
 public:
  Senders(std::size_t count, std::size_t numbers, std::uint64_t seed) : random_(seed), given_(count) {
    for (std::size_t n = 0; n != numbers; ++n) given_[random_.below(count)].push_back(n);
  }
  /// One that is not paused sends a number; `stuck` sends only when no other can. False: all are done.
  template <class F>
  bool step(const std::set<std::uint64_t>& paused, std::size_t stuck, F send) {
    std::vector<std::size_t> able;
    for (std::size_t i = 0; i != given_.size(); ++i)
      if (!given_[i].empty() && !paused.contains(i + 1) && i != stuck) able.push_back(i);
    if (able.empty() && !given_[stuck].empty() && !paused.contains(stuck + 1)) able.push_back(stuck);
    if (able.empty()) return false;
    const std::size_t one = able[random_.below(able.size())];
    const std::uint64_t number = given_[one].front();
    given_[one].erase(given_[one].begin());
    send(SubscriptionId{one + 1}, number);
    return true;
  }
  [[nodiscard]] bool done() const {
    return std::ranges::all_of(given_, [](const auto& numbers) { return numbers.empty(); });
  }

 private:
  Random random_;
  std::vector<std::vector<std::uint64_t>> given_;
};

TEST(Reorder, HoldsNoMoreThanIsFarAheadHoweverSlowOneStageIsAndNeverHalts) {
  for (std::uint64_t seed = 1; seed <= 32; ++seed) {
    Paused around;
    flow::Context context(around, 0, 1);
    flow::ReorderOperator reorder{{}, 16};
    auto state = reorder.open<Numbered<std::optional<int>>>(context);
    Senders senders(1 + seed % 7, 1000, seed);
    std::vector<int> out;
    std::size_t most = 0;
    while (senders.step(around.paused, 0, [&](SubscriptionId from, std::uint64_t number) {
      context.enter(from);
      reorder.push(state, context, Numbered<std::optional<int>>{number, static_cast<int>(number)},
                   [&](int&& n) { out.push_back(n); });
      most = std::max(most, state.line.held());
    })) {
    }
    EXPECT_TRUE(senders.done()) << "halted, seed " << seed;
    EXPECT_EQ(out.size(), 1000U);
    EXPECT_TRUE(std::ranges::is_sorted(out));
    EXPECT_LE(most, 16U + 7U);  // a paused stage sends nothing here: one event of each may be far ahead
    EXPECT_THAT(around.paused, IsEmpty());
  }
}

// -- in flows

SCENARIO_OF(ParallelMap, KeepsTheOrderForAnyNumberOfStagesAndAnyDemand) {
  for (const std::size_t stages : {1U, 2U, 3U, 8U}) {
    for (const Demand max : std::vector<Demand>{1, 2, 5, 64, 1000}) {
      const auto squared = one_to(300) | flow::parallel_map(square, {.stages = stages, .max_demand = max});
      EXPECT_EQ(events_of(squared, world), squares_to(300)) << stages << " stages, max_demand " << max;
    }
  }
}

SCENARIO_OF(ParallelMap, RunsInSeveralStages) {
  const auto used = std::make_shared<std::array<std::atomic<int>, 4>>();
  const auto handle =
      one_to(400) |
      flow::parallel_map(
          square, {.stages = 4,
                   .max_demand = 4,
                   .on_init = [used](std::size_t index,
                                     std::size_t count) { (*used)[index] += static_cast<int>(count); }}) |
      flow::start(world.runtime());
  EXPECT_EQ(handle.wait()->kind, flow::Outcome::Kind::completed);
  for (const auto& one : *used) EXPECT_EQ(one, 4);
}

SCENARIO_OF(ParallelMap, BehindSeveralStagesLosesNothing) {
  const auto squared =
      flow::from_ranges(std::vector{std::views::iota(1, 51), std::views::iota(51, 101)}, {.stages = 3}) |
      flow::map([](int n) { return n; }) | flow::parallel_map(square, {.stages = 4, .max_demand = 3});
  EXPECT_EQ(sorted(events_of(squared, world)), squares_to(100));
}

SCENARIO_OF(ParallelMap, WhatComesBehindItSeesTheOrder) {
  const auto pairs = one_to(10) | flow::parallel_map(square, {.stages = 3, .max_demand = 1}) |
                     flow::window::count(4) | flow::reduce(std::vector<int>{}, Append<int>{});
  EXPECT_THAT(events_of(pairs, world),
              ElementsAre(ElementsAre(1, 4, 9, 16), ElementsAre(25, 36, 49, 64), ElementsAre(81, 100)));
}

SCENARIO_OF(ParallelMap, TakesAFilterAndAGuardThatSkips) {
  const auto even = one_to(100) | flow::parallel_map(flow::filter([](int n) { return n % 2 == 0; }),
                                                     {.stages = 4, .max_demand = 2});
  const auto evens = events_of(even, world);
  EXPECT_EQ(evens.size(), 50U);
  EXPECT_TRUE(std::ranges::is_sorted(evens));

  const flow::FailureCount failures;
  const auto guarded =
      one_to(100) | flow::parallel_map(flow::guard(flow::failure::skip(failures), flow::map([](int n) {
                                                     if (n % 10 == 0) throw std::runtime_error("ten");
                                                     return n;
                                                   })),
                                       {.stages = 4, .max_demand = 2});
  const auto left = events_of(guarded, world);
  EXPECT_EQ(left.size(), 90U);
  EXPECT_TRUE(std::ranges::is_sorted(left));
  EXPECT_EQ(failures.value(), 10U);
}

SCENARIO_OF(ParallelMap, OfEventsThatOnlyMove) {
  const auto boxed = one_to(50) | flow::map([](int n) { return std::make_unique<int>(n); }) |
                     flow::parallel_map(
                         [](std::unique_ptr<int> n) {
                           *n *= *n;
                           return n;
                         },
                         {.stages = 3, .max_demand = 2}) |
                     flow::map([](const std::unique_ptr<int>& n) { return *n; });
  EXPECT_EQ(events_of(boxed, world), squares_to(50));
}

SCENARIO_OF(ParallelMap, AFunctionThatThrowsFailsTheFlow) {
  const auto flow = one_to(100) | flow::parallel_map(
                                      [](int n) {
                                        if (n == 60) throw std::runtime_error("sixty");
                                        return n;
                                      },
                                      {.stages = 4, .max_demand = 2});
  try {
    static_cast<void>(events_of(flow, world));
    ADD_FAILURE() << "the flow completed";
  } catch (const flow::FlowFailed& failure) {
    EXPECT_EQ(failure.outcome().reason, Reason("sixty"));
  }
}

SCENARIO_OF(ParallelMap, OfNothingIsNothing) {
  const auto none = flow::from(std::vector<int>{}, {.stages = 1}) | flow::parallel_map(square, {.stages = 3});
  EXPECT_THAT(events_of(none, world), IsEmpty());
}

SCENARIO_OF(ParallelMap, AConsumerThatLeavesEndsIt) {
  auto range = flow::from(std::views::iota(1), {.stages = 1}) |
               flow::parallel_map([](int n) { return n; }, {.stages = 3, .max_demand = 5}) |
               flow::to_range(world.runtime());
  std::vector<int> first;
  for (const int n : range) {
    first.push_back(n);
    if (first.size() == 20) break;
  }
  EXPECT_EQ(first.back(), 20);
  EXPECT_TRUE(std::ranges::is_sorted(first));
}

TEST(ParallelMap, ChecksItsOptions) {
  EXPECT_THROW(static_cast<void>(flow::parallel_map(square, {.stages = 0})), OptionError);
  EXPECT_THROW(static_cast<void>(flow::parallel_map(square, {.max_demand = 0})), OptionError);
}

/// Messages are late in any way: the order stays.
TEST(ParallelMap, KeepsTheOrderWhenMessagesAreLate) {
  for (std::uint64_t seed = 1; seed <= 32; ++seed) {
    Simulation runtime({.seed = seed, .delay_chance = 0.5, .delay_up_to = std::chrono::milliseconds(50)});
    const auto squared =
        one_to(500) | flow::parallel_map(square, {.stages = 5, .max_demand = 7}) | flow::to_vector(runtime);
    EXPECT_EQ(squared, squares_to(500)) << "seed " << seed;
  }
}

/// One of the stages is far slower than the others: they do not run away from it.
TEST(ParallelMap, NoStageRunsFarAheadOfTheSlowest) {
  for (std::uint64_t seed = 1; seed <= 32; ++seed) {
    Simulation runtime({.seed = seed});
    runtime.slow("slowed/work[0]", std::chrono::seconds(1));
    for (const char* const other : {"slowed/work[1]", "slowed/work[2]", "slowed/work[3]"})
      runtime.slow(other, std::chrono::milliseconds(1));
    int begun = 0;
    int ended = 0;
    int furthest = 0;
    const auto handle = flow::from(std::views::iota(0, 1000), {.stages = 1}) |
                        flow::parallel_map(
                            [&](int n) {
                              furthest = std::max(furthest, ++begun - ended);
                              return n;
                            },
                            {.stages = 4, .max_demand = 8, .name = "work"}) |
                        flow::map([&](int n) {
                          EXPECT_EQ(n, ended);
                          return ++ended;
                        }) |
                        flow::start(runtime, {.name = "slowed", .demand = DemandFlow::accumulate});
    runtime.advance(std::chrono::seconds(20));  // the slow one has started too
    handle.demand_flow(DemandFlow::forward);
    handle.wait();
    EXPECT_EQ(ended, 1000);
    EXPECT_GT(furthest, 4 * 8);
    EXPECT_LE(furthest, 8 + 4 * 3 * 8);
  }
}

}  // namespace
}  // namespace sluice::flow_tests
