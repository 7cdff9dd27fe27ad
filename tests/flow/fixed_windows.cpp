#include <numeric>
#include <stdexcept>

#include "flow/tap.hpp"
#include "flow/trace.hpp"

namespace sluice::flow_tests {
namespace {

using namespace std::chrono_literals;

/// Events are their own times, in milliseconds.
struct Itself {
  [[nodiscard]] flow::EventTime operator()(int ms) const { return flow::EventTime(flow::Millis(ms)); }
};
/// 1 … 100 happened in the windows `early`, then `middle`, then `late` (FL-080).
struct Turns {
  int early;
  int middle;
  int last;
  [[nodiscard]] flow::EventTime operator()(int n) const {
    return flow::EventTime(flow::Millis(n <= 40 ? early : n <= 80 ? middle : last));
  }
};
/// 1 … 50 in window 0, the rest in window 1 (FL-084).
[[nodiscard]] flow::EventTime halves(int n) { return flow::EventTime(flow::Millis(n <= 50 ? 0 : 1000)); }

[[nodiscard]] auto numbers(int last, flow::LayerOptions options = {.stages = 1}) {
  return flow::from(std::views::iota(1, last + 1), std::move(options));
}
[[nodiscard]] flow::LayerOptions batches_of(Demand n) {
  return {.stages = 1, .max_demand = n, .min_demand = 0};
}
[[nodiscard]] auto one_by_one(std::vector<int> events) {
  return flow::from(std::move(events), batches_of(1));
}
[[nodiscard]] auto sums() { return flow::reduce(0, std::plus{}); }
/// Lists with the newest first, as in the scenarios.
[[nodiscard]] auto lists() {
  return flow::reduce(std::vector<int>(),
                      [](std::vector<int>& list, int n) { list.insert(list.begin(), n); });
}
/// Lists in order, for events that come in any.
[[nodiscard]] auto sets() {
  return flow::reduce(std::vector<int>(), [](std::vector<int>& list, int n) {
    list.insert(std::ranges::upper_bound(list, n), n);
  });
}
[[nodiscard]] auto seconds(flow::AlignedOptions options = {}) {
  return flow::window::fixed(1s, Itself(), std::move(options));
}

SCENARIO(FL_079_GapsBetweenWindowsFireToo) {
  const auto events = flow::from(std::vector{0, 500, 5500}, {.stages = 1});
  EXPECT_THAT(events_of(events | seconds() | sums() | fired_where<int>(), world),
              ElementsAre("500 done fixed 0", "0 done fixed 1000", "0 done fixed 2000", "0 done fixed 3000",
                          "0 done fixed 4000", "5500 done fixed 5000"));
  EXPECT_THAT(events_of(events | seconds({.gaps = flow::Gaps::skip}) | sums() | fired_where<int>(), world),
              ElementsAre("500 done fixed 0", "5500 done fixed 5000"));
}

SCENARIO(FL_080_ALateEventOfTheSameBatchIsLetIn) {
  const auto windows =
      numbers(100) | flow::window::fixed(1s, Turns{0, 2000, 0}) | sums() | fired_where<int>();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("2630 done fixed 0", "0 done fixed 1000", "2420 done fixed 2000"));
}

SCENARIO(FL_081_ALateEventOfALaterBatchIsLost) {
  const flow::LateCount late;
  const auto windows = numbers(100, batches_of(5)) |
                       flow::window::fixed(1s, Turns{0, 2000, 0}, {.late = late}) | sums() |
                       fired_where<int>();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("820 done fixed 0", "0 done fixed 1000", "2420 done fixed 2000"));
  EXPECT_EQ(late.value(), 20U);
  EXPECT_EQ(world.logged(Severity::warning, "20 events came too late for their windows"), 1U);
}

SCENARIO(FL_082_WithLatenessAWindowFiresWatermarkBeforeDone) {
  const auto windows = numbers(100) | flow::window::fixed(1s, Turns{0, 2000, 0}, {.allowed_lateness = 1h}) |
                       sums() | fired_where<int>();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("2630 watermark fixed 0", "0 watermark fixed 1000", "2630 done fixed 0",
                          "0 done fixed 1000", "2420 done fixed 2000"));
}

