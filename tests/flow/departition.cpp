#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "flow/flow.hpp"

namespace sluice::flow_tests {
namespace {

using conformance::World;
using flow::Emit;
using flow::Trigger;
using flow::WindowId;
using flow::WindowKind;
using ::testing::HasSubstr;

[[nodiscard]] auto by_parity() {
  return flow::partition(flow::route([](int n) { return std::optional<std::size_t>(n % 2 == 0 ? 0 : 1); }),
                         {.stages = 2});
}
[[nodiscard]] auto parted(int last) { return flow::from(std::views::iota(1, last + 1)) | by_parity(); }
[[nodiscard]] auto sum() { return flow::reduce(0, std::plus{}); }
/// Emits the sum and begins anew, at every trigger.
[[nodiscard]] auto reset() {
  return flow::on_trigger([](int& acc, const Trigger&, Emit<int>& out) { out(std::exchange(acc, 0)); });
}
[[nodiscard]] auto every_two() { return flow::window::global({.trigger = flow::every(2)}); }

/// All that came, sorted.
[[nodiscard]] auto collect() { return flow::departition(std::vector<int>{}, Append<int>{}, sorted<int>); }
/// The same, and of which window.
using OfWindow = std::pair<WindowId, std::vector<int>>;
[[nodiscard]] auto collect_windows() {
  return flow::departition(std::vector<int>{}, Append<int>{},
                           [](std::vector<int> all, WindowId id) { return OfWindow(id, sorted(all)); });
}
[[nodiscard]] WindowId counted(std::int64_t number) { return {WindowKind::count, number}; }

SCENARIO(FL_096_DepartitionBringsAllPartitionsTogether) {
  const auto by_four = flow::route([](int n) { return std::optional<std::size_t>(n % 4); });
  const auto sums =
      flow::from(std::views::iota(1, 11)) | flow::partition(by_four, {.stages = 4}) | sum() | collect();
  EXPECT_THAT(events_of(sums, world), ElementsAre(ElementsAre(10, 12, 15, 18)));
}

SCENARIO(FL_097_DoneMayAskForTheWindow) {
  const auto by_four = flow::route([](int n) { return std::optional<std::size_t>(n % 4); });
  const auto sums = flow::from(std::views::iota(1, 11)) | flow::partition(by_four, {.stages = 4}) | sum() |
                    collect_windows();
  EXPECT_THAT(events_of(sums, world), ElementsAre(OfWindow(WindowId{}, {10, 12, 15, 18})));
}

SCENARIO(FL_098_EveryTriggerIsMerged) {
  EXPECT_THAT(events_of(parted(8) | every_two() | sum() | collect_windows(), world),
              ElementsAre(OfWindow(WindowId{}, {4, 6, 16, 16, 20, 20})));
}

SCENARIO(FL_099_WhatIsResetAtTriggersIsMergedByAddition) {
  const auto total =
      parted(8) | every_two() | sum() | reset() | flow::departition(0, std::plus{}, std::identity{});
  EXPECT_THAT(events_of(total, world), ElementsAre(36));
}

SCENARIO(FL_100_EachWindowIsDoneByItself) {
  using Sum = std::pair<WindowId, int>;
  const auto sums = parted(8) | flow::window::count(2) | sum() |
                    flow::departition(0, std::plus{}, [](int all, WindowId id) { return Sum(id, all); });
  EXPECT_THAT(events_of(sums, world),
              ElementsAre(Sum(counted(0), 10), Sum(counted(1), 26), Sum(counted(2), 0)));
}

SCENARIO(FL_102_OperatorsBehindRunInTheSameStage) {
  const auto last = [](std::vector<int> all) { return all.back(); };
  const auto largest = parted(8) | sum() | collect() | flow::map(last);
  EXPECT_THAT(events_of(largest, world), ElementsAre(20));
  world.settle();
  const auto before = world->stage_count();
  const auto handle = largest | flow::start(world.runtime(), {.demand = DemandFlow::accumulate});
  EXPECT_EQ(world->stage_count() - before, 1U + 1U + 2U + 1U);  // coordinator, source, partitions, this one
  handle.stop();

  const auto plain = flow::departition(std::vector<int>{}, Append<int>{}, std::identity{});
  const auto lengths =
      parted(8) | sum() | plain |
      flow::reduce(0, [](int& all, const std::vector<int>& list) { all += static_cast<int>(list.size()); });
  EXPECT_THAT(events_of(lengths, world), ElementsAre(2));
}

SCENARIO(FL_103_AWindowInWhichNobodyEmitsHasNoResult) {
  const auto silent = flow::on_trigger([](int&, const Trigger&, Emit<int>&) {});
  EXPECT_THAT(events_of(parted(8) | sum() | silent | collect(), world), IsEmpty());
  EXPECT_THAT(events_of(parted(8) | sum() | flow::emit(flow::nothing) | collect(), world), IsEmpty());
}

SCENARIO(FL_104_APartitionThatEmitsTwiceIsDoneOnce) {
  const auto twice = flow::on_trigger([](int& acc, const Trigger&, Emit<int>& out) {
    out(acc);
    out(10 * acc);
  });
  EXPECT_THAT(events_of(parted(4) | sum() | twice | collect(), world),
              ElementsAre(ElementsAre(4, 6, 40, 60)));
}

SCENARIO(FL_105_WhatIsEmittedBetweenTriggersGoesAlong) {
  const auto tens = flow::emit_and_reduce(0, [](int& acc, int n, Emit<int>& out) {
    acc += n;
    out(10 * n);
  });
  EXPECT_THAT(events_of(parted(4) | tens | collect(), world), ElementsAre(ElementsAre(4, 6, 10, 20, 30, 40)));
}

SCENARIO(FL_106_DoneIsCalledWhereNobodyReads) {
  std::atomic<int> total = 0;
  const auto told =
      parted(8) | sum() | flow::departition(0, std::plus{}, [&](int all) { return total = all; });
  const auto handle = told | flow::start(world.runtime());
  EXPECT_EQ(handle.wait(), flow::Outcome{});
  EXPECT_EQ(total, 36);
}

// -- windows that are not everywhere

SCENARIO_OF(Departition, AWindowThatSomebodyNeverHadIsCompleteAtTheEnd) {
  const auto to_second = flow::route([](int) { return std::optional<std::size_t>(1); });
  const auto sums = flow::from(std::views::iota(1, 11)) | flow::partition(to_second, {.stages = 2}) |
                    flow::window::count(3) | sum() | collect_windows();
  EXPECT_THAT(events_of(sums, world), ElementsAre(OfWindow(counted(0), {0, 6}), OfWindow(counted(1), {15}),
                                                  OfWindow(counted(2), {24}), OfWindow(counted(3), {10})));
}

SCENARIO_OF(Departition, AWindowIsHandedOnBeforeTheEnd) {
  auto endless = flow::from(std::views::iota(1)) | by_parity() | flow::window::count(2) | sum() | collect() |
                 flow::to_range(world.runtime());
  std::vector<std::vector<int>> first;
  for (const auto& sums : endless) {
    first.push_back(sums);
    if (first.size() == 2) break;
  }
  EXPECT_THAT(first, ElementsAre(ElementsAre(4, 6), ElementsAre(12, 14)));
}

SCENARIO_OF(Departition, AWindowBehindIt) {
  const auto pairs = parted(8) | flow::window::count(1) | sum() | reset() |
                     flow::departition(0, std::plus{}, std::identity{}) | flow::window::count(2) |
                     flow::reduce(std::vector<int>{}, Append<int>{});
  EXPECT_THAT(events_of(pairs, world), ElementsAre(ElementsAre(3, 7), ElementsAre(11, 15), ElementsAre(0)));
}

SCENARIO_OF(Departition, WhatIsCompleteAtTheEndGoesIntoAWindowBehindIt) {
  const auto counts = parted(8) | sum() | collect() | flow::window::count(3) |
                      flow::reduce(0, [](int& all, const std::vector<int>& sums) {
                        for (const int n : sums) all += n;
                      });
  EXPECT_THAT(events_of(counts, world), ElementsAre(36));
  const auto to_second = flow::route([](int) { return std::optional<std::size_t>(1); });
  const auto late = flow::from(std::views::iota(1, 8)) | flow::partition(to_second, {.stages = 2}) |
                    flow::window::count(3) | sum() | collect() | flow::window::count(5) |
                    flow::reduce(std::vector<std::vector<int>>{}, Append<std::vector<int>>{});
  EXPECT_THAT(events_of(late, world),
              ElementsAre(ElementsAre(ElementsAre(0, 6), ElementsAre(15), ElementsAre(7))));
}

SCENARIO_OF(Departition, OneBehindAnother) {
  const auto twice = parted(8) | sum() | flow::departition(0, std::plus{}, std::identity{}) | sum() |
                     flow::departition(100, std::plus{}, std::identity{});
  EXPECT_THAT(events_of(twice, world), ElementsAre(136));
}

SCENARIO_OF(Departition, MapsBehindTheReduceAreMerged) {
  const auto squares = parted(4) | sum() | flow::map([](int n) { return n * n; }) | collect();
  EXPECT_THAT(events_of(squares, world), ElementsAre(ElementsAre(16, 36)));
}

SCENARIO_OF(Departition, NoEventsAtAll) {
  const auto none = flow::from(std::vector<int>{}) | by_parity() | sum() | collect();
  EXPECT_THAT(events_of(none, world), ElementsAre(ElementsAre(0, 0)));  // both begin with 0, and say so
}

// -- events that only move

SCENARIO_OF(Departition, WhatOnlyMovesIsMerged) {
  using Owned = std::unique_ptr<int>;
  const auto own = [] { return std::make_unique<int>(0); };
  const auto add = [](Owned& sum, int n) { *sum += n; };
  const auto merge = [](Owned& all, Owned part) { *all += *part; };
  const auto value = [](Owned all) { return *all; };
  EXPECT_THAT(events_of(parted(9) | flow::reduce(own, add) | flow::departition(own, merge, value), world),
              ElementsAre(45));
}

// -- what goes wrong

template <class F>
[[nodiscard]] std::string failure_of(const F& flow, World& world) {
  try {
    static_cast<void>(events_of(flow, world));
  } catch (const flow::FlowFailed& failure) {
    return failure.what();
  }
  return "it did not fail";
}

SCENARIO_OF(Departition, WhereOnePartitionFailsNothingIsDone) {
  std::atomic<int> done = 0;
  const auto broken = flow::reduce(0, [](int& acc, int n) {
    if (n == 7) throw std::runtime_error("no seven");
    acc += n;
  });
  const auto all = parted(8) | broken | flow::departition(0, std::plus{}, [&](int n) { return ++done, n; });
  EXPECT_THAT(failure_of(all, world), HasSubstr("no seven"));
  EXPECT_EQ(done, 0);
}

SCENARIO_OF(Departition, AMergeOrADoneThatThrowsFailsTheFlow) {
  const auto merge = [](int, int) -> int { throw std::runtime_error("not to be merged"); };
  EXPECT_THAT(failure_of(parted(8) | sum() | flow::departition(0, merge, std::identity{}), world),
              HasSubstr("not to be merged"));
  const auto done = [](int) -> int { throw std::runtime_error("never done"); };
  EXPECT_THAT(failure_of(parted(8) | sum() | flow::departition(0, std::plus{}, done), world),
              HasSubstr("never done"));
}

TEST(Departition, HasOneStage) {
  try {
    static_cast<void>(flow::departition(0, std::plus{}, std::identity{}, {.stages = 4}));
    FAIL() << "four stages were taken";
  } catch (const OptionError& error) {
    EXPECT_THAT(error.what(), HasSubstr("stages"));
    EXPECT_THAT(error.what(), HasSubstr("4"));
  }
}

// -- the arithmetic, without stages

TEST(PartedWindow, IsCompleteWhenEachPartitionWasDone) {
  flow::detail::PartedWindow<int> window(3);
  EXPECT_FALSE(window.finish(0));
  EXPECT_FALSE(window.finish(0));
  EXPECT_FALSE(window.finish(2));
  EXPECT_TRUE(window.finish(1));
}

}  // namespace
}  // namespace sluice::flow_tests
