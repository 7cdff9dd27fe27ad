#include <limits>
#include <random>
#include <stdexcept>

#include "flow/tap.hpp"
#include "flow/trace.hpp"

// Sliding and session windows; what they share with fixed ones is tested there.

namespace sluice::flow_tests {
namespace {

using namespace std::chrono_literals;

/// Events are their own times, in milliseconds.
struct Itself {
  [[nodiscard]] flow::EventTime operator()(int ms) const { return flow::EventTime(flow::Millis(ms)); }
};
struct Click {
  std::string user;
  int ms;
  [[nodiscard]] flow::EventTime at() const { return flow::EventTime(flow::Millis(ms)); }
};

[[nodiscard]] flow::LayerOptions batches_of(Demand n) {
  return {.stages = 1, .max_demand = n, .min_demand = 0};
}
[[nodiscard]] auto lists() { return flow::reduce(std::vector<int>(), Append<int>()); }
[[nodiscard]] auto traced() { return fired_where<std::vector<int>>(); }
/// "ann 5" for each click of a session, as they come to the operators.
[[nodiscard]] auto visits() {
  return flow::reduce(std::vector<std::string>(), [](std::vector<std::string>& list, const Click& click) {
    list.push_back(click.user + std::to_string(click.ms));
  });
}
[[nodiscard]] auto traced_visits() { return fired_where<std::vector<std::string>>(); }
[[nodiscard]] auto clicks(std::vector<Click> all, Demand batch = 1000) {
  return flow::from(std::move(all), batches_of(batch));
}
[[nodiscard]] auto sessions(flow::SessionOptions options = {}) {
  return flow::window::session(10ms, &Click::at, &Click::user, std::move(options));
}

SCENARIO_OF(SlidingWindows, AnEventIsInAllWindowsThatHoldIt) {
  const auto windows = flow::from(std::vector{0, 4, 5, 9, 12}, {.stages = 1}) |
                       flow::window::sliding(10ms, 5ms, Itself()) | lists() | traced();
  EXPECT_THAT(events_of(windows, world), ElementsAre("[0 4] done sliding -5", "[0 4 5 9] done sliding 0",
                                                     "[5 9 12] done sliding 5", "[12] done sliding 10"));
}

SCENARIO_OF(SlidingWindows, WithAStepAsLongAsTheSizeAreFixedOnes) {
  const auto windows = flow::from(std::vector{-1, 0, 9, 10}, {.stages = 1}) |
                       flow::window::sliding(10ms, 10ms, Itself()) | lists() | traced();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("[-1] done sliding -10", "[0 9] done sliding 0", "[10] done sliding 10"));
}

SCENARIO_OF(SlidingWindows, AnEventMayBeLateForSomeOfItsWindowsOnly) {
  const Seen<int> aside;
  const auto window = flow::window::sliding(10ms, 5ms, Itself()).on_late([aside](int n) { aside.add(n); });
  const auto windows = flow::from(std::vector{7, 12, 6, 1}, batches_of(1)) | window | lists() | traced();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("[7] done sliding 0", "[7 12 6] done sliding 5", "[12] done sliding 10"));
  EXPECT_THAT(aside.events(), ElementsAre(6, 1));
}

SCENARIO_OF(SlidingWindows, LatenessAndGapsAreAsForFixedOnes) {
  const auto windows = flow::from(std::vector{0, 10, 1, 30}, batches_of(1)) |
                       flow::window::sliding(10ms, 5ms, Itself(), {.allowed_lateness = 5ms}) | lists() |
                       traced();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("[0] watermark sliding -5", "[0] watermark sliding 0", "[0] done sliding -5",
                          "[10] watermark sliding 5", "[10] watermark sliding 10", "[] watermark sliding 15",
                          "[] watermark sliding 20", "[0 1] done sliding 0", "[10] done sliding 5",
                          "[10] done sliding 10", "[] done sliding 15", "[] done sliding 20",
                          "[30] done sliding 25", "[30] done sliding 30"));
}

SCENARIO_OF(SessionWindows, EndWhereAKeyPauses) {
  const auto windows = clicks({{"ann", 0}, {"bob", 3}, {"ann", 9}, {"ann", 19}, {"bob", 30}}) | sessions() |
                       visits() | traced_visits();
  EXPECT_THAT(events_of(windows, world), ElementsAre("[bob3] done session 3", "[ann0 ann9] done session 0",
                                                     "[ann19] done session 19", "[bob30] done session 30"));
}

SCENARIO_OF(SessionWindows, AnEventBetweenTwoJoinsThem) {
  const auto windows = clicks({{"ann", 0}, {"ann", 12}, {"bob", 5}, {"ann", 6}, {"ann", 100}}) | sessions() |
                       visits() | traced_visits();
  EXPECT_THAT(
      events_of(windows, world),
      ElementsAre("[bob5] done session 5", "[ann0 ann6 ann12] done session 0", "[ann100] done session 100"));
}

