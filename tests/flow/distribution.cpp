#include <atomic>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "flow/actors.hpp"
#include "flow/flow.hpp"

namespace sluice::flow_tests {
namespace {

using conformance::World;

[[nodiscard]] auto three_ranges() {
  return flow::from_ranges(std::vector{std::vector{1, 2, 3}, std::vector{4, 5, 6}, std::vector{7, 8, 9, 10}},
                           {.stages = 2});
}
[[nodiscard]] auto one_to(int last) { return flow::from(std::views::iota(1, last + 1), {.stages = 2}); }
template <class T>
[[nodiscard]] auto lists() {
  return flow::reduce(std::vector<T>{}, Append<T>{});
}
inline constexpr auto same = [](int n) { return n; };

/// Whether all events of one key are in one of the lists.
template <class T, class Key>
[[nodiscard]] bool keys_are_together(const std::vector<std::vector<T>>& stages, Key key) {
  std::map<int, std::size_t> stage_of;
  for (std::size_t i = 0; i != stages.size(); ++i) {
    for (const T& event : stages[i])
      if (stage_of.try_emplace(std::invoke(key, event), i).first->second != i) return false;
  }
  return true;
}

/// The stages of a flow that was started and is not let go yet, without its coordinator.
template <class F>
[[nodiscard]] std::size_t stages_of(const F& flow, World& world) {
  const std::size_t before = stages_left(world);
  const auto handle = flow | flow::start(world.runtime(), {.demand = DemandFlow::accumulate});
  const std::size_t made = world->stage_count() - before - 1;
  handle.stop();
  return made;
}

/// The dispatcher of each stage with consumers.
template <class F>
[[nodiscard]] std::vector<std::string> dispatchers_of(const F& flow, World& world) {
  const auto handle = flow | flow::start(world.runtime(), {.demand = DemandFlow::accumulate});
  world.settle();
  std::vector<std::string> names;
  for (const StageInfo& stage : world->snapshot().stages)
    if (!stage.consumers.empty()) names.push_back(stage.dispatcher);
  handle.stop();
  return names;
}

/// What a flow that fails says.
template <class F>
[[nodiscard]] std::string failure_of(const F& flow, World& world) {
  try {
    static_cast<void>(events_of(flow, world));
  } catch (const flow::FlowFailed& failure) {
    return failure.what();
  }
  return "it did not fail";
}

template <class F>
[[nodiscard]] std::string refusal_of(F build) {
  try {
    static_cast<void>(build());
  } catch (const OptionError& error) {
    return error.what();
  }
  return "it was taken";
}

struct Pupil {
  int room = 0;
  std::string name = {};
};

SCENARIO(FL_015_AnEmptyListOfFlowsIsRefused) {
  using Numbers = decltype(three_ranges());
  EXPECT_THAT(refusal_of([] { return flow::merge(std::vector<Numbers>{}) | flow::partition(); }),
              ::testing::HasSubstr("flows"));
}

SCENARIO(FL_050_ARouteChoosesTheStage) {
  const auto to_first = flow::route([](int) { return std::optional<std::size_t>(0); });
  auto stages = events_of(three_ranges() | flow::partition(to_first, {.stages = 4}) | lists<int>(), world);
  for (auto& list : stages) std::ranges::sort(list);
  std::vector<int> all(10);
  std::iota(all.begin(), all.end(), 1);
  EXPECT_THAT(sorted(stages), ElementsAre(IsEmpty(), IsEmpty(), IsEmpty(), all));
}

SCENARIO(FL_051_EqualKeysShareAStage) {
  using Pair = std::pair<int, char>;
  const std::vector<Pair> pairs{{1, 'a'}, {2, 'b'}, {3, 'c'}, {1, 'd'}, {2, 'e'}, {3, 'f'}};
  const auto by_element =
      flow::from(pairs) | flow::partition(flow::element<0>, {.stages = 2}) | lists<Pair>();
  EXPECT_TRUE(keys_are_together(events_of(by_element, world), &Pair::first));

  const std::vector<Pupil> pupils{{1, "a"}, {2, "b"}, {3, "c"}, {1, "d"}, {2, "e"}, {3, "f"}};
  const auto by_member = flow::from(pupils) | flow::partition(&Pupil::room, {.stages = 2}) | lists<Pupil>();
  EXPECT_TRUE(keys_are_together(events_of(by_member, world), &Pupil::room));

  const auto room = [](const Pupil& pupil) { return pupil.room; };
  const auto by_function = flow::from(pupils) | flow::partition(room, {.stages = 2}) | lists<Pupil>();
  EXPECT_TRUE(keys_are_together(events_of(by_function, world), room));
}

struct Stranger {};
template <class Key, class T>
concept IsKeyOf = std::invocable<const Key&, const T&>;

SCENARIO_EXCLUDED_BY_TYPE(FL_052_AFieldThatIsMissing) {
  static_assert(IsKeyOf<decltype(&Pupil::room), Pupil>);
  static_assert(!IsKeyOf<decltype(&Pupil::room), Stranger>);
}

SCENARIO(FL_054_OneStageNeedsNoHash) {
  const auto thrown = [](int) -> int { throw std::logic_error("nobody asks for the key"); };
  const auto alone = one_to(10) | flow::partition(thrown, {.stages = 1}) | lists<int>();
  EXPECT_THAT(dispatchers_of(alone, world), ElementsAre("demand"));
  EXPECT_THAT(events_of(alone, world), ElementsAre(ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)));
  EXPECT_THAT(dispatchers_of(one_to(10) | flow::partition({.stages = 2}) | lists<int>(), world),
              ElementsAre("partition"));
}

SCENARIO(FL_055_ShuffleLosesNothing) {
  const auto sums =
      events_of(one_to(100) | flow::shuffle({.stages = 4}) | flow::reduce(0, std::plus{}), world);
  EXPECT_EQ(sums.size(), 4U);
  EXPECT_EQ(std::reduce(sums.begin(), sums.end()), 5050);
}

SCENARIO(FL_056_SeveralFlowsAreDividedTogether) {
  const auto twice = [](int remainder) {
    return one_to(100) | flow::filter([=](int n) { return n % 2 == remainder; }) |
           flow::map([](int n) { return 2 * n; });
  };
  const auto both = flow::merge(twice(1), twice(0));
  const auto parted = events_of(both | flow::partition({.stages = 4}) | flow::reduce(0, std::plus{}), world);
  EXPECT_EQ(parted.size(), 4U);
  EXPECT_EQ(std::reduce(parted.begin(), parted.end()), 10100);
  EXPECT_THAT(events_of(both | flow::shuffle({.stages = 1}) | flow::reduce(0, std::plus{}), world),
              ElementsAre(10100));
}

SCENARIO(FL_057_ALayerThatWouldDoNothingHasNoStages) {
  const auto source = flow::from(std::vector{1, 2, 3}, {.stages = 2});
  const auto parted = flow::partition({.stages = 3});
  const auto shuffled = flow::shuffle({.stages = 3});
  const auto mapped = flow::map(same);
  EXPECT_EQ(stages_of(source | parted | mapped, world), 4U);
  EXPECT_EQ(stages_of(source | parted | parted | mapped, world), 4U);
  EXPECT_EQ(stages_of(source | shuffled | shuffled | mapped, world), 4U);
  EXPECT_EQ(stages_of(source | mapped | parted | mapped, world), 6U);
  EXPECT_EQ(stages_of(source | parted | shuffled | parted | mapped, world), 10U);
}

SCENARIO(FL_058_PartitionBehindShuffle) {
  using Pair = std::pair<int, char>;
  const std::vector<Pair> pairs{{1, 'a'}, {2, 'b'}, {3, 'c'}, {1, 'd'}, {2, 'e'}, {3, 'f'}};
  const auto stages = flow::from(pairs) | flow::shuffle({.stages = 2}) |
                      flow::partition(flow::element<0>, {.stages = 2}) | lists<Pair>();
  EXPECT_TRUE(keys_are_together(events_of(stages, world), &Pair::first));
}

// -- layers that would do nothing

SCENARIO_OF(Distribution, KeysAreAlikeWhenTheyAreTheSameFunction) {
  const auto source = flow::from(std::vector<Pupil>{{1, "a"}}, {.stages = 2});
  const auto by = [&](auto first, auto second) {
    return stages_of(source | flow::partition(first, {.stages = 3}) | flow::partition(second, {.stages = 3}) |
                         flow::map([](const Pupil& pupil) { return pupil.room; }),
                     world);
  };
  const auto room = [](const Pupil& pupil) { return pupil.room; };
  EXPECT_EQ(by(room, room), 4U);
  EXPECT_EQ(by(&Pupil::room, &Pupil::room), 4U);
  EXPECT_EQ(by(&Pupil::room, &Pupil::name), 7U);
  const auto offset = [](int by_what) { return [=](const Pupil& pupil) { return pupil.room + by_what; }; };
  EXPECT_EQ(by(offset(1), offset(2)), 7U);  // what they hold cannot be compared

  const auto first = flow::route([](Pupil&) { return std::optional<std::size_t>(0); });
  EXPECT_EQ(by(first, first), 4U);
}

SCENARIO_OF(Distribution, TheLastLayerHasStagesOfItsOwn) {
  EXPECT_EQ(stages_of(flow::from(std::vector{1}) | flow::partition({.stages = 3}), world), 4U);
}

SCENARIO_OF(Distribution, AnotherNumberOfStagesIsAnotherDivision) {
  const auto source = flow::from(std::vector{1, 2, 3});
  EXPECT_EQ(
      stages_of(source | flow::partition({.stages = 3}) | flow::partition({.stages = 2}) | flow::map(same),
                world),
      6U);
}

SCENARIO_OF(Distribution, ADispatcherOfTheUserIsMadeForEachStageAbove) {
  const auto all = one_to(3) | flow::map(same) | flow::divide(broadcast(), {.stages = 2}) | flow::map(same);
  EXPECT_THAT(sorted(events_of(all, world)), ElementsAre(1, 1, 2, 2, 3, 3));
}

// -- routes

SCENARIO_OF(Distribution, APartitionThatDoesNotExistFailsTheFlow) {
  const auto lost = flow::route([](int n) { return std::optional<std::size_t>(n == 3 ? 7 : 0); });
  EXPECT_THAT(failure_of(one_to(10) | flow::partition(lost, {.stages = 2}) | flow::map(same), world),
              ::testing::HasSubstr("partition 7"));
}

SCENARIO_OF(Distribution, ARouteMayChangeAnEventAndDropIt) {
  const auto even = flow::route([](int& n) -> std::optional<std::size_t> {
    n *= 10;
    if (n % 20 != 0) return std::nullopt;
    return n % 40 == 0 ? 0 : 1;
  });
  EXPECT_THAT(sorted(events_of(one_to(6) | flow::partition(even, {.stages = 2}) | flow::map(same), world)),
              ElementsAre(20, 40, 60));
}

SCENARIO_OF(Distribution, ARouteIsAskedAlsoForASingleStage) {
  const auto even = flow::route([](int& n) {
    n *= 10;
    return n % 20 == 0 ? std::optional<std::size_t>(0) : std::nullopt;
  });
  EXPECT_THAT(events_of(one_to(6) | flow::partition(even, {.stages = 1}) | flow::map(same), world),
              ElementsAre(20, 40, 60));
  const auto lost = flow::route([](int) { return std::optional<std::size_t>(1); });
  EXPECT_THAT(failure_of(one_to(6) | flow::partition(lost, {.stages = 1}) | flow::map(same), world),
              ::testing::HasSubstr("partition 1"));
}

SCENARIO_OF(Distribution, EveryEventInOnePartitionOfMany) {
  const auto to_first = flow::route([](int) { return std::optional<std::size_t>(0); });
  const auto counts = one_to(40'000) | flow::partition(to_first, {.stages = 32}) |
                      flow::reduce(0, [](int& count, int) { ++count; });
  EXPECT_EQ(std::ranges::max(events_of(counts, world)), 40'000);
}

// -- keys that are not well

SCENARIO_OF(Distribution, KeysThatAreNoNumberShareAStage) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto counts = flow::from(std::vector{nan, -nan, nan, nan}) | flow::partition({.stages = 4}) |
                      flow::reduce(0, [](int& count, double) { ++count; });
  EXPECT_THAT(sorted(events_of(counts, world)), ElementsAre(0, 0, 0, 4));
}

SCENARIO_OF(Distribution, AKeyThatThrowsFailsTheFlow) {
  const auto key = [](int n) { return n == 7 ? throw std::runtime_error("no key for seven") : n; };
  std::atomic<int> done = 0;
  const auto parted = one_to(10) | flow::map(same) | flow::partition(key, {.stages = 2}) |
                      flow::reduce(0, std::plus{}) |
                      flow::on_trigger([&](int&, const flow::Trigger&, flow::Emit<int>&) { ++done; });
  EXPECT_THAT(failure_of(parted, world), ::testing::HasSubstr("no key for seven"));
  EXPECT_EQ(done, 0);  // E4
}

// -- several flows

SCENARIO_OF(Distribution, AListOfFlows) {
  const std::vector flows{one_to(3), one_to(4), one_to(5)};
  EXPECT_THAT(
      events_of(flow::merge(flows) | flow::shuffle({.stages = 1}) | flow::reduce(0, std::plus{}), world),
      ElementsAre(6 + 10 + 15));
  EXPECT_THAT(events_of(flow::merge(flows, {.stages = 1}) | flow::reduce(0, std::plus{}), world),
              ElementsAre(6 + 10 + 15));
}

SCENARIO_OF(Distribution, AFlowMergedWithItself) {
  const auto numbers = one_to(3) | flow::map(same);
  EXPECT_THAT(sorted(events_of(flow::merge(numbers, numbers) | flow::map(same), world)),
              ElementsAre(1, 1, 2, 2, 3, 3));
}

SCENARIO_OF(Distribution, OneFlowThatFailsFailsThemAll) {
  const auto broken =
      one_to(10) | flow::map([](int n) { return n == 5 ? throw std::runtime_error("five") : n; });
  const auto both =
      flow::merge(one_to(10) | flow::map(same), broken) | flow::partition({.stages = 2}) | flow::map(same);
  EXPECT_THAT(failure_of(both, world), ::testing::HasSubstr("five"));
}

SCENARIO_OF(Distribution, AReaderThatLeavesEndsAllFlows) {
  const auto endless = [] { return flow::from(std::views::iota(0)) | flow::map(same); };
  const std::size_t before = world->stage_count();
  {
    auto range = flow::merge(endless(), endless()) | flow::partition({.stages = 2}) | flow::map(same) |
                 flow::to_range(world.runtime());
    int count = 0;
    for ([[maybe_unused]] const int n : range)
      if (++count == 10) break;
  }
  world.settle();
  EXPECT_EQ(world->stage_count(), before);
}

}  // namespace
}  // namespace sluice::flow_tests
