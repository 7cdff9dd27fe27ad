#include "sluice/overload/gradient.hpp"

#include <limits>
#include <vector>

#include "overload/overload.hpp"
#include "overload/service.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::Baseline;
using overload::Gradient;
using overload::GradientOptions;
using overload::Outcome;
using ::testing::AllOf;
using ::testing::HasSubstr;

static_assert(overload::ConcurrencyLimit<Gradient>);

/// Within 25 % in each second from five seconds after the step on, and at least 90 % busy.
void expect_settled(const Step& step, const Followed& one) {
  EXPECT_NEAR(one.limit, 1, 0.25) << step.name;
  EXPECT_LE(one.time, 5) << step.name;
  EXPECT_GE(one.busy, 0.9) << step.name;
}

TEST(Gradient, FollowsAStepOfASteadyService) {
  follow_steps("gradient, steady", Gradient(), Spread::none, expect_settled);
}

TEST(Gradient, FollowsAStepOfANoisyService) {
  follow_steps("gradient, 50 % to 150 %", Gradient(), Spread::uniform, expect_settled);
}

TEST(Gradient, FollowsAStepOfAServiceWithExponentialTimes) {
  // Single seconds leave the 25 %. Far away, the ideal limit itself leaves workers idle at times.
  follow_steps("gradient, exponential", Gradient(), Spread::exponential,
               [](const Step& step, const Followed& one) {
                 EXPECT_NEAR(one.limit, 1, 0.25) << step.name;
                 EXPECT_GE(one.busy, step.way == Duration::zero() ? 0.9 : 0.88) << step.name;
               });
}

TEST(Gradient, FollowsARamp) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ServiceOptions options{.spread = Spread::uniform, .seed = seed};
    options.power = [](Instant time) {
      return Power{10 + 2 * std::chrono::duration<double>(time.time_since_epoch()).count(), 10ms};
    };
    const auto tenths = Service<Gradient>(Gradient(), options).run(20s);
    double busy = 0;
    double limit = 0;
    for (std::size_t i = 150; i < 199; ++i) {
      busy += tenths[i].busy / 49;
      limit += tenths[i].limit / (10 + 0.2 * static_cast<double>(i)) / 49;
    }
    EXPECT_GE(busy, 0.9) << seed;
    EXPECT_NEAR(limit, 1, 0.25) << seed;
  }
}

/// Ends of work with the limit in use, one each millisecond.
void feed(Gradient& limit, int ends, Duration rtt, Instant& now) {
  for (int i = 0; i < ends; ++i) limit.on_end(rtt, limit.limit(), Outcome::done, now += 1ms);
}

GradientOptions published() {
  return {.least = 4, .tolerance = 1.5, .samples = 1, .baseline = Baseline::running_mean};
}

TEST(Gradient, AddsToTheLimitOnlyWithinTheTolerance) {
  Gradient limit(published());
  Instant now{};
  feed(limit, 10, 10ms, now);
  EXPECT_EQ(limit.limit(), 28U) << "0.2 * 4 for each";
  feed(limit, 1, 20ms, now);
  EXPECT_EQ(limit.limit(), 26U) << "28 * (0.8 + 0.2 * 1.5 * 10.03 / 20), and nothing added";
}

TEST(Gradient, NeverLowersTheLimitByMoreThanHalfOfItsWeight) {
  Gradient limit(published());
  Instant now{};
  feed(limit, 10, 10ms, now);
  feed(limit, 1, 10s, now);
  EXPECT_EQ(limit.limit(), 25U) << "28 * 0.9";
}

TEST(Gradient, StaysWhileLessThanHalfOfItIsInUse) {
  Gradient limit(published());
  for (int i = 0; i < 100; ++i) limit.on_end(10ms, 9, Outcome::done, at(i * 1ms));
  EXPECT_EQ(limit.limit(), 20U);
}

TEST(Gradient, APushBackLowersItAndWhatIsIgnoredDoesNot) {
  Gradient limit(published());
  limit.on_end(1ms, 20, Outcome::ignored, at(0s));
  EXPECT_EQ(limit.limit(), 20U);
  limit.on_end(1ms, 20, Outcome::pushed_back, at(0s));
  EXPECT_EQ(limit.limit(), 18U);
  for (int i = 0; i < 100; ++i) limit.on_end(1ms, 20, Outcome::pushed_back, at(0s));
  EXPECT_EQ(limit.limit(), 4U) << "never below the least";
}

TEST(Gradient, TheRunningMeanComesDownWhenTheLoadHasGone) {
  Gradient limit(published());
  Instant now{};
  feed(limit, 10, 100ms, now);
  EXPECT_EQ(limit.baseline(), 100ms);
  feed(limit, 60, 10ms, now);
  EXPECT_LT(limit.baseline(), 25ms);
}

TEST(Gradient, AProbeHalvesTheLimitAndMeasuresOnlyWhatBeganInIt) {
  Gradient limit({.initial = 20, .probe_samples = 2});
  EXPECT_EQ(limit.limit(), 10U) << "it begins with a probe";
  limit.on_end(50ms, 20, Outcome::done, at(50ms));
  limit.on_end(50ms, 10, Outcome::done, at(51ms));
  limit.on_end(50ms, 10, Outcome::done, at(52ms));
  EXPECT_EQ(limit.baseline(), 0ms) << "these began before ten were in flight";
  limit.on_end(10ms, 10, Outcome::done, at(61ms));
  limit.on_end(12ms, 10, Outcome::done, at(63ms));
  EXPECT_EQ(limit.baseline(), 11ms);
  EXPECT_EQ(limit.limit(), 20U);
}

TEST(Gradient, ThePublishedBaselineDoesNotHoldItsLimitInAServiceFarAway) {
  const Step& away = steps()[5];
  const Followed mean = follow(Gradient(published()), away, Spread::uniform, 1);
  EXPECT_GE(mean.limit, 3) << "why Baseline::probed is the default";
}

TEST(Gradient, SaysWhichOptionIsOutOfRange) {
  const auto said = [](GradientOptions options) { return message_of([&] { Gradient{options}; }); };
  EXPECT_THAT(said({.least = 0}), HasSubstr("least: must be at least 1, got 0"));
  EXPECT_THAT(said({.least = 5, .most = 4}), HasSubstr("most: must be at least least, 5, got 4"));
  EXPECT_THAT(said({.initial = 300}), HasSubstr("initial: must be 1 to 200, got 300"));
  EXPECT_THAT(said({.tolerance = 0.5}), HasSubstr("tolerance: must be at least 1, got 0.5"));
  EXPECT_THAT(said({.tolerance = std::numeric_limits<double>::quiet_NaN()}), HasSubstr("got nan"));
  EXPECT_THAT(said({.smoothing = 0}), AllOf(HasSubstr("smoothing"), HasSubstr("got 0")));
  EXPECT_THAT(said({.queue = 0}), HasSubstr("queue: must be above 0, got 0"));
  EXPECT_THAT(said({.samples = 0}), HasSubstr("samples: must be at least 1"));
  EXPECT_THAT(said({.probe_every = 0s}), HasSubstr("probe_every: must be positive"));
  EXPECT_THAT(said({.probe_samples = 0}), HasSubstr("probe_samples: must be at least 1"));
  EXPECT_THAT(said({.long_samples = 0}), HasSubstr("long_samples: must be at least 1"));
}

}  // namespace
}  // namespace sluice::overload_tests
