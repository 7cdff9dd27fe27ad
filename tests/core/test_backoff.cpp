#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sluice/core/backoff.hpp"
#include "sluice/core/errors.hpp"
#include "sluice/core/random.hpp"

namespace sluice {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t middle = std::uint64_t{1} << 63U;  // neither more nor less

TEST(Backoff, DoublesUpToTheMost) {
  Backoff backoff({});
  std::vector<Duration> delays;
  for (int i = 0; i < 9; ++i) delays.push_back(*backoff.next(middle));
  EXPECT_THAT(delays, testing::ElementsAre(100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 6400ms, 10s, 10s));
}

TEST(Backoff, VariesByTwentyPercent) {
  EXPECT_EQ(*Backoff({}).next(0), 80ms);
  EXPECT_NEAR(static_cast<double>(Backoff({}).next(~std::uint64_t{0})->count()), 120e6, 1);
  Random random(7);
  Duration least = 1h;
  Duration most = 0s;
  for (int i = 0; i < 10'000; ++i) {
    const Duration delay = *Backoff({}).next(random.next());
    EXPECT_GE(delay, 80ms);
    EXPECT_LE(delay, 120ms);
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  EXPECT_LT(least, 81ms);
  EXPECT_GT(most, 119ms);
}

TEST(Backoff, BeginsAnewAfterASuccess) {
  Backoff backoff({});
  static_cast<void>(backoff.next(middle));
  static_cast<void>(backoff.next(middle));
  EXPECT_EQ(backoff.attempts(), 2U);
  backoff.succeeded();
  EXPECT_EQ(*backoff.next(middle), 100ms);
}

TEST(Backoff, EndsAfterItsAttempts) {
  Backoff backoff({.attempts = 2});
  EXPECT_TRUE(backoff.next(middle));
  EXPECT_TRUE(backoff.next(middle));
  EXPECT_FALSE(backoff.next(middle));
  backoff.succeeded();
  EXPECT_TRUE(backoff.next(middle));
}

TEST(Backoff, SurvivesTimesWithoutEnd) {
  Backoff backoff({.first = 1h, .most = forever});
  Duration last = 0s;
  for (int i = 0; i < 40; ++i) {
    const Duration delay = *backoff.next(0);
    EXPECT_GE(delay, last);
    last = delay;
  }
}

std::string field_of(const RetryOptions& options) {
  try {
    check(options);
  } catch (const OptionError& error) {
    return error.field();
  }
  return "none";
}

TEST(Backoff, ItsOptionsAreChecked) {
  EXPECT_EQ(field_of({}), "none");
  EXPECT_EQ(field_of({.first = 0s}), "retry.first");
  EXPECT_EQ(field_of({.first = 2s, .most = 1s}), "retry.most");
  EXPECT_EQ(field_of({.attempts = 0}), "retry.attempts");
}

}  // namespace
}  // namespace sluice
