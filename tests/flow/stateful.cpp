#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <tuple>

#include "flow/flow.hpp"

namespace sluice::flow_tests {

/// A key that cannot be hashed when it says so.
struct Moody {
  int number = 0;
  bool throws_in_hash = false;
  bool throws_in_equality = false;

  friend bool operator==(const Moody& a, const Moody& b) {
    if (a.throws_in_equality || b.throws_in_equality) throw std::runtime_error("no equal of mine");
    return a.number == b.number;
  }
};

}  // namespace sluice::flow_tests

template <>
struct sluice::Hash<sluice::flow_tests::Moody> {
  [[nodiscard]] std::uint64_t operator()(const sluice::flow_tests::Moody& key) const {
    if (key.throws_in_hash) throw std::runtime_error("no hash of mine");
    return mix_bits(static_cast<std::uint64_t>(key.number));
  }
};

namespace sluice::flow_tests {
namespace {

using ::testing::FieldsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAreArray;

const flow::LayerOptions one = {.stages = 1};

[[nodiscard]] auto two_ranges() {
  return flow::from_ranges(std::vector{std::vector{1, 2, 3}, std::vector{4, 5, 6}}, {.stages = 2});
}
[[nodiscard]] auto numbers(std::vector<int> all) { return flow::from(std::move(all), {.stages = 1}); }
[[nodiscard]] auto up_to(int last) { return flow::from(std::views::iota(1, last + 1), {.stages = 1}); }
[[nodiscard]] int sum_of(const std::vector<int>& all) { return std::accumulate(all.begin(), all.end(), 0); }

const auto list = flow::reduce(std::vector<int>{}, Append<int>{});
const auto sum = flow::reduce(0, std::plus{});
const auto emit_accumulator =
    flow::on_trigger([](int& acc, const flow::Trigger& /*trigger*/, flow::Emit<int>& out) { out(acc); });

SCENARIO(FL_032_EachStageEmitsItsAccumulator) {
  EXPECT_EQ(sum_of(events_of(two_ranges() | sum | emit_accumulator, world)), 21);
}

SCENARIO(FL_033_EmitsWhileItReduces) {
  const auto both = flow::emit_and_reduce(0, [](int& acc, int n, flow::Emit<int>& out) {
    acc += n;
    out(n);
  });
  EXPECT_EQ(sum_of(events_of(two_ranges() | both | emit_accumulator, world)), 42);
  const auto twice = flow::flat_map([](int n) { return std::vector{n, n}; });
  EXPECT_EQ(sum_of(events_of(two_ranges() | twice | both | emit_accumulator, world)), 84);
}

SCENARIO(FL_034_ASlidingWindowByHand) {
  using List = std::vector<int>;
  const auto last_three = flow::emit_and_reduce(List{}, [](List& last, int n, flow::Emit<List>& out) {
    last.push_back(n);
    if (last.size() > 3) last.erase(last.begin());
    out(last);
  });
  EXPECT_THAT(events_of(up_to(5) | last_three, world),
              ElementsAre(List{1}, List{1, 2}, List{1, 2, 3}, List{2, 3, 4}, List{3, 4, 5}, List{3, 4, 5}));
}

SCENARIO(FL_036_GroupsListTheMostRecentFirst) {
  using Entry = std::pair<std::string, int>;
  const std::vector<Entry> entries = {{"foo", 1}, {"foo", 2}, {"bar", 3}, {"foo", 4}, {"bar", 5}};
  const auto grouped =
      events_of(flow::from(entries, one) | flow::group_by_key() | flow::emit(flow::state), world);
  ASSERT_EQ(grouped.size(), 1U);
  EXPECT_THAT(grouped[0],
              UnorderedElementsAre(Pair("foo", ElementsAre(4, 2, 1)), Pair("bar", ElementsAre(5, 3))));
}

SCENARIO(FL_037_ANumberIsEmittedAsItIs) {
  EXPECT_THAT(events_of(up_to(10) | sum, world), ElementsAre(55));
  static_assert(!flow::detail::Iterable<int>, "so emit(events) and flatten() say their sentence");
}

SCENARIO(FL_038_EmitSaysWhatIsHandedOn) {
  EXPECT_THAT(events_of(up_to(10) | list | flow::emit(flow::nothing), world), IsEmpty());
  EXPECT_THAT(events_of(up_to(10) | list | flow::emit(flow::events), world),
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_THAT(events_of(up_to(10) | list | flow::emit(flow::state), world),
              ElementsAre(ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)));
}

SCENARIO(FL_039_AnEmptySourceEmitsWhatStagesBeganWith) {
  EXPECT_THAT(events_of(numbers({}) | flow::partition({.stages = 3}) | sum | flow::emit(flow::state), world),
              ElementsAre(0, 0, 0));
}

SCENARIO(FL_040_ATriggerTellsWhichStageAndWindow) {
  using Seen = std::tuple<std::size_t, std::size_t, flow::WindowKind, std::string>;
  const auto seen =
      events_of(two_ranges() | flow::partition({.stages = 4}) | sum |
                    flow::on_trigger([](int& /*acc*/, const flow::Trigger& trigger, flow::Emit<Seen>& out) {
                      out(Seen(trigger.index, trigger.count, trigger.window.kind, to_string(trigger.name)));
                    }),
                world);
  const auto of = [](std::size_t index) { return Seen(index, 4, flow::WindowKind::global, "done"); };
  EXPECT_THAT(seen, UnorderedElementsAre(of(0), of(1), of(2), of(3)));
}

[[nodiscard]] int parity(int n) { return n % 2; }
/// Each stage gets the numbers that have its index as remainder.
[[nodiscard]] auto by_remainder(std::size_t stages) {
  return flow::partition(
      flow::route([stages](int& n) { return std::optional(static_cast<std::size_t>(n) % stages); }),
      {.stages = stages});
}

SCENARIO(FL_042_PartitionedByItsKeyTheFirstOfAllIsKept) {
  EXPECT_THAT(sorted(events_of(up_to(100) | by_remainder(2) | flow::uniq_by(parity), world)),
              ElementsAre(1, 2));
  EXPECT_THAT(events_of(up_to(100) | flow::uniq_by(parity), world), ElementsAre(1, 2));
}

SCENARIO(FL_043_UniqIsPerPartition) {
  EXPECT_THAT(sorted(events_of(up_to(100) | by_remainder(4) | flow::uniq_by(parity), world)),
              ElementsAre(1, 2, 3, 4));
}

SCENARIO(FL_044_AReduceBehindUniqSeesEachOnce) {
  EXPECT_THAT(events_of(numbers({1, 1, 2, 3, 3}) | flow::uniq() | sum, world), ElementsAre(6));
}

SCENARIO(FL_045_UniqIsPerWindow) {
  EXPECT_THAT(events_of(numbers({1, 1, 2, 1, 2, 2}) | flow::window::count(3) | flow::uniq() | list |
                            flow::emit(flow::state),
                        world),
              ElementsAre(ElementsAre(1, 2), ElementsAre(1, 2), IsEmpty()));
}

SCENARIO(FL_046_UniqStreamsInOrderOfArrival) {
  EXPECT_THAT(events_of(numbers({3, 1, 3, 2, 1, 4}) | flow::uniq(), world), ElementsAre(3, 1, 2, 4));
  const auto triggered = flow::window::global({.trigger = flow::every(3)});
  EXPECT_THAT(events_of(numbers({3, 1, 3, 2, 1, 4}) | triggered | flow::uniq(), world),
              ElementsAre(3, 1, 2, 4));
}

SCENARIO(FL_048_TakeSortMergesTheListsOfAllStages) {
  EXPECT_THAT(
      events_of(numbers({5, 3}) | by_remainder(2) | list | flow::take_sort(10, std::greater{}), world),
      ElementsAre(ElementsAre(5, 3)));
}

struct CountWord {
  void operator()(std::map<std::string, int>& counts, const std::string& word) const { ++counts[word]; }
};
struct MoreOften {
  bool operator()(const std::pair<std::string, int>& a, const std::pair<std::string, int>& b) const {
    return a.second > b.second;
  }
};

SCENARIO(FL_049_TakeSortOfCounts) {
  const std::vector<std::string> urls = {"foo", "bar", "foo", "foo", "baz"};
  const auto counts = flow::from(urls, one) | flow::partition({.stages = 3}) |
                      flow::reduce(std::map<std::string, int>{}, CountWord{});
  EXPECT_THAT(events_of(counts | flow::take_sort(1, MoreOften{}), world),
              ElementsAre(ElementsAre(Pair("foo", 3))));
}

SCENARIO_OF(TakeSort, OneListForEachWindow) {
  EXPECT_THAT(events_of(numbers({5, 3, 9, 1, 7}) | list | flow::take_sort(3), world),
              ElementsAre(ElementsAre(1, 3, 5)));
  EXPECT_THAT(events_of(numbers({5, 3, 9, 1, 7}) | flow::window::count(3) | list | flow::take_sort(2), world),
              ElementsAre(ElementsAre(3, 5), ElementsAre(1, 7)));
}

SCENARIO_OF(TakeSort, TakesTheFirstOfManyWhateverTheStages) {
  for (const std::size_t stages : {1U, 2U, 5U}) {
    EXPECT_THAT(
        events_of(up_to(1000) | by_remainder(stages) | list | flow::take_sort(4, std::greater{}), world),
        ElementsAre(ElementsAre(1000, 999, 998, 997)));
  }
}

SCENARIO_OF(TakeSort, WindowsThatSomeStageNeverOpenedComeInOrderAtTheEnd) {
  const auto everything_to_the_second =
      flow::partition(flow::route([](int&) { return std::optional<std::size_t>(1); }), {.stages = 2});
  EXPECT_THAT(
      events_of(up_to(5) | everything_to_the_second | flow::window::count(2) | list | flow::take_sort(1),
                world),
      ElementsAre(ElementsAre(1), ElementsAre(3), ElementsAre(5)));
}

SCENARIO_OF(TakeSort, TriggersBeforeTheEndAddNothing) {
  const auto every_two = flow::window::global({.trigger = flow::every(2)});
  EXPECT_THAT(events_of(up_to(5) | every_two | list | flow::take_sort(9), world),
              ElementsAre(ElementsAre(1, 2, 3, 4, 5)));
}

SCENARIO_OF(TakeSort, SortsWhatOnTriggerEmitsAtAllTriggers) {
  const auto every_two = flow::window::global({.trigger = flow::every(2)});
  const auto emit_and_reset = flow::on_trigger([](int& acc, const flow::Trigger&, flow::Emit<int>& out) {
    out(acc);
    acc = 0;
  });
  EXPECT_THAT(
      events_of(up_to(5) | every_two | sum | emit_and_reset | flow::take_sort(9, std::greater{}), world),
      ElementsAre(ElementsAre(7, 5, 3)));
}

SCENARIO_OF(TakeSort, SortsWhatStandsBetween) {
  EXPECT_THAT(events_of(up_to(9) | list | flow::flatten() | flow::filter([](int n) { return n % 3 == 0; }) |
                            flow::take_sort(2, std::greater{}),
                        world),
              ElementsAre(ElementsAre(9, 6)));
}

SCENARIO_OF(TakeSort, SortsWhatIsEmittedWhileReducing) {
  const auto squares =
      flow::emit_and_reduce(std::vector<int>{}, [](std::vector<int>& odd, int n, flow::Emit<int>& out) {
        if (n % 2 == 0) out(n * n);
        if (n % 2 != 0) odd.push_back(n);
      });
  EXPECT_THAT(events_of(up_to(4) | squares | flow::take_sort(9), world),
              ElementsAre(ElementsAre(1, 3, 4, 16)));
}

SCENARIO_OF(TakeSort, AmongEqualsTheFirstOfAStageStaysFirst) {
  using Entry = std::pair<int, int>;
  const std::vector<Entry> entries = {{1, 1}, {0, 2}, {1, 3}, {0, 4}, {1, 5}};
  const auto by_first = [](const Entry& a, const Entry& b) { return a.first < b.first; };
  const auto all = flow::from(entries, one) | flow::reduce(std::vector<Entry>{}, Append<Entry>{});
  EXPECT_THAT(events_of(all | flow::take_sort(4, by_first), world),
              ElementsAre(ElementsAre(Entry(0, 2), Entry(0, 4), Entry(1, 1), Entry(1, 3))));
}

TEST(TakeSort, WrongOptionsAreNamed) {
  EXPECT_THROW(static_cast<void>(flow::take_sort(0)), OptionError);
  EXPECT_THROW(static_cast<void>(flow::take_sort(1, std::less{}, {.stages = 2})), OptionError);
}

SCENARIO_OF(GroupBy, GroupsEventsByKeyAndValue) {
  const auto grouped = events_of(
      up_to(5) | flow::group_by(parity, [](int n) { return n * 10; }) | flow::emit(flow::events), world);
  EXPECT_THAT(grouped, UnorderedElementsAre(Pair(0, ElementsAre(40, 20)), Pair(1, ElementsAre(50, 30, 10))));
}

SCENARIO_OF(GroupBy, OnTriggerSeesTheGroups) {
  using Groups = flow::Groups<int, int>;
  const auto sizes =
      events_of(up_to(5) | flow::window::global({.trigger = flow::every(4)}) | flow::group_by(parity) |
                    flow::on_trigger([](Groups& groups, const flow::Trigger&, flow::Emit<std::size_t>& out) {
                      out(groups[1].size());
                      groups.clear();
                    }),
                world);
  EXPECT_THAT(sizes, ElementsAre(2, 1));
  EXPECT_THAT(events_of(up_to(5) | flow::group_by(parity) | flow::emit(flow::nothing), world), IsEmpty());
}

SCENARIO_OF(GroupBy, FlattensIntoPairsAndValues) {
  const auto oldest = flow::flat_map(
      [](std::pair<int, flow::Group<int>> group) { return std::move(group.second).oldest_first(); });
  EXPECT_THAT(events_of(up_to(5) | flow::group_by([](int) { return 0; }) | flow::flatten() | oldest, world),
              ElementsAre(1, 2, 3, 4, 5));
}

SCENARIO_OF(GroupBy, WhatOnlyMovesIsGrouped) {
  const auto boxed =
      up_to(3) | flow::map([](int n) { return std::make_unique<int>(n); }) |
      flow::group_by([](const std::unique_ptr<int>& box) { return *box % 2; }) | flow::flatten() |
      flow::map([](std::pair<int, flow::Group<std::unique_ptr<int>>> group) { return *group.second[0]; });
  EXPECT_THAT(sorted(events_of(boxed, world)), ElementsAre(2, 3));
}

SCENARIO_OF(Keys, ViewsOfEventsAreKeptAsStrings) {
  const std::vector<std::string> words = {"a rather long word, as words go", "short",
                                          "a rather long word, too"};
  const auto initial = [](const std::string& word) { return std::string_view(word).substr(0, 8); };
  EXPECT_THAT(events_of(flow::from(words, one) | flow::uniq_by(initial), world),
              ElementsAre(words[0], words[1]));
  const auto grouped = events_of(
      flow::from(words, one) | flow::group_by(initial, &std::string::size) | flow::flatten(), world);
  EXPECT_THAT(grouped,
              UnorderedElementsAre(Pair("a rather", ElementsAre(23, 31)), Pair("short", ElementsAre(5))));
}

SCENARIO_OF(Keys, TiedMembersAreKeptAsValues) {
  const auto pairs = flow::map([](int n) { return std::pair(n % 2, std::to_string(n % 3)); });
  const auto tied = flow::uniq_by(
      [](const std::pair<int, std::string>& pair) { return std::tie(pair.first, pair.second); });
  EXPECT_THAT(
      events_of(up_to(20) | pairs | tied, world),
      ElementsAre(Pair(1, "1"), Pair(0, "2"), Pair(1, "0"), Pair(0, "1"), Pair(1, "2"), Pair(0, "0")));
}

}  // namespace

/// Counts its copies.
struct Copied {
  Copied(int n, std::shared_ptr<int> copies_made) : number(n), copies(std::move(copies_made)) {}
  Copied(const Copied& other) : number(other.number), copies(other.copies) { ++*copies; }
  Copied(Copied&&) noexcept = default;
  Copied& operator=(const Copied&) = delete;
  Copied& operator=(Copied&&) noexcept = default;
  ~Copied() = default;
  friend bool operator==(const Copied& a, const Copied& b) { return a.number == b.number; }