SCENARIO(FL_084_TriggersCountPerWindow) {
  const auto windows = numbers(100, batches_of(5)) |
                       flow::window::fixed(1s, halves, {.trigger = flow::every(12)}) | sums() |
                       fired_where<int>();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("78 every 12 fixed 0", "300 every 12 fixed 0", "666 every 12 fixed 0",
                          "1176 every 12 fixed 0", "1275 done fixed 0", "678 every 12 fixed 1000",
                          "1500 every 12 fixed 1000", "2466 every 12 fixed 1000", "3576 every 12 fixed 1000",
                          "3775 done fixed 1000"));
}

SCENARIO(FL_085_LatenessAlsoHelpsWindowsThatNeverOpened) {
  const std::vector<int> events{3500, 500, 4200, 600};
  const flow::LateCount late;
  EXPECT_THAT(
      events_of(one_by_one(events) | seconds({.late = late}) | lists() | fired_where<std::vector<int>>(),
                world),
      ElementsAre("[3500] done fixed 3000", "[4200] done fixed 4000"));
  EXPECT_EQ(late.value(), 2U);
  const auto patient =
      one_by_one(events) | seconds({.allowed_lateness = 1h}) | lists() | fired_where<std::vector<int>>();
  EXPECT_THAT(events_of(patient, world),
              ElementsAre("[500] watermark fixed 0", "[3500] watermark fixed 3000", "[600 500] done fixed 0",
                          "[] done fixed 1000", "[] done fixed 2000", "[3500] done fixed 3000",
                          "[4200] done fixed 4000"));
}

SCENARIO(FL_086_LateEventsReachAWindowThatFiredWatermark) {
  const auto windows = one_by_one({500, 1500, 400, 2500, 1400}) | seconds({.allowed_lateness = 1h}) |
                       lists() | fired_where<std::vector<int>>();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("[500] watermark fixed 0", "[1500] watermark fixed 1000", "[400 500] done fixed 0",
                          "[1400 1500] done fixed 1000", "[2500] done fixed 2000"));
}

SCENARIO(FL_087_WithoutLatenessLateEventsAreLost) {
  const auto windows =
      one_by_one({500, 1500, 400, 2500, 1400}) | seconds() | lists() | fired_where<std::vector<int>>();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("[500] done fixed 0", "[1500] done fixed 1000", "[2500] done fixed 2000"));
}

SCENARIO(FL_088_TheSlowestSourceRules) {
  const auto sources = flow::from_ranges(
      std::vector{std::vector{100, 1100, 2100, 3100}, std::vector{200, 1200}}, batches_of(1));
  EXPECT_THAT(events_of(sources | seconds() | sets() | fired_where<std::vector<int>>(), world),
              ElementsAre("[100 200] done fixed 0", "[1100 1200] done fixed 1000", "[2100] done fixed 2000",
                          "[3100] done fixed 3000"));
}

template <class By>
constexpr bool tells_the_time_of_an_int = flow::TimedBy<By, int>;

SCENARIO_EXCLUDED_BY_TYPE(FL_090_WhatTellsTheTimeAnswersATime) {
  using std::chrono::sys_time;
  static_assert(tells_the_time_of_an_int<Itself>);
  static_assert(tells_the_time_of_an_int<std::chrono::sys_days (*)(int)>);
  static_assert(!tells_the_time_of_an_int<std::identity>);
  static_assert(!tells_the_time_of_an_int<std::string (*)(int)>);
  static_assert(!tells_the_time_of_an_int<sys_time<std::chrono::duration<double>> (*)(int)>);
  static_assert(!tells_the_time_of_an_int<Instant (*)(int)>);
}

SCENARIO(FL_091_TimesBeforeTheEpochHaveWindowsOfTheSameLength) {
  const auto windows = flow::from(std::vector{-1500, -999, -1, 0, 500}, {.stages = 1}) | seconds() | sets() |
                       fired_where<std::vector<int>>();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("[-1500] done fixed -2000", "[-999 -1] done fixed -1000", "[0 500] done fixed 0"));
}

SCENARIO(FL_092_APeriodicTriggerFiresOpenWindowsWhenTheSourceIsSilent) {
  Tap<int> tap(world);
  const Seen<std::string> seen;
  const auto handle = tap.flow() | flow::window::fixed(1s, halves, {.trigger = flow::periodically(100ms)}) |
                      sums() | fired_where<int>() | seen.record() | flow::start(world.runtime());
  std::vector<int> all(100);
  std::iota(all.begin(), all.end(), 1);
  tap.say(all);
  world.advance(100ms);
  EXPECT_THAT(seen.events(), ElementsAre("1275 done fixed 0", "3775 every 100 ms fixed 1000"));
}

