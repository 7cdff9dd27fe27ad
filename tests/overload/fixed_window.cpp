#include "sluice/overload/fixed_window.hpp"

#include "overload/arrivals.hpp"
#include "overload/overload.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::FixedWindow;
using overload::Take;
using ::testing::AllOf;
using ::testing::HasSubstr;

static_assert(overload::Limiter<FixedWindow>);

TEST(FixedWindow, LetsTheLimitPassInEachIntervalFromTheFirstEventOn) {
  FixedWindow window({.limit = 2, .per = 1s});
  EXPECT_EQ(window.take(at(700ms)), Take::taken);
  EXPECT_EQ(window.take(at(1600ms)), Take::taken);
  EXPECT_EQ(window.take(at(1650ms)), Take::not_yet);
  EXPECT_EQ(window.wait(at(1650ms)), 50ms);
  EXPECT_EQ(window.take(at(1700ms)), Take::taken);
  EXPECT_EQ(window.take(at(1700ms)), Take::taken) << "the known burst at the end of an interval";
}

TEST(FixedWindow, IntervalsKeepTheirRhythmOverAPause) {
  FixedWindow window({.limit = 1, .per = 1s});
  EXPECT_EQ(window.take(at(700ms)), Take::taken);
  EXPECT_EQ(window.take(at(5s)), Take::taken);
  EXPECT_EQ(window.wait(at(5s)), 700ms);
}

TEST(FixedWindow, CarriesNothingOver) {
  FixedWindow window({.limit = 3, .per = 1s});
  EXPECT_EQ(window.take(at(0s)), Take::taken);
  EXPECT_EQ(window.take(at(1h), 3), Take::taken);
  EXPECT_EQ(window.take(at(1h)), Take::not_yet);
  EXPECT_EQ(window.until_idle(at(1h)), 1s) << "an hour is a whole number of intervals";
}

TEST(FixedWindow, KeepsItsRateAndLetsNoMoreThanTwiceTheLimitPassAtOnceForAnySeed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    const std::uint64_t limit = 500 + random.below(1000);
    FixedWindow window({.limit = limit, .per = 100ms});
    const auto passed = press(window, 10s, 3, seed);
    EXPECT_LE(most_within(passed, 100ms), 2 * limit) << seed;
    EXPECT_NEAR(static_cast<double>(sum(passed)) / static_cast<double>(limit * 100), 1, 0.02) << seed;
  }
}

TEST(FixedWindow, OtherLimitsCountWhatTheIntervalHas) {
  FixedWindow window({.limit = 10, .per = 1s});
  EXPECT_EQ(window.take(at(0s), 8), Take::taken);
  window.change(at(100ms), {.limit = 5, .per = 2s});
  EXPECT_EQ(window.wait(at(100ms)), 1900ms);
  window.change(at(100ms), {.limit = 9, .per = 1s});
  EXPECT_EQ(window.wait(at(100ms)), 0s);
}

TEST(FixedWindow, ATimeThatGoesBackCountsAsTheLatest) {
  FixedWindow window({.limit = 1, .per = 1s});
  EXPECT_EQ(window.take(at(10s)), Take::taken);
  EXPECT_EQ(window.take(at(8s)), Take::not_yet);
  EXPECT_EQ(window.wait(at(9s)), 2s);
  EXPECT_EQ(window.take(at(9s), 0), Take::taken);
}

TEST(FixedWindow, SaysWhichOptionOrCostIsOutOfRange) {
  EXPECT_THAT(message_of([] { FixedWindow({.limit = 0}); }), HasSubstr("limit: must be at least 1, got 0"));
  EXPECT_THAT(message_of([] { FixedWindow({.per = 0s}); }), HasSubstr("per: must be positive, got 0 ns"));
  FixedWindow window({.limit = 4});
  EXPECT_THAT(message_of([&] { static_cast<void>(window.take(at(0s), 5)); }),
              AllOf(HasSubstr("cost"), HasSubstr("limit, 4"), HasSubstr("got 5")));
  EXPECT_THROW(window.change(at(0s), {.limit = 0}), OptionError);
}

}  // namespace
}  // namespace sluice::overload_tests