  int number;
  std::shared_ptr<int> copies;
};

}  // namespace sluice::flow_tests

template <>
struct sluice::Hash<sluice::flow_tests::Copied> {
  [[nodiscard]] std::uint64_t operator()(const sluice::flow_tests::Copied& key) const noexcept {
    return mix_bits(static_cast<std::uint64_t>(key.number));
  }
};

namespace sluice::flow_tests {
namespace {

SCENARIO_OF(Keys, AreCopiedOnlyWhenTheyAreNew) {
  const auto copies = std::make_shared<int>(0);
  const auto few = up_to(100) | flow::map([copies](int n) { return Copied(n % 5, copies); }) | flow::uniq() |
                   flow::map([](const Copied& event) { return event.number; });
  EXPECT_THAT(events_of(few, world), ElementsAre(1, 2, 3, 4, 0));
  EXPECT_EQ(*copies, 5);
}

SCENARIO_OF(Keys, NotANumberIsOneKeyAndZeroHasNoSign) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> reals = {nan, 1, -nan, 0.0, -0.0, nan};
  EXPECT_EQ(events_of(flow::from(reals, one) | flow::uniq(), world).size(), 3U);
  EXPECT_EQ(events_of(flow::from(reals, one) | flow::uniq_by([](double x) { return std::pair(x, x); }), world)
                .size(),
            3U);
  const auto groups = events_of(flow::from(reals, one) | flow::partition({.stages = 3}) |
                                    flow::group_by(std::identity{}) | flow::emit(flow::events),
                                world);
  EXPECT_EQ(groups.size(), 3U);
}

/// The reason a flow failed for; a stage that has nothing to do with it lives on.
template <class F>
[[nodiscard]] std::string failure_of(const F& flow, conformance::World& world) {
  const auto bystander = world->start(produce([] { return 1; }));
  try {
    static_cast<void>(events_of(flow, world));
  } catch (const flow::FlowFailed& failed) {
    EXPECT_TRUE(bystander.alive());
    EXPECT_THAT(events_of(up_to(3) | sum, world), ElementsAre(6));
    return std::string(failed.outcome().reason.text());
  }
  return "it did not fail";
}

SCENARIO_OF(Failures, AReducerThatThrowsFailsTheFlow) {
  const auto at_60 = flow::reduce(0, [](int& acc, int n) {
    if (n == 60) throw std::runtime_error("60 is too much");
    acc += n;
  });
  EXPECT_EQ(failure_of(up_to(100) | at_60, world), "60 is too much");
  EXPECT_EQ(failure_of(up_to(100) | flow::partition({.stages = 3, .max_demand = 5}) | at_60, world),
            "60 is too much");
}

SCENARIO_OF(Failures, AnAccumulatorThatOnlyMovesIsEmittedAtTheEndOfItsWindow) {
  using Boxes = std::vector<std::unique_ptr<int>>;
  const auto boxes = flow::reduce([] { return Boxes{}; },
                                  [](Boxes& all, int n) { all.push_back(std::make_unique<int>(n)); });
  const auto open = flow::map([](const std::unique_ptr<int>& box) { return *box; });
  EXPECT_THAT(events_of(up_to(3) | boxes | flow::flatten() | open, world), ElementsAre(1, 2, 3));
  EXPECT_THAT(events_of(up_to(3) | boxes | flow::emit(flow::events) | open, world), ElementsAre(1, 2, 3));
  const auto every_two = flow::window::global({.trigger = flow::every(2)});
  EXPECT_THAT(failure_of(up_to(3) | every_two | boxes | flow::flatten() | open, world),
              ::testing::HasSubstr("cannot be copied"));
}

SCENARIO_OF(Failures, ATriggerThatThrowsFailsTheFlow) {
  const auto refuse = flow::on_trigger(
      [](int&, const flow::Trigger&, flow::Emit<int>&) { throw std::runtime_error("not today"); });
  EXPECT_EQ(failure_of(up_to(10) | sum | refuse, world), "not today");
}

SCENARIO_OF(Failures, AKeyThatThrowsWhenHashedFailsTheFlow) {
  const auto moody = flow::map([](int n) { return Moody{.number = n, .throws_in_hash = n == 7}; });
  EXPECT_EQ(failure_of(up_to(10) | moody | flow::uniq(), world), "no hash of mine");
  EXPECT_EQ(failure_of(up_to(10) | moody | flow::group_by(std::identity{}), world), "no hash of mine");
  EXPECT_EQ(failure_of(up_to(10) | moody | flow::uniq_by([](const Moody& key) { return std::pair(key, 1); }),
                       world),
            "no hash of mine");
  EXPECT_EQ(failure_of(up_to(10) | moody | flow::partition({.stages = 3}) | flow::uniq(), world),
            "no hash of mine");
}

SCENARIO_OF(Failures, AKeyThatThrowsWhenComparedFailsTheFlow) {
  const auto moody = flow::map([](int n) { return Moody{.number = n % 5, .throws_in_equality = n == 7}; });
  EXPECT_EQ(failure_of(up_to(10) | moody | flow::uniq(), world), "no equal of mine");
  EXPECT_EQ(failure_of(up_to(10) | moody | flow::group_by(std::identity{}), world), "no equal of mine");
}

SCENARIO_OF(Failures, AnOrderThatThrowsFailsTheFlow) {
  const auto refuse = [](int, int) -> bool { throw std::runtime_error("no order"); };
  EXPECT_EQ(failure_of(up_to(10) | list | flow::take_sort(3, refuse), world), "no order");
}

SCENARIO_OF(Failures, ABatchFunctionThatThrowsFailsTheFlow) {
  const auto refuse = flow::map_batch(
      [](const std::vector<int>&) -> std::vector<int> { throw std::runtime_error("no batch"); });
  EXPECT_EQ(failure_of(up_to(10) | refuse, world), "no batch");
}

}  // namespace
}  // namespace sluice::flow_tests
