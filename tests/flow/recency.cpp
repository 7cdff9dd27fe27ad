#include "sluice/flow/recency.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace sluice::flow_tests {
namespace {

using flow::Recency;
using namespace std::chrono_literals;

TEST(Recencies, GiveASeatThatIsFreeAgainToTheNext) {
  Recency order;
  const Recency::Seat first = order.add(Instant(1ns), 11);
  const Recency::Seat second = order.add(Instant(2ns), 22);
  order.remove(first);
  EXPECT_EQ(order.add(Instant(3ns), 33), first);
  EXPECT_EQ(order.oldest(), second);
  EXPECT_EQ(order.hash(first), 33U);
}

TEST(Recencies, CountTimesBeforeAnEarlierOneAsThat) {
  Recency order;
  const Recency::Seat first = order.add(Instant(5ns), 0);
  const Recency::Seat second = order.add(Instant(3ns), 0);
  EXPECT_EQ(order.used(second), Instant(5ns));
  order.use(second, Instant(1ns));
  EXPECT_EQ(order.used(second), Instant(5ns));
  EXPECT_EQ(order.oldest(), first);
}

TEST(Recencies, HaveNoOldestWhenAllIsGone) {
  Recency order;
  order.remove(order.add(Instant(1ns), 0));
  EXPECT_EQ(order.oldest(), Recency::none);
}

}  // namespace
}  // namespace sluice::flow_tests