SCENARIO(FL_093_NoEventsNoWindows) {
  EXPECT_THAT(events_of(numbers(0) | seconds() | sums(), world), IsEmpty());
}

/// What is beyond the scenarios.
SCENARIO_OF(FixedWindows, AStageThatEndsNoLongerHoldsTheOthersBack) {
  Tap<int> quick(world);
  Tap<int> slow(world);
  const Seen<std::string> seen;
  const auto handle = flow::merge(quick.flow(), slow.flow()) | flow::shuffle({.stages = 1}) | seconds() |
                      sets() | fired_where<std::vector<int>>() | seen.record() | flow::start(world.runtime());
  quick.say({100, 1100, 2100});
  EXPECT_THAT(seen.events(), IsEmpty()) << "nothing is known of the other one";
  slow.say({200, 1200});
  EXPECT_THAT(seen.events(), ElementsAre("[100 200] done fixed 0"));
  slow.end();
  EXPECT_THAT(seen.events(), ElementsAre("[100 200] done fixed 0", "[1100 1200] done fixed 1000"));
  quick.end();
  EXPECT_EQ(handle.wait()->kind, flow::Outcome::Kind::completed);
  EXPECT_THAT(seen.events(),
              ElementsAre("[100 200] done fixed 0", "[1100 1200] done fixed 1000", "[2100] done fixed 2000"));
}

SCENARIO_OF(FixedWindows, AStageThatIsSilentNoLongerHoldsTheOthersBack) {
  Tap<int> quick(world);
  Tap<int> slow(world);
  const Seen<std::string> seen;
  const flow::LateCount late;
  const auto handle = flow::merge(quick.flow(), slow.flow()) | flow::shuffle({.stages = 1}) |
                      seconds({.idle_after = 10s, .late = late}) | sets() | fired_where<std::vector<int>>() |
                      seen.record() | flow::start(world.runtime());
  slow.say({200});
  world.advance(6s);
  quick.say({100, 1100});
  world.advance(3s);
  quick.say({1200});
  EXPECT_THAT(seen.events(), IsEmpty());
  world.advance(1s);
  EXPECT_THAT(seen.events(), ElementsAre("[100 200] done fixed 0"));
  slow.say({300, 1300});
  EXPECT_EQ(late.value(), 1U);
  quick.say({2000});
  EXPECT_THAT(seen.events(), ElementsAre("[100 200] done fixed 0")) << "it counts again";
}

SCENARIO_OF(FixedWindows, LatenessEndsByTheTimeOfEvents) {
  const flow::LateCount late;
  const auto windows = one_by_one({500, 2000, 600, 3000, 700}) |
                       seconds({.allowed_lateness = 2s, .gaps = flow::Gaps::skip, .late = late}) | sets() |
                       fired_where<std::vector<int>>();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("[500] watermark fixed 0", "[2000] watermark fixed 2000", "[500 600] done fixed 0",
                          "[2000] done fixed 2000", "[3000] done fixed 3000"));
  EXPECT_EQ(late.value(), 1U);
}

SCENARIO_OF(FixedWindows, LatenessEndsByTheClock) {
  Tap<int> tap(world);
  const Seen<std::string> seen;
  const auto handle = tap.flow() | seconds({.allowed_lateness = 2s}) | sets() |
                      fired_where<std::vector<int>>() | seen.record() | flow::start(world.runtime());
  tap.say({500});
  tap.say({1000});
  world.advance(1999ms);
  tap.say({600});
  EXPECT_THAT(seen.events(), ElementsAre("[500] watermark fixed 0"));
  world.advance(1ms);
  EXPECT_THAT(seen.events(), ElementsAre("[500] watermark fixed 0", "[500 600] done fixed 0"));
  tap.say({700});
  EXPECT_EQ(seen.events().size(), 2U) << "a window that is done is not opened again";
}

SCENARIO_OF(FixedWindows, LateEventsGoAside) {
  const Seen<int> aside;
  const flow::LateCount late;
  const auto window = seconds({.late = late}).on_late([aside](int n) { aside.add(n); });
  EXPECT_THAT(events_of(one_by_one({500, 1500, 400, 2500, 1400}) | window | lists(), world),
              ElementsAre(ElementsAre(500), ElementsAre(1500), ElementsAre(2500)));
  EXPECT_THAT(aside.events(), ElementsAre(400, 1400));
  EXPECT_EQ(late.value(), 2U);
  EXPECT_EQ(world.logged(Severity::warning, "too late"), 0U) << "they are not lost";
}

