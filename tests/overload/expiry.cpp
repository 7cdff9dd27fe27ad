#include "sluice/overload/expiry.hpp"

#include "overload/discards.hpp"
#include "overload/overload.hpp"
#include "sluice/overload/bounded_queue.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::Age;
using overload::age_of;
using overload::BoundedQueue;
using overload::Loss;
using overload::Pushed;
using overload::Waiting;
using ::testing::HasSubstr;

TEST(Expiry, AnEventIsFreshAsLongAsItMayWait) {
  EXPECT_EQ(age_of(at(1s), at(3s), {.time_to_live = 2s}), Age::fresh);
  EXPECT_EQ(age_of(at(1s), at(3s + 1ns), {.time_to_live = 2s}), Age::expired);
  EXPECT_EQ(age_of(at(1s), Instant::max(), {}), Age::fresh);
}

TEST(Expiry, WhatHasExpiredIsDroppedAndCountedWhenItsTurnComes) {
  BoundedQueue<Waiting<int>> queue({});
  Discards<Waiting<int>> discards;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(queue.push({i, at(i * 1s)}, discards), Pushed::stored);
  EXPECT_EQ(pop_fresh(queue, at(5s), {.time_to_live = 3s}, discards)->event, 2);
  EXPECT_EQ(queue.losses().of(Loss::expired), 2U);
  EXPECT_TRUE(discards.agree(queue.losses()));
  EXPECT_FALSE(pop_fresh(queue, at(1h), {.time_to_live = 3s}, discards).has_value());
  EXPECT_EQ(queue.pushed(), queue.popped() + queue.losses().total());
}

TEST(Expiry, SaysThatTheTimeIsOutOfRange) {
  EXPECT_THAT(message_of([] { check(overload::ExpiryOptions{.time_to_live = 0s}); }),
              HasSubstr("time_to_live: must be positive, got 0 ns"));
}

}  // namespace
}  // namespace sluice::overload_tests
