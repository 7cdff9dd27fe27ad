#include "flow/tap.hpp"
#include "flow/trace.hpp"

namespace sluice::flow_tests {
namespace {

using namespace std::chrono_literals;

[[nodiscard]] auto numbers(int last, Demand max_demand = 1000) {
  return flow::from(std::views::iota(1, last + 1), {.stages = 1, .max_demand = max_demand});
}
[[nodiscard]] flow::EventTime at_epoch(int /*event*/) { return {}; }

template <class F>
void expect_option_error(F f, const std::string& text) {
  try {
    f();
    ADD_FAILURE() << "no OptionError: " << text;
  } catch (const OptionError& error) {
    EXPECT_EQ(error.what(), text);
  }
}

SCENARIO_EXCLUDED_BY_TYPE(FL_010_AWindowNeedsAnOperatorBehindIt) {
  const auto by = [](int) { return flow::EventTime(); };
  using Window = decltype(flow::window::fixed(1s, by));
  using Map = decltype(flow::map(by));
  static_assert(!flow::detail::uses_its_window<Window>());
  static_assert(!flow::detail::uses_its_window<Map, Window>());
  static_assert(flow::detail::uses_its_window<Map, Window, Map>());
  static_assert(flow::detail::uses_its_window<>());
}

template <class Options>
constexpr bool has_lateness = requires { Options{.allowed_lateness = 1s}; };

SCENARIO_EXCLUDED_BY_TYPE(FL_013_OnlyWindowsInEventTimeHaveALateness) {
  static_assert(!has_lateness<flow::window::GlobalOptions>);
  static_assert(!has_lateness<flow::window::CountOptions>);
  static_assert(!has_lateness<flow::window::PeriodicOptions>);
  static_assert(has_lateness<flow::AlignedOptions>);
  static_assert(has_lateness<flow::SessionOptions>);
}

SCENARIO(FL_014_LengthsAreCheckedWhereTheyAreGiven) {
  using namespace flow::window;
  const auto by = at_epoch;
  expect_option_error([] { return count(0); }, "count: must be at least 1, got 0");
  expect_option_error([] { return flow::every(0); }, "every: must be at least 1, got 0");
  expect_option_error([] { return flow::periodically(0s); }, "periodically: must be positive, got 0ns");
  expect_option_error([] { return periodic(0s); }, "periodic: must be positive, got 0ns");
  expect_option_error([] { return periodic(-1ns); }, "periodic: must be positive, got -1ns");
  expect_option_error([&] { return fixed(0s, by); }, "fixed: must be positive, got 0ns");
  expect_option_error([&] { return fixed(-1s, by); }, "fixed: must be positive, got -1000000000ns");
  expect_option_error([&] { return fixed(1500us, by); },
                      "fixed: must be whole milliseconds, as the times of events are, got 1500000ns");
  expect_option_error([&] { return fixed(1s, by, {.allowed_lateness = -1s}); },
                      "allowed_lateness: must not be negative, got -1000000000ns");
  expect_option_error([&] { return fixed(1s, by, {.allowed_lateness = 1ns}); },
                      "allowed_lateness: must be whole milliseconds, as the times of events are, got 1ns");
  expect_option_error([&] { return fixed(1s, by, {.idle_after = 0s}); },
                      "idle_after: must be positive, got 0ns");
  expect_option_error([&] { return sliding(0s, 1s, by); }, "size: must be positive, got 0ns");
  expect_option_error([&] { return sliding(1s, 0s, by); }, "step: must be positive, got 0ns");
  expect_option_error([&] { return sliding(1s, 2s, by); },
                      "step: must be at most the size, 1000000000ns, got 2000000000ns");
  expect_option_error(
      [&] { return sliding(11s, 1ms, by); },
      "step: must let at most 10000 windows overlap, got 1000000ns for a size of 11000000000ns");
  expect_option_error([&] { return session(0s, by, std::identity{}); }, "gap: must be positive, got 0ns");
  expect_option_error(
      [&] { return session(1s, by, std::identity{}, {.trigger = flow::periodically(1s)}); },
      "trigger: a session has no state to fire before it closes, got periodically(1000000000ns)");
  EXPECT_NO_THROW(static_cast<void>(fixed(std::chrono::days(1), by, {.allowed_lateness = forever})));
}

SCENARIO(FL_072_ACountWindowIsDoneAfterItsEvents) {
  const auto sums = numbers(100) | flow::window::count(10) | flow::reduce(0, std::plus{});
  EXPECT_THAT(events_of(sums, world), ElementsAre(55, 155, 255, 355, 455, 555, 655, 755, 855, 955, 0));
}

SCENARIO(FL_073_CountWindowsAreNumbered) {
  const auto lists = numbers(7) | flow::window::count(3) | flow::reduce(std::vector<int>(), Append<int>()) |
                     fired_where<std::vector<int>>();
  EXPECT_THAT(events_of(lists, world),
              ElementsAre("[1 2 3] done count 0", "[4 5 6] done count 1", "[7] done count 2"));
}

SCENARIO(FL_074_CountWindowsDoNotDependOnBatches) {
  for (const Demand max : std::vector<Demand>{1000, 50, 7, 1}) {
    const auto sums = numbers(100, max) | flow::window::count(50) | flow::reduce(0, std::plus{});
    EXPECT_THAT(events_of(sums, world), ElementsAre(1275, 3775, 0));
  }
}

SCENARIO(FL_075_ACountWindowHasItsOwnTriggerCount) {
  const auto sums = numbers(100) | flow::window::count(50, {.trigger = flow::every(12)}) |
                    flow::reduce(0, std::plus{}) | fired_where<int>();
  EXPECT_THAT(events_of(sums, world),
              ElementsAre("78 every 12 count 0", "300 every 12 count 0", "666 every 12 count 0",
                          "1176 every 12 count 0", "1275 done count 0", "678 every 12 count 1",
                          "1500 every 12 count 1", "2466 every 12 count 1", "3576 every 12 count 1",
                          "3775 done count 1", "0 done count 2"));
}

SCENARIO(FL_076_ACountWindowOfNothingIsDoneOnce) {
  const auto sums = numbers(0) | flow::window::count(3) | flow::reduce(0, std::plus{});
  EXPECT_THAT(events_of(sums, world), ElementsAre(0));
}

SCENARIO(FL_078_APeriodicWindowEndsWithItsTime) {
  Tap<int> tap(world);
  const Seen<std::string> seen;
  const auto handle = tap.flow() | flow::window::periodic(100ms, {.trigger = flow::every(5)}) |
                      flow::reduce(0, std::plus{}) | fired_where<int>() | seen.record() |
                      flow::start(world.runtime());
  tap.say({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  world.advance(100ms);
  EXPECT_THAT(seen.events(),
              ElementsAre("15 every 5 periodic 0", "55 every 5 periodic 0", "55 done periodic 0"));
}

SCENARIO_OF(Windows, PeriodicWindowsFollowEachOtherAlsoWhenEmpty) {
  Tap<int> tap(world);
  const Seen<std::string> seen;
  const auto handle = tap.flow() | flow::window::periodic(100ms) | flow::reduce(0, std::plus{}) |
                      fired_where<int>() | seen.record() | flow::start(world.runtime());
  tap.say({1, 2});
  world.advance(100ms);
  world.advance(100ms);
  tap.say({4});
  world.advance(50ms);
  tap.end();
  EXPECT_EQ(handle.wait()->kind, flow::Outcome::Kind::completed);
  EXPECT_THAT(seen.events(), ElementsAre("3 done periodic 0", "0 done periodic 1", "4 done periodic 2"));
}

SCENARIO_OF(Windows, EachStageHasItsOwnWindows) {
  const auto sums =
      flow::from(std::views::iota(1, 101)) |
      flow::partition(flow::route([](int n) { return std::optional<std::size_t>(n % 2); }), {.stages = 2}) |
      flow::window::count(25) | flow::reduce(0, std::plus{});
  EXPECT_THAT(sorted(events_of(sums, world)), ElementsAre(0, 0, 625, 650, 1875, 1900));
}

SCENARIO_OF(Windows, AReducerThatThrowsFailsTheFlowAndNothingIsDone) {
  const auto sums = numbers(10) | flow::window::count(4) | flow::reduce(0, [](int& sum, int n) {
                      if (n == 7) throw std::runtime_error("seven");
                      sum += n;
                    });
  const Seen<int> seen;
  const auto handle = sums | seen.record() | flow::start(world.runtime());
  EXPECT_EQ(handle.wait()->kind, flow::Outcome::Kind::failed);
  EXPECT_THAT(seen.events(), ElementsAre(10));
}

}  // namespace
}  // namespace sluice::flow_tests