SCENARIO_OF(FixedWindows, AHugeGapDoesNotFire) {
  const auto events = flow::from(std::vector{0, 500, 2'000'000'000}, {.stages = 1});
  EXPECT_THAT(events_of(events | seconds({.max_gap_windows = 100}) | sums() | fired_where<int>(), world),
              ElementsAre("500 done fixed 0", "2000000000 done fixed 2000000000"));
  EXPECT_EQ(
      world.logged(Severity::warning,
                   "max_gap_windows: 1999999 empty windows from 1000 ms to 2000000000 ms do not fire, as "
                   "they are more than 100"),
      1U);
}

SCENARIO_OF(FixedWindows, TheFurthestTimesHaveWindowsToo) {
  const std::vector<flow::EventTime> events{flow::EventTime::min(), flow::EventTime(),
                                            flow::EventTime::max()};
  for (const Duration lateness : {Duration(0), Duration(1h), forever}) {
    const auto counts = flow::from(events, batches_of(1)) |
                        flow::window::fixed(1s, std::identity{}, {.allowed_lateness = lateness}) |
                        flow::reduce(0, [](int& n, flow::EventTime) { ++n; });
    const auto all = events_of(counts, world);
    EXPECT_EQ(all, std::vector<int>(lateness == Duration(0) ? 3 : 5, 1));
  }
}

SCENARIO_OF(FixedWindows, EventsOfOneTimeAreOneWindow) {
  const auto sizes = flow::from(std::vector<int>(1000, 77), batches_of(3)) |
                     flow::window::fixed(1ms, Itself()) | flow::reduce(0, [](int& n, int) { ++n; });
  EXPECT_THAT(events_of(sizes, world), ElementsAre(1000));
}

SCENARIO_OF(FixedWindows, ATriggerFunctionHasAnAccumulatorPerWindow) {
  using Step = flow::TriggerStep<int, int>;
  const auto third = [](const std::vector<int>& events, int seen) {  // fires with the third of each window
    const int missing = 3 - seen;
    if (std::ssize(events) < missing || missing <= 0)
      return Step::proceed(seen + static_cast<int>(events.size()));
    const auto cut = events.begin() + missing;
    return Step::fire("third", {events.begin(), cut}, {cut, events.end()}, 3);
  };
  const auto windows = flow::from(std::vector{1, 1001, 2, 1002, 3, 1003, 4, 1004}, {.stages = 1}) |
                       seconds().trigger_by(0, third) | sets() | fired_where<std::vector<int>>();
  EXPECT_THAT(events_of(windows, world),
              ElementsAre("[1 2 3] third fixed 0", "[1001 1002 1003] third fixed 1000",
                          "[1 2 3 4] done fixed 0", "[1001 1002 1003 1004] done fixed 1000"));
}

SCENARIO_OF(FixedWindows, AreNotDoneWhenTheirSourceFails) {
  const Seen<std::string> seen;
  const auto times = std::views::iota(1) | std::views::transform([](int n) {
                       if (n == 7) throw std::runtime_error("seven");
                       return 300 * n;
                     });
  const auto handle = flow::from(times, batches_of(1)) | seconds() | sums() | fired_where<int>() |
                      seen.record() | flow::start(world.runtime());
  EXPECT_EQ(handle.wait()->kind, flow::Outcome::Kind::failed);
  EXPECT_THAT(seen.events(), ElementsAre("1800 done fixed 0"));
}

SCENARIO_OF(FixedWindows, AReaderMayLeaveHalfWay) {
  std::vector<int> first;
  for (const int sum : flow::from(std::views::iota(0), batches_of(500)) | seconds() | sums() |
                           flow::to_range(world.runtime())) {
    first.push_back(sum);
    if (first.size() == 2) break;
  }
  EXPECT_THAT(first, ElementsAre(499'500, 1'499'500));
}

SCENARIO_OF(FixedWindows, APointerToMemberTellsTheTime) {
  struct Reading {
    std::chrono::sys_seconds at;
    int value;
  };
  const auto second = [](int n) { return std::chrono::sys_seconds(std::chrono::seconds(n)); };
  const auto per_minute =
      flow::from(std::vector<Reading>{{second(0), 1}, {second(59), 2}, {second(60), 4}}, {.stages = 1}) |
      flow::window::fixed(1min, &Reading::at) |
      flow::reduce(0, [](int& sum, const Reading& reading) { sum += reading.value; });
  EXPECT_THAT(events_of(per_minute, world), ElementsAre(3, 4));
}

}  // namespace
}  // namespace sluice::flow_tests
