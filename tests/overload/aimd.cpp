#include "sluice/overload/aimd.hpp"

#include "overload/overload.hpp"
#include "overload/service.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::Aimd;
using overload::AimdOptions;
using overload::Outcome;
using ::testing::HasSubstr;

static_assert(overload::ConcurrencyLimit<Aimd>);

/// Rounds of work that reach the limit, each a time `rtt` long and all ending at once.
void rounds(Aimd& limit, int count, Duration rtt, Instant& now) {
  for (int i = 0; i < count; ++i) {
    limit.on_start(limit.limit(), now);
    limit.on_end(rtt, limit.limit(), Outcome::done, now += rtt);
  }
}

TEST(Aimd, AddsOneForEachRoundTripThatIsNotLonger) {
  Aimd limit;
  Instant now{};
  EXPECT_EQ(limit.limit(), 1U);
  rounds(limit, 11, 10ms, now);
  EXPECT_EQ(limit.limit(), 11U);
}

TEST(Aimd, StaysWhileTheLimitIsNotReached) {
  Aimd limit({.initial = 10});
  for (int i = 1; i < 100; ++i) {
    limit.on_start(9, at(i * 10ms));
    limit.on_end(10ms, 9, Outcome::done, at(i * 10ms));
  }
  EXPECT_EQ(limit.limit(), 10U);
}

TEST(Aimd, TakesATenthOffWhenRoundTripsGetMuchLonger) {
  Aimd limit({.initial = 50});
  Instant now{};
  rounds(limit, 1, 10ms, now);
  rounds(limit, 1, 30ms, now);
  EXPECT_EQ(limit.limit(), 45U);
  EXPECT_EQ(limit.mean(), 18ms) << "10 + 0.4 * 20";
}

TEST(Aimd, StaysWhileRoundTripsAreALittleLonger) {
  Aimd limit({.initial = 50});
  Instant now{};
  for (int i = 0; i < 20; ++i) {
    rounds(limit, 1, i % 2 == 0 ? 10ms : 20ms, now);
    now += 1s;
  }
  const std::uint64_t before = limit.limit();
  rounds(limit, 1, 22ms, now);
  EXPECT_EQ(limit.limit(), before) << "longer than the mean by less than 2.5 deviations";
}

TEST(Aimd, APushBackTakesATenthOffOncePerRoundTrip) {
  Aimd limit({.initial = 50});
  Instant now{};
  rounds(limit, 1, 10ms, now);
  now += 10ms;
  for (int i = 0; i < 20; ++i) limit.on_end(0ms, 50, Outcome::pushed_back, now);
  EXPECT_EQ(limit.limit(), 45U);
  for (int i = 0; i < 200; ++i) limit.on_end(0ms, 50, Outcome::pushed_back, now += 10ms);
  EXPECT_EQ(limit.limit(), 1U);
}

TEST(Aimd, GrowsAgainAfterAPushBack) {
  Aimd limit({.initial = 50});
  Instant now{};
  rounds(limit, 1, 10ms, now);
  limit.on_end(0ms, 50, Outcome::pushed_back, now += 10ms);
  EXPECT_EQ(limit.limit(), 45U);
  rounds(limit, 1, 10ms, now);
  EXPECT_EQ(limit.limit(), 46U);
}

TEST(Aimd, WhatIsIgnoredSaysNothing) {
  Aimd limit({.initial = 50});
  for (int i = 0; i < 100; ++i) limit.on_end(i * 1s, 50, Outcome::ignored, at(i * 1s));
  EXPECT_EQ(limit.limit(), 50U);
  EXPECT_EQ(limit.mean(), 0s);
}

TEST(Aimd, FollowsAStepOfASteadyService) {
  follow_steps("aimd, steady", Aimd(), Spread::none, [](const Step& step, const Followed& one) {
    // It comes down slowly from a limit that was right: the queue of a service far away shows late.
    const bool down_from_away = step.way != Duration::zero() && step.before.workers > step.behind.workers;
    EXPECT_NEAR(one.limit, 1, down_from_away ? 0.4 : 0.25) << step.name;
    EXPECT_GE(one.busy, 0.9) << step.name;
  });
}

// The published rule does no better; Gradient does.
TEST(Aimd, KeepsANoisyServiceBusyWithAQueueOfAFewTimesItsNeed) {
  follow_steps("aimd, 50 % to 150 %", Aimd(), Spread::uniform, [](const Step& step, const Followed& one) {
    EXPECT_GE(one.busy, 0.85) << step.name;
    EXPECT_LE(one.limit, 4.5) << step.name;
  });
}

TEST(Aimd, SaysWhichOptionIsOutOfRange) {
  const auto said = [](AimdOptions options) { return message_of([&] { Aimd{options}; }); };
  EXPECT_THAT(said({.initial = 0}), HasSubstr("initial: must be 1 to 200, got 0"));
  EXPECT_THAT(said({.least = 0}), HasSubstr("least: must be at least 1, got 0"));
  EXPECT_THAT(said({.most = 0}), HasSubstr("most: must be at least 1, got 0"));
  EXPECT_THAT(said({.decrease = 1}), HasSubstr("decrease: must be below 1, got 1"));
  EXPECT_THAT(said({.decrease = 0}), HasSubstr("decrease: must be above 0"));
  EXPECT_THAT(said({.alpha = 2}), HasSubstr("alpha: must be above 0 and at most 1, got 2"));
  EXPECT_THAT(said({.deviations = -1}), HasSubstr("deviations: must be at least 0, got -1"));
}

}  // namespace
}  // namespace sluice::overload_tests
