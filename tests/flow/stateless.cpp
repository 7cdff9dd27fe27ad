#include <atomic>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "flow/flow.hpp"

namespace sluice::flow_tests {
namespace {

[[nodiscard]] auto two_ranges() {
  return flow::from_ranges(std::vector{std::vector{1, 2, 3}, std::vector{4, 5, 6}}, {.stages = 2});
}
[[nodiscard]] bool even(int n) { return n % 2 == 0; }

SCENARIO(FL_018_FilterAndReject) {
  EXPECT_THAT(sorted(events_of(two_ranges() | flow::filter(even), world)), ElementsAre(2, 4, 6));
  EXPECT_THAT(sorted(events_of(two_ranges() | flow::reject(even), world)), ElementsAre(1, 3, 5));
}

SCENARIO(FL_019_FlatMapEmitsEachElement) {
  const auto twice = flow::flat_map([](int n) { return std::vector{n, n}; });
  EXPECT_THAT(sorted(events_of(two_ranges() | twice, world)),
              ElementsAre(1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6));
}

SCENARIO(FL_020_MapEmitsOneForEach) {
  EXPECT_THAT(sorted(events_of(two_ranges() | flow::map([](int n) { return 2 * n; }), world)),
              ElementsAre(2, 4, 6, 8, 10, 12));
}

SCENARIO(FL_021_OperatorsRunInTheirOrder) {
  const auto changed = two_ranges() | flow::filter(even) | flow::map([](int n) { return n + 1; }) |
                       flow::map([](int n) { return n * 2; });
  EXPECT_THAT(sorted(events_of(changed, world)), ElementsAre(6, 10, 14));
}

SCENARIO(FL_022_MapBatchTakesWholeBatches) {
  const auto sums = two_ranges() | flow::map_batch([](const std::vector<int>& batch) {
                      return std::vector{std::accumulate(batch.begin(), batch.end(), 0)};
                    });
  EXPECT_THAT(sorted(events_of(sums, world)), ElementsAre(6, 15));
  const auto doubled = sums | flow::map([](int n) { return 2 * n; });
  EXPECT_THAT(sorted(events_of(doubled, world)), ElementsAre(12, 30));
}

SCENARIO_OF(MapBatch, SeveralRunInTheirOrderBeforeAWindow) {
  const auto reversed = flow::map_batch([](std::vector<int> batch) {
    std::ranges::reverse(batch);
    return batch;
  });
  const auto first_two =
      flow::map_batch([](std::vector<int> batch) { return std::vector(batch.begin(), batch.begin() + 2); });
  const auto numbers = flow::from(std::vector{1, 2, 3}, {.stages = 1});
  EXPECT_THAT(events_of(numbers | reversed | first_two, world), ElementsAre(3, 2));
  EXPECT_THAT(events_of(numbers | first_two | reversed, world), ElementsAre(2, 1));
  EXPECT_THAT(events_of(numbers | reversed | flow::window::count(2) | flow::reduce(0, std::plus{}), world),
              ElementsAre(5, 1));
}

SCENARIO_OF(MapBatch, NoBatchIsEmpty) {
  const auto none = flow::map_batch([](const std::vector<int>&) { return std::vector<int>{}; });
  const auto front = flow::map_batch([](const std::vector<int>& batch) { return std::vector{batch.at(0)}; });
  EXPECT_THAT(events_of(two_ranges() | none | front, world), IsEmpty());
}

SCENARIO(FL_094_MapBatchWorksBeforeAFixedWindow) {
  const auto doubled = flow::map_batch([](std::vector<int> batch) {
    for (int& ms : batch) ms *= 2;
    return batch;
  });
  const auto at = [](int ms) { return flow::EventTime(std::chrono::milliseconds(ms)); };
  const auto sums = flow::from(std::vector{0, 100, 600, 700}, {.stages = 1}) | doubled |
                    flow::window::fixed(std::chrono::seconds(1), at) | flow::reduce(0, std::plus{});
  EXPECT_THAT(events_of(sums, world), ElementsAre(200, 2600));
}

SCENARIO(FL_024_MapValuesKeepsTheKeys) {
  const std::vector<std::pair<std::string, int>> entries = {{"a", 1}, {"b", 2}};
  const auto tripled = flow::from(entries, {.stages = 1}) | flow::map_values([](int n) { return 3 * n; });
  EXPECT_THAT(events_of(tripled, world), ElementsAre(::testing::Pair("a", 3), ::testing::Pair("b", 6)));
}

SCENARIO_OF(Each, PassesEventsOnUnchanged) {
  const auto sum = std::make_shared<std::atomic<int>>(0);
  const auto numbers = two_ranges() | flow::each([sum](int n) { *sum += n; });
  EXPECT_THAT(sorted(events_of(numbers, world)), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(*sum, 21);
}

SCENARIO(FL_025_ADescriptionRunsAnyNumberOfTimes) {
  const auto doubled = two_ranges() | flow::map([](int n) { return 2 * n; });
  const auto first = sorted(events_of(doubled, world));
  EXPECT_EQ(sorted(events_of(doubled, world)), first);
  EXPECT_THAT(first, ElementsAre(2, 4, 6, 8, 10, 12));
}

SCENARIO(FL_030_OneStageInEveryLayerKeepsTheOrder) {
  const auto numbers =
      flow::from(std::views::iota(1, 2001), {.stages = 1}) | flow::map([](int n) { return n; });
  const auto all = events_of(numbers, world);
  EXPECT_EQ(all.size(), 2000U);
  EXPECT_TRUE(std::ranges::is_sorted(all));
}

SCENARIO(FL_060_TheSizeOfBatchesDoesNotChangeWhatTriggersSee) {
  for (const Demand max : {Demand{1000}, Demand{5}}) {
    const auto sums = flow::from(std::views::iota(1, 101), {.stages = 1, .max_demand = max}) |
                      flow::window::global({.trigger = flow::every(10)}) | flow::reduce(0, std::plus{});
    EXPECT_THAT(events_of(sums, world),
                ElementsAre(55, 210, 465, 820, 1275, 1830, 2485, 3240, 4095, 5050, 5050));
  }
}

}  // namespace
}  // namespace sluice::flow_tests
