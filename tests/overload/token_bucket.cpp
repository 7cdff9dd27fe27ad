#include "sluice/overload/token_bucket.hpp"

#include "overload/arrivals.hpp"
#include "overload/overload.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::Take;
using overload::TokenBucket;
using overload::TokenBucketOptions;
using ::testing::AllOf;
using ::testing::HasSubstr;

static_assert(overload::Limiter<TokenBucket>);

TEST(TokenBucket, BeginsFullAndEarnsAtItsRate) {
  TokenBucket bucket({.tokens = 10, .per = 1s, .burst = 3});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bucket.take(at(5s)), Take::taken);
  EXPECT_EQ(bucket.take(at(5s)), Take::not_yet);
  EXPECT_EQ(bucket.wait(at(5s)), 100ms);
  EXPECT_EQ(bucket.take(at(5s + 100ms - 1ns)), Take::not_yet);
  EXPECT_EQ(bucket.take(at(5s + 100ms)), Take::taken);
}

TEST(TokenBucket, SavesNoMoreThanItsBurst) {
  TokenBucket bucket({.tokens = 10, .per = 1s, .burst = 3});
  EXPECT_EQ(bucket.take(at(0s), 3), Take::taken);
  EXPECT_EQ(bucket.tokens(at(1h)), 3U);
  EXPECT_EQ(bucket.until_idle(at(0s)), 300ms);
  EXPECT_EQ(bucket.until_idle(at(1h)), 0s);
}

TEST(TokenBucket, WhatCostsNothingAlwaysPasses) {
  TokenBucket bucket({.burst = 1});
  EXPECT_EQ(bucket.take(at(0s)), Take::taken);
  EXPECT_EQ(bucket.take(at(0s), 0), Take::taken);
}

TEST(TokenBucket, LosesNothingHoweverOftenItIsAsked) {
  TokenBucket bucket({.tokens = 7, .per = 1s, .burst = 7'000'000});
  EXPECT_EQ(bucket.take(at(0s), 7'000'000), Take::taken);
  Random random(1);
  for (Instant now{}; now < at(1000s); now += Duration(static_cast<std::int64_t>(random.below(3'000'000))))
    static_cast<void>(bucket.take(now, 7'000'000));
  EXPECT_EQ(bucket.tokens(at(1000s - 1ns)), 6999U);
  EXPECT_EQ(bucket.tokens(at(1000s)), 7000U);
}

TEST(TokenBucket, KeepsItsRateWithinTheBurstForAnySeed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    const std::uint64_t rate = 500 + random.below(20'000);
    const std::uint64_t burst = 10 + random.below(rate / 100 + 1);
    TokenBucket bucket({.tokens = rate, .per = 1s, .burst = burst});
    const auto passed = press(bucket, 10s, 10, seed);
    const double measured = static_cast<double>(sum(passed) - burst) / 10;
    EXPECT_NEAR(measured / static_cast<double>(rate), 1, 0.02) << seed;
    for (const Duration length : {1ms, 10ms, 1000ms}) {
      const auto earned = rate * static_cast<std::uint64_t>(length.count()) / 1'000'000'000 + 1;
      EXPECT_LE(most_within(passed, length), burst + earned) << seed;
    }
  }
}

TEST(TokenBucket, NeverExceedsItsRateWhateverComes) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    TokenBucket bucket({.tokens = 1000, .per = 1s, .burst = 20});
    const auto passed = come(bucket, 10s, 300us, 5, seed);
    EXPECT_LE(sum(passed), 10'020U) << seed;
    EXPECT_GE(sum(passed), 9'700U) << seed;
    EXPECT_LE(most_within(passed, 10ms), 30U) << seed;
  }
}

