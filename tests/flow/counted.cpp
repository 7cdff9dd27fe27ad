#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>

#include "flow/keyed.hpp"

namespace sluice::flow_tests {
namespace {

using namespace std::chrono_literals;
using List = std::vector<int>;

auto source(List list) { return flow::from(std::move(list), {.stages = 1}); }

// -- scan

SCENARIO_OF(Scan, EmitsTheAccumulatorAfterEachEvent) {
  EXPECT_THAT(events_of(source({1, 2, 3, 4}) | flow::scan(0, std::plus{}), world), ElementsAre(1, 3, 6, 10));
}

SCENARIO_OF(Scan, BeginsAnewInEachWindow) {
  const auto sums = source({1, 2, 3, 4, 5}) | flow::window::count(2) |
                    flow::scan([] { return 10; }, [](int& sum, int n) { sum += n; });
  EXPECT_THAT(events_of(sums, world), ElementsAre(11, 13, 13, 17, 15));
}

SCENARIO_OF(Scan, FailsTheFlowWhenItsFunctionThrows) {
  const auto sums = source({1, 2, 3}) | flow::scan(0, [](int& sum, int n) {
                      if (n == 3) throw std::runtime_error("three");
                      sum += n;
                    });
  EXPECT_THAT(failure_of(sums, world), HasSubstr("three"));
}

// -- chunk

SCENARIO_OF(Chunk, HoldsSoManyEventsAndTheRestInTheLast) {
  EXPECT_THAT(events_of(source({1, 2, 3, 4, 5}) | flow::chunk(2), world),
              ElementsAre(List{1, 2}, List{3, 4}, List{5}));
  EXPECT_THAT(events_of(source({1, 2}) | flow::chunk(2), world), ElementsAre(List{1, 2}));
  EXPECT_THAT(events_of(source({}) | flow::chunk(2), world), IsEmpty());
}

SCENARIO_OF(Chunk, EndsWithItsWindowButNotAtItsTriggers) {
  const auto chunks =
      source({1, 2, 3, 4, 5}) | flow::window::count(3, {.trigger = flow::every(1)}) | flow::chunk(2);
  EXPECT_THAT(events_of(chunks, world), ElementsAre(List{1, 2}, List{3}, List{4, 5}));
}

SCENARIO_OF(Chunk, IsCompleteWithinItsTime) {
  Driven<int, List> fed(
      world, [](auto flow) { return std::move(flow) | flow::chunk({.size = 3, .within = 100ms}); });
  fed.push({1, 2});
  world.advance(60ms);
  EXPECT_THAT(fed.take(), IsEmpty());
  fed.push({3, 4});
  EXPECT_THAT(fed.take(), ElementsAre(List{1, 2, 3}));
  world.advance(60ms);  // the first chunk's time is over, not that of 4
  EXPECT_THAT(fed.take(), IsEmpty());
  world.advance(40ms);
  EXPECT_THAT(fed.take(), ElementsAre(List{4}));
  world.advance(1s);
  EXPECT_THAT(fed.take(), IsEmpty());
  fed.push({5});
  fed.end();
  EXPECT_THAT(fed.take(), ElementsAre(List{5}));
  EXPECT_EQ(fed.wait()->kind, flow::Outcome::Kind::completed);
}

/// Two operators of one stage wait for times of their own.
SCENARIO_OF(Chunk, WaitsBesidesOthersThatWait) {
  Driven<int, std::vector<List>> fed(world, [](auto flow) {
    return std::move(flow) | flow::chunk({.within = 30ms}) | flow::chunk({.within = 100ms});
  });
  fed.push({1});
  world.advance(30ms);
  fed.push({2});
  world.advance(30ms);
  EXPECT_THAT(fed.take(), IsEmpty());
  world.advance(70ms);
  EXPECT_THAT(fed.take(), ElementsAre(std::vector{List{1}, List{2}}));
}

SCENARIO_OF(Chunk, LosesNothingAndKeepsTheOrder) {
  static std::uint64_t seed = 0;
  ++seed;
  const List all = numbers(seed, 500, 10);
  const std::size_t size = 1 + seed % 17;
  const std::uint64_t limit = 1 + seed % 23;
  const auto source = flow::from(all, {.stages = 1, .max_demand = 1 + seed % 40});
  const auto chunks =
      events_of(source | flow::chunk_by_weight(limit, std::identity{}, {.size = size}), world);
  List again;
  for (std::size_t i = 0; i != chunks.size(); ++i) {
    const List& chunk = chunks[i];
    const auto weight = std::accumulate(chunk.begin(), chunk.end(), std::uint64_t{0});
    ASSERT_TRUE(chunk.size() <= size && !chunk.empty());
    ASSERT_TRUE(weight <= limit || chunk.size() == 1);
    if (i + 1 != chunks.size()) {  // as full as may be
      ASSERT_TRUE(chunk.size() == size ||
                  weight + static_cast<std::uint64_t>(chunks[i + 1].front()) > limit || weight >= limit);
    }
    again.insert(again.end(), chunk.begin(), chunk.end());
  }
  EXPECT_EQ(again, all);
}

SCENARIO_OF(Chunk, GivesAnEventThatIsTooHeavyAChunkOfItsOwn) {
  const auto chunks = source({2, 3, 99, 1, 5, 5}) | flow::chunk_by_weight(5, std::identity{});
  EXPECT_THAT(events_of(chunks, world), ElementsAre(List{2, 3}, List{99}, List{1}, List{5}, List{5}));
}

SCENARIO_OF(Chunk, TakesWeightsUpToTheLargestNumber) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const auto chunks = source({1, 2, 3}) | flow::chunk_by_weight(most, [](int) { return most - 1; });
  EXPECT_THAT(events_of(chunks, world), ElementsAre(List{1}, List{2}, List{3}));
}

SCENARIO_OF(Chunk, FailsTheFlowForANegativeWeight) {
  EXPECT_THAT(failure_of(source({1, -2}) | flow::chunk_by_weight(5, std::identity{}), world),
              HasSubstr("chunk_by_weight: an event weighs -2, less than 0"));
}

SCENARIO_OF(Chunk, MovesEventsThatCannotBeCopied) {
  const auto sizes = source({1, 2, 3}) | flow::map([](int n) { return std::make_unique<int>(n); }) |
                     flow::chunk(2) |
                     flow::map([](std::vector<std::unique_ptr<int>> list) { return list.size(); });
  EXPECT_THAT(events_of(sizes, world), ElementsAre(2, 1));
}

TEST(Chunk, SaysWhatIsWrongWithItsOptions) {
  EXPECT_EQ(problem_of([] { return flow::chunk(0); }), "size: must be at least 1, got 0");
  EXPECT_EQ(problem_of([] { return flow::chunk({.within = 0ms}); }), "within: must be positive, got 0ns");
  EXPECT_THAT(problem_of([] { return flow::chunk(flow::ChunkOptions{}); }),
              HasSubstr("size: or within must be given"));
  EXPECT_EQ(problem_of([] { return flow::chunk_by_weight(0, std::identity{}); }),
            "limit: must be at least 1, got 0");
}

// -- top_k

SCENARIO_OF(TopK, EmitsOneListOfTheGreatest) {
  EXPECT_THAT(events_of(source({5, 3, 9, 1, 7}) | flow::top_k(3), world), ElementsAre(List{9, 7, 5}));
  EXPECT_THAT(events_of(source({5, 3, 9, 1, 7}) | flow::top_k(3, std::greater{}), world),
              ElementsAre(List{1, 3, 5}));
  EXPECT_THAT(events_of(source({2, 1}) | flow::top_k(3), world), ElementsAre(List{2, 1}));
  EXPECT_THAT(events_of(source({}) | flow::top_k(3), world), ElementsAre(List{}));
}

SCENARIO_OF(TopK, EmitsAListAtEachTrigger) {
  const auto lists =
      source({1, 5, 3, 4}) | flow::window::global({.trigger = flow::every(2)}) | flow::top_k(2);
  EXPECT_THAT(events_of(lists, world), ElementsAre(List{5, 1}, List{5, 4}, List{5, 4}));
}

SCENARIO_OF(TopK, BeginsAnewAfterATriggerWhenItForgets) {
  const auto lists = source({1, 5, 3, 4}) | flow::window::global({.trigger = flow::every(2)}) |
                     flow::top_k(2, std::less{}, {.after_trigger = flow::AfterTrigger::forget});
  EXPECT_THAT(events_of(lists, world), ElementsAre(List{5, 1}, List{4, 3}, List{}));
}

SCENARIO_OF(TopK, StandsBehindAKeyedReduceInItsLayer) {
  const auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto counts = source({1, 2, 2, 3, 3, 3}) | flow::window::global({.trigger = flow::every(3)}) |
                      flow::reduce_by(std::identity{}, 0, [](int& n, int) { ++n; }) |
                      flow::top_k(1, fewer, {.after_trigger = flow::AfterTrigger::forget});
  using Pairs = std::vector<std::pair<int, int>>;
  EXPECT_THAT(events_of(counts, world), ElementsAre(Pairs{{2, 2}}, Pairs{{3, 3}}, Pairs{{3, 3}}));
}

SCENARIO_OF(TopK, IsTheBeginningOfAStableSort) {
  static std::uint64_t seed = 0;
  ++seed;
  std::vector<std::pair<int, int>> all;
  for (const int n : numbers(seed, 200, 30)) all.emplace_back(n, static_cast<int>(all.size()));
  const auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
  const std::size_t k = 1 + seed * 7 % 60;
  const auto lists = events_of(flow::from(all, {.stages = 1}) | flow::top_k(k, less), world);
  std::ranges::sort(all, [](const auto& a, const auto& b) {  // the second of a pair is its place
    return std::pair(-a.first, a.second) < std::pair(-b.first, b.second);
  });
  all.resize(k);
  EXPECT_THAT(lists, ElementsAre(all));
}

SCENARIO_OF(TopK, IsOneListOfAllStagesBehindOneMore) {
  const auto lists = flow::from(std::views::iota(0, 100), {.stages = 1}) |
                     flow::shuffle({.stages = 4, .max_demand = 7}) | flow::top_k(3) |
                     flow::shuffle({.stages = 1}) | flow::flatten() | flow::top_k(3);
  EXPECT_THAT(events_of(lists, world), ElementsAre(List{99, 98, 97}));
}

SCENARIO_OF(TopK, SurvivesNans) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto lists = flow::from(std::vector{nan, 1.0, nan, 2.0, nan, 3.0}, {.stages = 1}) | flow::top_k(2);
  const auto all = events_of(lists, world);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].size(), 2U);
}

TEST(TopK, NeedsRoomForOne) {
  EXPECT_EQ(problem_of([] { return flow::top_k(0); }), "k: must be at least 1, got 0");
}

}  // namespace
}  // namespace sluice::flow_tests
