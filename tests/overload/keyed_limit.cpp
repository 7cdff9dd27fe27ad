#include "sluice/overload/keyed_limit.hpp"

#include <map>
#include <string>
#include <vector>

#include "overload/overload.hpp"
#include "sluice/overload/sliding_window.hpp"
#include "sluice/overload/token_bucket.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::KeyedLimit;
using overload::SlidingWindow;
using overload::Take;
using overload::TokenBucket;
using ::testing::HasSubstr;

TEST(KeyedLimit, EachKeyHasItsOwnLimit) {
  KeyedLimit<std::string, TokenBucket> limit(TokenBucket({.tokens = 1, .per = 1s, .burst = 1}));
  EXPECT_EQ(limit.take(at(0s), "a"), Take::taken);
  EXPECT_EQ(limit.take(at(0s), "b"), Take::taken);
  EXPECT_EQ(limit.take(at(0s), "a"), Take::not_yet);
  EXPECT_EQ(limit.wait(at(250ms), "a"), 750ms);
  EXPECT_EQ(limit.wait(at(250ms), "c"), 0s);
  EXPECT_EQ(limit.keys(), 2U);
}

TEST(KeyedLimit, ForgetsLimitersThatAreAsGoodAsNew) {
  KeyedLimit<int, TokenBucket> limit(TokenBucket({.tokens = 1, .per = 1s, .burst = 5}));
  EXPECT_EQ(limit.take(at(0s), 1, 1), Take::taken);
  EXPECT_EQ(limit.take(at(0s), 2, 5), Take::taken);
  EXPECT_EQ(limit.take(at(500ms), 1, 1), Take::taken) << "used again: idle at 2 s";
  EXPECT_EQ(limit.wait(at(1900ms), 3), 0s);
  EXPECT_EQ(limit.keys(), 2U);
  EXPECT_EQ(limit.wait(at(2s), 3), 0s);
  EXPECT_EQ(limit.keys(), 1U);
  EXPECT_EQ(limit.wait(at(5s), 3), 0s);
  EXPECT_EQ(limit.keys(), 0U);
}

TEST(KeyedLimit, AnotherKeyWaitsWhileAllPlacesAreInUse) {
  KeyedLimit<int, TokenBucket> limit(TokenBucket({.tokens = 1, .per = 1s, .burst = 5}), {.max_keys = 2});
  EXPECT_EQ(limit.take(at(0s), 1, 3), Take::taken);
  EXPECT_EQ(limit.take(at(0s), 2, 4), Take::taken);
  EXPECT_EQ(limit.take(at(1s), 3), Take::not_yet);
  EXPECT_EQ(limit.refused_keys(), 1U);
  EXPECT_EQ(limit.wait(at(1s), 3), 2s);
  EXPECT_EQ(limit.take(at(1s), 1), Take::taken) << "a known key needs no place";
  EXPECT_EQ(limit.take(at(4s), 3), Take::taken);
  EXPECT_EQ(limit.keys(), 1U);
}

TEST(KeyedLimit, AllKeysGetOtherLimitsWhileItRuns) {
  KeyedLimit<int, TokenBucket> limit(TokenBucket({.tokens = 1, .per = 1h, .burst = 1}));
  EXPECT_EQ(limit.take(at(0s), 1), Take::taken);
  limit.change([](TokenBucket& b) { b.change(at(0s), {.tokens = 1, .per = 1s, .burst = 2}); });
  EXPECT_EQ(limit.wait(at(0s), 1), 1s);
  EXPECT_EQ(limit.take(at(0s), 2, 1), Take::taken);
  EXPECT_EQ(limit.wait(at(2s), 3), 0s);
  EXPECT_EQ(limit.keys(), 0U) << "idle earlier than they were under the old limits";
}

TEST(KeyedLimit, LetsPassWhatLimitersThatAreNeverForgottenWould) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    const SlidingWindow fresh({.limit = 5, .per = 10ms});
    KeyedLimit<std::uint64_t, SlidingWindow> limit(fresh, {.max_keys = 20});
    std::map<std::uint64_t, SlidingWindow> model;
    std::uint64_t refused = 0;
    Instant now{};
    for (int i = 0; i < 500; ++i) {
      now += Duration(static_cast<std::int64_t>(random.below(1'000'000)));
      const std::uint64_t key = random.below(i < 250 ? 10 : 200);
      const std::uint64_t cost = 1 + random.below(5);
      std::size_t used = 0;
      for (const auto& [other, window] : model) used += window.until_idle(now) != 0s ? 1 : 0;
      SlidingWindow& mine = model.try_emplace(key, fresh).first->second;
      const bool place = mine.until_idle(now) != 0s || used < 20;
      refused += place ? 0 : 1;
      ASSERT_EQ(limit.take(now, key, cost), place ? mine.take(now, cost) : Take::not_yet) << seed << ' ' << i;
      ASSERT_LE(limit.keys(), 20U);
    }
    EXPECT_EQ(limit.refused_keys(), refused) << seed;
  }
}

TEST(KeyedLimit, ACostThatCouldNeverPassIsRefusedEvenWithoutAPlace) {
  KeyedLimit<int, TokenBucket> limit(TokenBucket({.burst = 1}), {.max_keys = 1});
  EXPECT_THROW(static_cast<void>(limit.take(at(0s), 1, 2)), OptionError);
  EXPECT_EQ(limit.keys(), 0U);
  EXPECT_EQ(limit.take(at(0s), 1), Take::taken);
  EXPECT_THAT(message_of([&] { static_cast<void>(limit.take(at(0s), 2, 2)); }), HasSubstr("cost"));
}

TEST(KeyedLimit, SaysWhichOptionIsOutOfRange) {
  EXPECT_THAT(message_of([] { KeyedLimit<int, TokenBucket>(TokenBucket({}), {.max_keys = 0}); }),
              HasSubstr("max_keys: must be at least 1, got 0"));
}

}  // namespace
}  // namespace sluice::overload_tests