TEST(TokenBucket, AnotherRateKeepsWhatWasEarned) {
  TokenBucket bucket({.tokens = 10, .per = 1s, .burst = 100});
  EXPECT_EQ(bucket.take(at(0s), 100), Take::taken);
  bucket.change(at(1s + 50ms), {.tokens = 100, .per = 10s, .burst = 100});
  EXPECT_EQ(bucket.tokens(at(1s + 50ms)), 10U);
  EXPECT_EQ(bucket.wait(at(1s + 50ms), 11), 50ms) << "half a token was earned at the old rate";
  EXPECT_EQ(bucket.tokens(at(2s + 50ms)), 20U);
}

TEST(TokenBucket, ASmallerBurstCutsWhatWasSaved) {
  TokenBucket bucket({.tokens = 1, .per = 1s, .burst = 100});
  bucket.change(at(0s), {.tokens = 1, .per = 1s, .burst = 5});
  EXPECT_EQ(bucket.take(at(0s), 5), Take::taken);
  EXPECT_EQ(bucket.take(at(0s), 1), Take::not_yet);
}

TEST(TokenBucket, ALargerBurstMustBeEarned) {
  TokenBucket bucket({.tokens = 1, .per = 1s, .burst = 5});
  bucket.change(at(10s), {.tokens = 1, .per = 1s, .burst = 100});
  EXPECT_EQ(bucket.tokens(at(10s)), 5U);
  EXPECT_EQ(bucket.tokens(at(12s)), 7U);
}

TEST(TokenBucket, ATimeThatGoesBackCountsAsTheLatest) {
  TokenBucket bucket({.tokens = 1, .per = 1s, .burst = 1});
  EXPECT_EQ(bucket.take(at(10s)), Take::taken);
  EXPECT_EQ(bucket.take(at(9s)), Take::not_yet);
  EXPECT_EQ(bucket.wait(at(9s)), 2s);
  EXPECT_EQ(bucket.take(at(11s)), Take::taken);
}

TEST(TokenBucket, CountsFastRatesOverLongTimesWithoutOverflow) {
  TokenBucket bucket({.tokens = 1'000'000'000'000, .per = 1s, .burst = unlimited});
  EXPECT_EQ(bucket.take(at(0s), unlimited), Take::taken);
  EXPECT_EQ(bucket.tokens(at(1000h)), 3'600'000'000'000'000'000U);
  TokenBucket slow({.tokens = 1, .per = 24h, .burst = unlimited});
  EXPECT_EQ(slow.take(at(0s), unlimited), Take::taken);
  EXPECT_EQ(slow.wait(at(0s), unlimited), forever);
}

TEST(TokenBucket, RefusesACostThatCouldNeverPass) {
  TokenBucket bucket({.burst = 10});
  EXPECT_THAT(message_of([&] { static_cast<void>(bucket.take(at(0s), 11)); }),
              AllOf(HasSubstr("cost"), HasSubstr("burst, 10"), HasSubstr("got 11")));
  EXPECT_THAT(message_of([&] { static_cast<void>(bucket.wait(at(0s), 11)); }), HasSubstr("got 11"));
  EXPECT_EQ(bucket.take(at(0s), 10), Take::taken);
}

TEST(TokenBucket, SaysWhichOptionIsOutOfRange) {
  EXPECT_THAT(message_of([] { TokenBucket({.tokens = 0}); }), HasSubstr("tokens: must be at least 1, got 0"));
  EXPECT_THAT(message_of([] { TokenBucket({.tokens = static_cast<std::uint64_t>(-1)}); }),
              HasSubstr("got -1"));
  EXPECT_THAT(message_of([] { TokenBucket({.per = 0s}); }), HasSubstr("per: must be positive, got 0 ns"));
  EXPECT_THAT(message_of([] { TokenBucket({.burst = 0}); }), HasSubstr("burst: must be at least 1, got 0"));
  TokenBucket bucket({.burst = 4});
  EXPECT_THROW(bucket.change(at(0s), {.per = -1s}), OptionError);
  EXPECT_EQ(bucket.options().burst, 4U);
}

}  // namespace
}  // namespace sluice::overload_tests
