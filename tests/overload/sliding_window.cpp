#include "sluice/overload/sliding_window.hpp"

#include "overload/arrivals.hpp"
#include "overload/overload.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::SlidingWindow;
using overload::Take;
using ::testing::AllOf;
using ::testing::HasSubstr;

static_assert(overload::Limiter<SlidingWindow>);

TEST(SlidingWindow, LetsTheLimitPassAtOnceAndTheNextWhenTheFirstIsOld) {
  SlidingWindow window({.limit = 2, .per = 1s});
  EXPECT_EQ(window.take(at(0s)), Take::taken);
  EXPECT_EQ(window.take(at(300ms)), Take::taken);
  EXPECT_EQ(window.take(at(400ms)), Take::not_yet);
  EXPECT_EQ(window.wait(at(400ms)), 600ms);
  EXPECT_EQ(window.take(at(1s - 1ns)), Take::not_yet);
  EXPECT_EQ(window.take(at(1s)), Take::taken);
  EXPECT_EQ(window.wait(at(1s)), 300ms);
}

TEST(SlidingWindow, ADearEventWaitsForSeveral) {
  SlidingWindow window({.limit = 10, .per = 1s});
  EXPECT_EQ(window.take(at(0ms), 4), Take::taken);
  EXPECT_EQ(window.take(at(100ms), 4), Take::taken);
  EXPECT_EQ(window.wait(at(200ms), 2), 0s);
  EXPECT_EQ(window.wait(at(200ms), 6), 800ms);
  EXPECT_EQ(window.wait(at(200ms), 7), 900ms);
  EXPECT_EQ(window.until_idle(at(200ms)), 900ms);
  EXPECT_EQ(window.until_idle(at(1100ms)), 0s);
}

TEST(SlidingWindow, NoWindowOfItsLengthHoldsMoreThanTheLimitForAnySeed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    const std::uint64_t limit = 500 + random.below(1000);
    const Duration grain = seed % 2 == 0 ? 0ns : Duration(1ms);
    SlidingWindow window({.limit = limit, .per = 100ms, .grain = grain});
    const auto passed = press(window, 10s, 3, seed);
    EXPECT_LE(most_within(passed, 100ms), limit) << seed;
    EXPECT_NEAR(static_cast<double>(sum(passed)) / static_cast<double>(limit * 100), 1, 0.02) << seed;
  }
}

TEST(SlidingWindow, NeverExceedsItsLimitWhateverComes) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SlidingWindow window({.limit = 100, .per = 100ms});
    const auto passed = come(window, 10s, 300us, 5, seed);
    EXPECT_LE(most_within(passed, 100ms), 100U) << seed;
    EXPECT_GE(sum(passed), 9'000U) << seed;
  }
}

TEST(SlidingWindow, AGrainBoundsWhatItRemembers) {
  SlidingWindow window({.limit = 1'000'000, .per = 1s, .grain = 100ms});
  for (Instant now{}; now < at(5s); now += 10us) static_cast<void>(window.take(now));
  EXPECT_LE(window.remembered(), 12U);
  EXPECT_EQ(window.take(at(5s + 10ms), 900'000), Take::taken);
  EXPECT_EQ(window.wait(at(5s + 20ms), 900'000), 1080ms) << "counted as if it passed at 5.1 s";
}

TEST(SlidingWindow, ALowerLimitCountsWhatPassedBefore) {
  SlidingWindow window({.limit = 10, .per = 1s});
  EXPECT_EQ(window.take(at(0s), 5), Take::taken);
  EXPECT_EQ(window.take(at(500ms), 5), Take::taken);
  window.change(at(600ms), {.limit = 6, .per = 1s});
  EXPECT_EQ(window.wait(at(600ms)), 400ms);
  EXPECT_EQ(window.wait(at(600ms), 2), 900ms);
  window.change(at(600ms), {.limit = 100, .per = 1s});
  EXPECT_EQ(window.take(at(600ms), 90), Take::taken);
}

TEST(SlidingWindow, ATimeThatGoesBackCountsAsTheLatest) {
  SlidingWindow window({.limit = 1, .per = 1s});
  EXPECT_EQ(window.take(at(10s)), Take::taken);
  EXPECT_EQ(window.wait(at(9s)), 2s);
  EXPECT_EQ(window.take(at(11s)), Take::taken);
  EXPECT_EQ(window.take(at(5s)), Take::not_yet);
  EXPECT_EQ(window.take(at(5s), 0), Take::taken);
}

TEST(SlidingWindow, RefusesACostThatCouldNeverPass) {
  SlidingWindow window({.limit = 10});
  EXPECT_THAT(message_of([&] { static_cast<void>(window.take(at(0s), 11)); }),
              AllOf(HasSubstr("cost"), HasSubstr("limit, 10"), HasSubstr("got 11")));
}

TEST(SlidingWindow, SaysWhichOptionIsOutOfRange) {
  EXPECT_THAT(message_of([] { SlidingWindow({.limit = 0}); }), HasSubstr("limit: must be at least 1, got 0"));
  EXPECT_THAT(message_of([] { SlidingWindow({.per = -1s}); }), HasSubstr("per: must be positive"));
  EXPECT_THAT(message_of([] { SlidingWindow({.grain = -1ns}); }), HasSubstr("got -1 ns"));
  EXPECT_THAT(message_of([] { SlidingWindow({.per = 1s, .grain = 2s}); }),
              AllOf(HasSubstr("grain"), HasSubstr("at most per, 1000000000 ns")));
  SlidingWindow window({.limit = 4});
  EXPECT_THROW(window.change(at(0s), {.limit = 0}), OptionError);
  EXPECT_EQ(window.options().limit, 4U);
}

}  // namespace
}  // namespace sluice::overload_tests
