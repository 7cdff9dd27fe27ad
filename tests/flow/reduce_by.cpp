#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "flow/keyed.hpp"

namespace sluice::flow_tests {
namespace {

using namespace std::chrono_literals;

constexpr auto add_one = [](int& n, const auto& /*event*/) { ++n; };
constexpr auto add = [](int& sum, int n) { sum += n; };
constexpr auto parity = [](int n) { return n % 2; };

SCENARIO_OF(ReduceBy, EmitsAPairForEachKey) {
  const auto sums = flow::from(std::views::iota(1, 101), {.stages = 1}) |
                    flow::partition(parity, {.stages = 3}) | flow::reduce_by(parity, 0, add);
  EXPECT_THAT(sorted(events_of(sums, world)), ElementsAre(Pair(0, 2550), Pair(1, 2500)));
}

SCENARIO_OF(ReduceBy, BeginsAnewInEachWindow) {
  const auto counts = flow::from(std::vector{1, 1, 2, 2, 2}, {.stages = 1}) | flow::window::count(3) |
                      flow::reduce_by(std::identity{}, 0, add_one);
  const auto all = events_of(counts, world);
  EXPECT_THAT(all, UnorderedElementsAre(Pair(1, 2), Pair(2, 1), Pair(2, 2)));
}

SCENARIO_OF(ReduceBy, KeepsOrForgetsItsKeysAtATrigger) {
  const auto counts = [](flow::AfterTrigger after) {
    return flow::from(std::vector{1, 1, 2, 1}, {.stages = 1}) |
           flow::window::global({.trigger = flow::every(2)}) |
           flow::reduce_by(std::identity{}, 0, add_one, {.after_trigger = after});
  };
  EXPECT_THAT(events_of(counts(flow::AfterTrigger::keep), world),
              UnorderedElementsAre(Pair(1, 2), Pair(1, 3), Pair(2, 1), Pair(1, 3), Pair(2, 1)));
  EXPECT_THAT(events_of(counts(flow::AfterTrigger::forget), world),
              UnorderedElementsAre(Pair(1, 2), Pair(1, 1), Pair(2, 1)));
}

SCENARIO_OF(ReduceBy, FailsTheFlowByNameWhenThereAreMoreKeysThanMaxKeys) {
  const auto counts = flow::from(std::views::iota(0, 10), {.stages = 1}) |
                      flow::reduce_by(std::identity{}, 0, add_one, {.name = "hosts", .max_keys = 3});
  EXPECT_THAT(failure_of(counts, world),
              HasSubstr("reduce_by \"hosts\": another key came, and it holds 3 already; max_keys is 3"));
}

SCENARIO_OF(ReduceBy, FailsTheFlowWhenItHoldsMoreThanMaxBytes) {
  const auto lists = flow::from(std::views::iota(0, 10'000), {.stages = 1}) |
                     flow::reduce_by(parity, std::vector<int>(), Append<int>(), {.max_bytes = 10'000});
  EXPECT_THAT(failure_of(lists, world), HasSubstr("bytes in 2 keys; max_bytes is 10000"));
}

SCENARIO_OF(ReduceBy, TakesAllNansForOneKey) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto counts = flow::from(std::vector{nan, 1.0, -nan, nan}, {.stages = 1}) |
                      flow::partition({.stages = 2}) | flow::reduce_by(std::identity{}, 0, add_one);
  const auto all = events_of(counts, world);
  ASSERT_EQ(all.size(), 2U);
  for (const auto& [key, count] : all) EXPECT_EQ(count, std::isnan(key) ? 3 : 1);
}

/// Throws when it is hashed, or compared.
struct Bad {
  int number;
  friend bool operator==(const Bad& a, const Bad& b) {
    if (a.number < 0 || b.number < 0) throw std::runtime_error("not comparable");
    return a.number == b.number;
  }
};

}  // namespace
}  // namespace sluice::flow_tests

template <>
struct sluice::Hash<sluice::flow_tests::Bad> {
  std::uint64_t operator()(const sluice::flow_tests::Bad& key) const {
    if (key.number == 7) throw std::runtime_error("not hashable");
    return 1;
  }
};

namespace sluice::flow_tests {
namespace {

SCENARIO_OF(ReduceBy, FailsTheFlowWhenAKeyCannotBeHashedOrCompared) {
  const auto counts = [](int bad) {
    return flow::from(std::vector{1, 2, bad, 3}, {.stages = 1}) |
           flow::reduce_by([](int n) { return Bad{n}; }, 0, add_one);
  };
  EXPECT_EQ(events_of(counts(4), world).size(), 4U);
  EXPECT_THAT(failure_of(counts(7), world), HasSubstr("not hashable"));
  EXPECT_THAT(failure_of(counts(-1), world), HasSubstr("not comparable"));
}

SCENARIO_OF(ReduceBy, FailsTheFlowWhenItsFunctionThrows) {
  const auto sums =
      flow::from(std::views::iota(0, 10), {.stages = 1}) | flow::reduce_by(parity, 0, [](int& sum, int n) {
        if (n == 5) throw std::runtime_error("five");
        sum += n;
      });
  EXPECT_THAT(failure_of(sums, world), HasSubstr("five"));
}

SCENARIO_OF(ReduceBy, MovesAccumulatorsThatCannotBeCopied) {
  const auto sums =
      flow::from(std::views::iota(0, 10), {.stages = 1}) |
      flow::reduce_by(
          parity, [] { return std::make_unique<int>(0); },
          [](std::unique_ptr<int>& sum, int n) { *sum += n; }) |
      flow::map([](std::pair<int, std::unique_ptr<int>> one) { return std::pair(one.first, *one.second); });
  EXPECT_THAT(sorted(events_of(sums, world)), ElementsAre(Pair(0, 20), Pair(1, 25)));
}

SCENARIO_OF(ReduceBy, EmitsAKeyThatExpiresAndBeginsItAnew) {
  Driven<int, std::pair<int, int>> fed(world, [](auto source) {
    return std::move(source) | flow::reduce_by(std::identity{}, 0, add_one, {.expire_after = 100ms});
  });
  fed.push({1, 1, 2});
  world.advance(60ms);
  fed.push({2});
  EXPECT_THAT(fed.take(), IsEmpty());
  world.advance(40ms);
  EXPECT_THAT(fed.take(), ElementsAre(Pair(1, 2)));
  fed.push({1});
  world.advance(60ms);
  EXPECT_THAT(fed.take(), ElementsAre(Pair(2, 2)));
  fed.end();
  EXPECT_THAT(fed.take(), ElementsAre(Pair(1, 1)));
  EXPECT_EQ(fed.wait()->kind, flow::Outcome::Kind::completed);
}

SCENARIO_OF(ReduceBy, ExpiresByCreationHoweverMuchAKeyIsUsed) {
  Driven<int, std::pair<int, int>> fed(world, [](auto source) {
    return std::move(source) | flow::reduce_by(std::identity{}, 0, add_one,
                                               {.expire_after = 100ms, .expire = flow::Expire::by_creation});
  });
  for (int i = 0; i != 4; ++i) {
    fed.push({1});
    world.advance(30ms);
  }
  EXPECT_THAT(fed.take(), ElementsAre(Pair(1, 4)));
}

SCENARIO_OF(ReduceBy, MakesRoomForNewKeysWhenOldOnesExpire) {
  Driven<int, std::pair<int, int>> fed(world, [](auto source) {
    return std::move(source) |
           flow::reduce_by(std::identity{}, 0, add_one, {.max_keys = 2, .expire_after = 100ms});
  });
  for (int key = 0; key != 6; key += 2) {
    fed.push({key, key + 1});
    world.advance(100ms);
  }
  fed.end();
  EXPECT_EQ(fed.take().size(), 6U);
  EXPECT_EQ(fed.wait()->kind, flow::Outcome::Kind::completed);
}

TEST(ReduceBy, SaysWhatIsWrongWithItsOptions) {
  const auto with = [](flow::ReduceByOptions<int> options) {
    return problem_of([&] { return flow::reduce_by(parity, 0, add, options); });
  };
  EXPECT_EQ(with({.max_keys = 0}), "max_keys: must be at least 1, got 0");
  EXPECT_EQ(with({.max_bytes = 0}), "max_bytes: must be at least 1, got 0");
  EXPECT_EQ(with({.expire_after = -1ms}), "expire_after: must be positive, got -1000000ns");
}

}  // namespace
}  // namespace sluice::flow_tests
