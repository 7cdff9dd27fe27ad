#include <atomic>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "flow/keyed.hpp"

namespace sluice::flow_tests {
namespace {

using namespace std::chrono_literals;

constexpr auto add_one = [](int& n, const auto& /*event*/) { ++n; };
constexpr auto add = [](int& sum, int n) { sum += n; };
constexpr auto parity = [](int n) { return n % 2; };

/// A word and how often it was met, whatever is pre-aggregated.
SCENARIO_OF(CombineBy, GivesWhatPartitionAndReduceByGive) {
  static std::uint64_t seed = 0;
  ++seed;
  const std::vector parts{numbers(seed, 300, 40), numbers(seed + 1, 200, 400), numbers(seed + 2, 7, 3)};
  const auto source = flow::from_ranges(parts, {.stages = 1 + seed % 3, .max_demand = 1 + seed % 60});
  const auto key = [](int n) { return "key " + std::to_string(n % 30); };
  const auto plain = source | flow::partition(key, {.stages = 2}) | flow::reduce_by(key, 0, add);
  const auto expected = as_map(events_of(plain, world));
  for (const std::size_t hold : {1U, 3U, 10U, 8192U}) {
    const auto combined =
        source | flow::combine_by(key, 0, add, add, {.stages = 1 + hold % 3}, {.hold_keys = hold});
    EXPECT_EQ(as_map(events_of(combined, world)), expected) << "hold_keys " << hold;
  }
}

SCENARIO_OF(CombineBy, SendsEachKeyOncePerStageAndStretch) {
  const auto merges = std::make_shared<std::atomic<int>>(0);
  const auto merge = [merges](int& sum, int more) {
    ++*merges;
    sum += more;
  };
  const auto total = [&](std::size_t hold) {
    const auto sums =
        flow::from(std::views::iota(0, 1000), {.stages = 1}) |
        flow::combine_by([](int n) { return n % 4; }, 0, add, merge, {.stages = 1}, {.hold_keys = hold});
    int all = 0;
    for (const auto& [key, sum] : events_of(sums, world)) all += sum;
    return all;
  };
  EXPECT_EQ(total(100), 499'500);
  EXPECT_EQ(*merges, 0);  // one stretch: each key crosses once
  EXPECT_EQ(total(2), 499'500);
  EXPECT_EQ(*merges, 996);  // two of four keys in turn: nothing to be gained
}

SCENARIO_OF(CombineBy, CountsWordsThatAreViewsOfTheirLine) {
  const std::vector<std::string> lines{"to be or", "not to be"};
  const auto words = [](const std::string& line) {
    std::vector<std::string_view> all;
    std::string_view left = line;
    while (!left.empty()) {
      all.push_back(left.substr(0, left.find(' ')));
      left.remove_prefix(std::min(left.size(), all.back().size() + 1));
    }
    return all;
  };
  const auto counts = flow::from(lines, {.stages = 2}) | flow::flat_map(words) |
                      flow::count_by(std::identity{}, {.stages = 2});
  EXPECT_THAT(sorted(events_of(counts, world)),
              ElementsAre(Pair(std::string("be"), 2), Pair("not", 1), Pair("or", 1), Pair("to", 2)));
}

SCENARIO_OF(CombineBy, HandsOnWhatItHoldsInTime) {
  Driven<int, std::pair<int, int>> fed(world, [](auto source) {
    return std::move(source) | flow::combine_by(std::identity{}, 0, add, add, {.stages = 1},
                                                {.hold_for = 250ms,
                                                 .trigger = flow::periodically(100ms),
                                                 .after_trigger = flow::AfterTrigger::forget});
  });
  fed.push({1, 1});
  world.advance(210ms);
  EXPECT_THAT(fed.take(), IsEmpty());
  world.advance(100ms);
  EXPECT_THAT(fed.take(), ElementsAre(Pair(1, 2)));
  fed.push({1});
  world.advance(400ms);
  EXPECT_THAT(fed.take(), ElementsAre(Pair(1, 1)));
  fed.push({2});
  fed.end();
  EXPECT_THAT(fed.take(), ElementsAre(Pair(2, 2)));
}

SCENARIO_OF(CombineBy, EmitsNothingWhenItsSourceFails) {
  const auto emitted = std::make_shared<std::atomic<int>>(0);
  const auto sums = flow::from(std::views::iota(0, 100), {.stages = 1}) | flow::map([](int n) {
                      if (n == 60) throw std::runtime_error("sixty");
                      return n;
                    }) |
                    flow::combine_by(parity, 0, add, add, {.stages = 2}, {.hold_keys = 1}) |
                    flow::map([emitted](std::pair<int, int> one) {
                      ++*emitted;
                      return one;
                    });
  EXPECT_THAT(failure_of(sums, world), HasSubstr("sixty"));
  EXPECT_EQ(*emitted, 0);
}

SCENARIO_OF(CombineBy, FailsTheFlowByNameWhenThereAreMoreKeysThanMaxKeys) {
  const auto counts = flow::from(std::views::iota(0, 10), {.stages = 1}) |
                      flow::count_by(std::identity{}, {.stages = 1}, {.name = "words", .max_keys = 9});
  EXPECT_THAT(failure_of(counts, world),
              HasSubstr("combine_by \"words\": another key came, and it holds 9 already; max_keys is 9"));
}

SCENARIO_OF(CombineBy, TakesAllNansForOneKeyInOnePartition) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto counts = flow::from(std::vector{nan, -nan, nan}, {.stages = 2}) |
                      flow::count_by(std::identity{}, {.stages = 3}, {.hold_keys = 1});
  const auto all = events_of(counts, world);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].second, 3U);
}

SCENARIO_OF(CombineBy, WorksBehindAReduce) {
  const auto counts = flow::from(std::vector{1, 2, 2, 3}, {.stages = 1}) |
                      flow::reduce_by(std::identity{}, 0, add_one) |
                      flow::count_by(flow::element<1>, {.stages = 2});
  EXPECT_THAT(sorted(events_of(counts, world)), ElementsAre(Pair(1, 2), Pair(2, 1)));
}

TEST(CombineBy, SaysWhatIsWrongWithItsOptions) {
  const auto with = [](flow::CombineOptions options) {
    return problem_of([&] { return flow::count_by(parity, {}, options); });
  };
  EXPECT_EQ(with({.hold_keys = 0}), "hold_keys: must be at least 1, got 0");
  EXPECT_EQ(with({.hold_for = 0ms}), "hold_for: must be positive, got 0ns");
  EXPECT_EQ(with({.max_keys = 0}), "max_keys: must be at least 1, got 0");
  EXPECT_EQ(with({.expire_after = 50ms}),
            "expire_after: must be at least hold_for = 100000000ns, got 50000000ns");
  EXPECT_EQ(with({.trigger = flow::every(3)}),
            "trigger: counts events, which combine_by has folded before; use periodically, got every(3)");
  EXPECT_EQ(problem_of([] { return flow::count_by(parity, {.stages = 0}); }),
            "stages: must be at least 1, got 0");
}

}  // namespace
}  // namespace sluice::flow_tests