SCENARIO_OF(SessionWindows, DoNotDependOnTheOrderWithinTheLateness) {
  std::vector<Click> all{{"ann", 0}, {"ann", 8}, {"ann", 16}, {"ann", 30}, {"bob", 1}, {"bob", 20}};
  const auto of = [&](const std::vector<Click>& events) {
    return sorted(events_of(
        clicks(events, 1) | sessions({.allowed_lateness = 100ms}) | visits() | traced_visits(), world));
  };
  const auto wanted = of(all);
  EXPECT_THAT(wanted, ElementsAre("[ann0 ann8 ann16] done session 0", "[ann30] done session 30",
                                  "[bob1] done session 1", "[bob20] done session 20"));
  std::mt19937 random(1);
  for (int i = 0; i != 10; ++i) {
    std::ranges::shuffle(all, random);
    ASSERT_EQ(of(all), wanted);
  }
}

SCENARIO_OF(SessionWindows, LateEventsAreCountedAndGoAside) {
  const Seen<int> aside;
  const flow::LateCount late;
  const auto window = sessions({.late = late}).on_late([aside](const Click& click) { aside.add(click.ms); });
  const auto windows = clicks({{"ann", 0}, {"bob", 50}, {"ann", 5}, {"ann", 40}, {"ann", 41}}, 1) | window |
                       visits() | traced_visits();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("[ann0] done session 0", "[ann41] done session 41", "[bob50] done session 50"));
  EXPECT_THAT(aside.events(), ElementsAre(5, 40));
  EXPECT_EQ(late.value(), 2U);
}

SCENARIO_OF(SessionWindows, TriggersCountWhenASessionCloses) {
  const auto windows = clicks({{"ann", 0}, {"ann", 1}, {"ann", 2}}) | sessions({.trigger = flow::every(2)}) |
                       visits() | traced_visits();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("[ann0 ann1] every 2 session 0", "[ann0 ann1 ann2] done session 0"));
}

SCENARIO_OF(SessionWindows, CloseWhenTheirLatenessIsOverByTheClock) {
  Tap<Click> tap(world);
  const Seen<std::string> seen;
  const auto handle = tap.flow() | sessions({.allowed_lateness = 1s}) | visits() | traced_visits() |
                      seen.record() | flow::start(world.runtime());
  tap.say({{"ann", 0}, {"bob", 10}});
  world.advance(999ms);
  EXPECT_THAT(seen.events(), IsEmpty());
  world.advance(1ms);
  EXPECT_THAT(seen.events(), ElementsAre("[ann0] done session 0"));
}

SCENARIO_OF(SessionWindows, AKeyThatIsNotEqualToItselfFailsTheFlow) {
  const auto windows = flow::from(std::vector{1.0, std::numeric_limits<double>::quiet_NaN()}, {.stages = 1}) |
                       flow::window::session(
                           1s, [](double) { return flow::EventTime(); }, std::identity()) |
                       flow::reduce(0.0, std::plus{});
  try {
    static_cast<void>(events_of(windows, world));
    ADD_FAILURE() << "the flow did not fail";
  } catch (const flow::FlowFailed& failure) {
    EXPECT_THAT(failure.what(), ::testing::HasSubstr("session: a key is not equal to itself"));
  }
}

SCENARIO_OF(SessionWindows, AKeyThatThrowsFailsTheFlow) {
  const auto windows = flow::from(std::vector{1, 2, 3}, {.stages = 1}) |
                       flow::window::session(1s, Itself(),
                                             [](int n) {
                                               if (n == 3) throw std::runtime_error("no key");
                                               return n;
                                             }) |
                       lists();
  EXPECT_THROW(static_cast<void>(events_of(windows, world)), flow::FlowFailed);
}

SCENARIO_OF(SessionWindows, EventsThatOnlyMove) {
  using Event = std::unique_ptr<int>;
  const auto by = [](const Event& event) { return flow::EventTime(flow::Millis(*event)); };
  const auto windows = flow::from(std::vector{5, 0, 40}, {.stages = 1}) |
                       flow::map([](int n) { return std::make_unique<int>(n); }) |
                       flow::window::session(10ms, by, [](const Event&) { return 0; }) |
                       flow::reduce(std::vector<int>(), [](std::vector<int>& list, const Event& event) {
                         list.push_back(*event);
                       });
  EXPECT_THAT(events_of(windows, world), ElementsAre(ElementsAre(0, 5), ElementsAre(40)));
}

SCENARIO_OF(SessionWindows, TheFurthestTimesAreSessionsToo) {
  const std::vector<flow::EventTime> events{flow::EventTime::max(), flow::EventTime::min(),
                                            flow::EventTime()};
  const auto windows = flow::from(events, {.stages = 1}) |
                       flow::window::session(1s, std::identity(), [](flow::EventTime) { return 0; }) |
                       flow::reduce(0, [](int& n, flow::EventTime) { ++n; });
  EXPECT_THAT(events_of(windows, world), ElementsAre(1, 1, 1));
}

}  // namespace
}  // namespace sluice::flow_tests
