#include "sluice/flow/window/event_clock.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "sluice/flow/window/time_grid.hpp"

// Pure: how far event time is, and which windows a time belongs to.

namespace sluice::flow_tests {
namespace {

using namespace std::chrono_literals;
using flow::EventClock;
using flow::EventTime;
using flow::long_ago;
using flow::Millis;

[[nodiscard]] EventTime ms(std::int64_t n) { return EventTime(Millis(n)); }
constexpr Instant start{};
constexpr SubscriptionId a{1};
constexpr SubscriptionId b{2};

/// A clock with inputs a and b.
[[nodiscard]] EventClock two(EventClock::Terms terms = {}) {
  EventClock clock(terms);
  clock.start(start);
  clock.opened(a);
  clock.opened(b);
  return clock;
}
/// What comes from there, and the watermark then.
EventTime say(EventClock& clock, SubscriptionId from, EventTime latest, Instant now = start) {
  clock.saw(from, latest, now);
  clock.advance(now);
  return clock.watermark();
}

TEST(EventClock, KnowsNoTimeBeforeAllHaveSentOne) {
  EventClock clock = two();
  EXPECT_EQ(say(clock, a, ms(5)), long_ago);
  EXPECT_EQ(clock.horizon(), long_ago);
  EXPECT_EQ(say(clock, b, ms(3)), ms(3));
  EXPECT_EQ(clock.horizon(), ms(3));
}

TEST(EventClock, TheSlowestRules) {
  EventClock clock = two();
  say(clock, a, ms(5));
  say(clock, b, ms(3));
  EXPECT_EQ(say(clock, a, ms(100)), ms(3));
  EXPECT_EQ(say(clock, b, ms(50)), ms(50));
}

TEST(EventClock, NeverGoesBack) {
  EventClock clock = two();
  say(clock, a, ms(5));
  say(clock, b, ms(3));
  EXPECT_EQ(say(clock, b, ms(-7)), ms(3));
  EXPECT_EQ(say(clock, b, long_ago), ms(3));
}

TEST(EventClock, WhoEndsDoesNotCount) {
  EventClock clock = two();
  say(clock, a, ms(5));
  clock.closed(b);
  clock.advance(start);
  EXPECT_EQ(clock.watermark(), ms(5));
  clock.closed(a);
  clock.closed(a);
  clock.advance(start);
  EXPECT_EQ(clock.watermark(), ms(5));
}

TEST(EventClock, WhatComesFromStrangersIsNotCounted) {
  EventClock clock = two();
  say(clock, a, ms(5));
  EXPECT_EQ(say(clock, SubscriptionId{9}, ms(7)), long_ago);
}

TEST(EventClock, WhoIsSilentDoesNotCount) {
  EventClock clock = two({.idle_after = 10s});
  EXPECT_EQ(say(clock, a, ms(5), start + 4s), long_ago);
  EXPECT_EQ(clock.wake(), start + 10s);
  clock.advance(start + 10s);
  EXPECT_EQ(clock.watermark(), ms(5));
  EXPECT_EQ(clock.wake(), start + 14s);
  EXPECT_EQ(say(clock, b, ms(2), start + 11s), ms(5));
  EXPECT_EQ(say(clock, a, ms(9), start + 12s), ms(5)) << "b holds it back again";
}

TEST(EventClock, WhereAllAreSilentTheFurthestCounts) {
  for (const bool a_first : {true, false}) {
    EventClock clock = two({.idle_after = 10s});
    say(clock, a, ms(5), start + (a_first ? 1s : 2s));
    say(clock, b, ms(7), start + (a_first ? 2s : 1s));
    EXPECT_EQ(clock.watermark(), ms(5));
    clock.advance(start + 12s);
    EXPECT_EQ(clock.watermark(), ms(7));
    EXPECT_EQ(clock.wake(), std::nullopt);
  }
}

TEST(EventClock, OneInputAloneNeedsNoAlarm) {
  EventClock clock({.idle_after = 10s});
  clock.start(start);
  clock.opened(a);
  say(clock, a, ms(5));
  EXPECT_EQ(clock.wake(), std::nullopt);
}

TEST(EventClock, TheHorizonFollowsAtTheLateness) {
  EventClock clock = two({.lateness = 10ms});
  say(clock, a, ms(5));
  say(clock, b, ms(5));
  EXPECT_EQ(clock.watermark(), ms(5));
  EXPECT_EQ(clock.horizon(), ms(-5));
  say(clock, a, ms(30));
  say(clock, b, ms(25));
  EXPECT_EQ(clock.horizon(), ms(15));
}

TEST(EventClock, TheHorizonReachesTheWatermarkWhenTheLatenessIsOverByTheClock) {
  EventClock clock = two({.lateness = 1000ms});
  say(clock, a, ms(50));
  say(clock, b, ms(50));
  EXPECT_EQ(clock.wake(), start + 1s);
  clock.advance(start + 999ms);
  EXPECT_EQ(clock.horizon(), ms(-950));
  clock.advance(start + 1s);
  EXPECT_EQ(clock.horizon(), ms(50));
  EXPECT_EQ(clock.wake(), std::nullopt);
}

TEST(EventClock, FrequentMarksAreJoinedButNeverEarly) {
  EventClock clock({.lateness = 1000ms});
  clock.start(start);
  clock.opened(a);
  for (int i = 0; i != 1000; ++i) say(clock, a, ms(i), start + 1ms * i);
  for (int i = 0; i != 1000; ++i) {
    clock.advance(start + 1s + 1ms * i);
    EXPECT_LE(clock.horizon(), ms(i));
    EXPECT_GE(clock.horizon(), ms(i - 16));
  }
}

TEST(EventClock, AnEndlessLatenessNeedsNoAlarm) {
  EventClock clock({.lateness = flow::furthest});
  clock.start(start);
  clock.opened(a);
  say(clock, a, flow::event_time_of(EventTime::max()));
  EXPECT_EQ(clock.wake(), std::nullopt);
  EXPECT_EQ(clock.horizon(), ms(0));
}

TEST(EventTimes, AreRoundedDown) {
  using std::chrono::sys_time;
  EXPECT_EQ(flow::event_time_of(sys_time<std::chrono::microseconds>(1999us)), ms(1));
  EXPECT_EQ(flow::event_time_of(sys_time<std::chrono::microseconds>(-1us)), ms(-1));
  EXPECT_EQ(flow::event_time_of(sys_time<std::chrono::nanoseconds>(-1'000'000ns)), ms(-1));
  EXPECT_EQ(flow::event_time_of(std::chrono::sys_days(std::chrono::days(-1))), ms(-86'400'000));
  using Thirds = std::chrono::duration<int, std::ratio<1, 3>>;
  EXPECT_EQ(flow::event_time_of(sys_time<Thirds>(Thirds(2))), ms(666));
  EXPECT_EQ(flow::event_time_of(sys_time<Thirds>(Thirds(-2))), ms(-667));
}

TEST(EventTimes, BeyondAllMeasureAreTheFurthest) {
  using Hours = std::chrono::sys_time<std::chrono::duration<std::int64_t, std::ratio<3600>>>;
  using Unsigned = std::chrono::sys_time<std::chrono::duration<std::uint64_t, std::milli>>;
  const EventTime last{flow::furthest};
  EXPECT_EQ(flow::event_time_of(EventTime::max()), last);
  EXPECT_EQ(flow::event_time_of(EventTime::min()), EventTime(-flow::furthest));
  EXPECT_EQ(flow::event_time_of(Hours::max()), last);
  EXPECT_EQ(flow::event_time_of(Hours::min()), EventTime(-flow::furthest));
  EXPECT_EQ(flow::event_time_of(Unsigned::max()), last);
}

TEST(TimeGrid, DividesAllTimesAlsoBeforeTheEpoch) {
  const flow::TimeGrid seconds(1000ms, 1000ms);
  for (const auto& [time, number] :
       {std::pair(0, 0), {999, 0}, {1000, 1}, {-1, -1}, {-1000, -1}, {-1001, -2}}) {
    const auto at = seconds.at(ms(time));
    EXPECT_EQ(at.first, number);
    EXPECT_EQ(at.last, number);
    EXPECT_EQ(at.from, ms(number * 1000));
    EXPECT_EQ(at.until, ms(number * 1000 + 1000));
  }
}

TEST(TimeGrid, OverlappingWindowsAreAllThatHoldATime) {
  for (const auto& [size, step] : {std::pair(10, 10), {10, 5}, {10, 3}, {7, 7}, {7, 1}, {5, 4}, {1, 1}}) {
    const flow::TimeGrid grid{Millis(size), Millis(step)};
    for (int time = -40; time != 40; ++time) {
      const auto at = grid.at(ms(time));
      EXPECT_TRUE(at.holds(ms(time)));
      for (int number = -60; number != 60; ++number) {
        const bool holds = grid.start(number) <= ms(time) && ms(time) < grid.end(number);
        EXPECT_EQ(holds, at.first <= number && number <= at.last) << size << '/' << step << ' ' << time;
        EXPECT_EQ(grid.end(number) > ms(time), number >= grid.first_after(ms(time)));
      }
      for (int near = -40; near != 40; ++near) {
        const auto other = grid.at(ms(near));
        EXPECT_EQ(at.holds(ms(near)), at.first == other.first && at.last == other.last);
      }
    }
  }
}

TEST(TimeGrid, HoldsTheFurthestTimes) {
  const flow::TimeGrid grid(24h * 365 * 100, 24h * 365);
  for (const EventTime time :
       {flow::event_time_of(EventTime::min()), flow::event_time_of(EventTime::max())}) {
    const auto at = grid.at(time);
    EXPECT_EQ(at.last - at.first, 99);
    EXPECT_TRUE(at.holds(time));
  }
}

}  // namespace
}  // namespace sluice::flow_tests
