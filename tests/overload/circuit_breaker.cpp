#include "sluice/overload/circuit_breaker.hpp"

#include <algorithm>
#include <deque>
#include <limits>

#include "overload/overload.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::CallResult;
using overload::Circuit;
using overload::CircuitBreaker;
using ::testing::HasSubstr;

constexpr CallResult succeeded = CallResult::succeeded;
constexpr CallResult failed = CallResult::failed;

/// A call that ends at once.
void call(CircuitBreaker& breaker, Instant now, CallResult result) {
  const auto ticket = breaker.ask(now);
  ASSERT_TRUE(ticket.has_value());
  breaker.note(*ticket, result, now);
}

/// One that opened at 0 s, for 10 s.
CircuitBreaker opened(std::size_t probes = 1) {
  CircuitBreaker breaker({.calls = 1, .open_for = 10s, .probes = probes});
  call(breaker, at(0s), failed);
  EXPECT_EQ(breaker.state(), Circuit::open);
  return breaker;
}

TEST(CircuitBreaker, OpensFromItsShareOfFailuresOn) {
  CircuitBreaker breaker({.failure_share = 0.5, .calls = 4});
  for (const CallResult result : {failed, failed, failed}) call(breaker, at(0s), result);
  EXPECT_EQ(breaker.state(), Circuit::closed) << "three calls say too little";
  call(breaker, at(0s), succeeded);
  EXPECT_EQ(breaker.state(), Circuit::open);
  EXPECT_EQ(breaker.ask(at(1s)), std::nullopt);
  EXPECT_EQ(breaker.wait(at(1s)), 9s);
}

TEST(CircuitBreaker, StaysClosedBelowItsShare) {
  CircuitBreaker breaker({.failure_share = 0.5, .calls = 4});
  for (int i = 0; i < 1000; ++i) call(breaker, at(0s), i % 4 == 0 ? failed : succeeded);
  EXPECT_EQ(breaker.state(), Circuit::closed);
}

TEST(CircuitBreaker, ClosesAfterAProbeThatSucceeds) {
  CircuitBreaker breaker = opened();
  EXPECT_EQ(breaker.ask(at(10s - 1ns)), std::nullopt);
  const auto probe = breaker.ask(at(10s));
  ASSERT_TRUE(probe.has_value());
  EXPECT_EQ(breaker.state(), Circuit::half_open);
  EXPECT_EQ(breaker.ask(at(11s)), std::nullopt) << "one at a time";
  breaker.note(*probe, succeeded, at(12s));
  EXPECT_EQ(breaker.state(), Circuit::closed);
  EXPECT_EQ(breaker.wait(at(12s)), 0s);
}

TEST(CircuitBreaker, OpensAgainAfterAProbeThatFails) {
  CircuitBreaker breaker = opened();
  call(breaker, at(10s), failed);
  EXPECT_EQ(breaker.state(), Circuit::open);
  EXPECT_EQ(breaker.wait(at(10s)), 10s);
  EXPECT_EQ(breaker.opened(), 2U);
}

TEST(CircuitBreaker, MayWantSeveralProbesInARow) {
  CircuitBreaker breaker = opened(3);
  call(breaker, at(10s), succeeded);
  call(breaker, at(10s), succeeded);
  EXPECT_EQ(breaker.state(), Circuit::half_open);
  call(breaker, at(10s), failed);
  for (int i = 0; i < 3; ++i) call(breaker, at(20s), succeeded);
  EXPECT_EQ(breaker.state(), Circuit::closed);
}

TEST(CircuitBreaker, AProbeThatNeverEndsIsFollowedByAnother) {
  CircuitBreaker breaker = opened();
  EXPECT_TRUE(breaker.ask(at(10s)).has_value());
  EXPECT_EQ(breaker.wait(at(12s)), 8s);
  EXPECT_TRUE(breaker.ask(at(20s)).has_value());
}

TEST(CircuitBreaker, AResultOfATimeBeforeDoesNotCount) {
  CircuitBreaker breaker({.calls = 1, .open_for = 10s});
  const auto slow = breaker.ask(at(0s));
  call(breaker, at(0s), failed);
  breaker.note(*slow, succeeded, at(1s));
  EXPECT_EQ(breaker.state(), Circuit::open);
  const auto probe = breaker.ask(at(10s));
  breaker.note(*slow, failed, at(10s));
  EXPECT_EQ(breaker.state(), Circuit::half_open);
  breaker.note(*probe, succeeded, at(11s));
  breaker.note(*probe, failed, at(11s));
  EXPECT_EQ(breaker.state(), Circuit::closed);
}

TEST(CircuitBreaker, OpensExactlyWhenTheLastCallsSaySoForAnySeed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    const std::size_t calls = 1 + random.below(30);
    const double share = static_cast<double>(1 + random.below(10)) / 10;
    CircuitBreaker breaker({.failure_share = share, .calls = calls, .open_for = 1s});
    std::deque<CallResult> last;
    Instant now{};
    for (int i = 0; i < 500; ++i) {
      const CallResult result = random.chance(share * 0.8) ? failed : succeeded;
      last.push_back(result);
      if (last.size() > calls) last.pop_front();
      call(breaker, now, result);
      const auto failures = static_cast<double>(std::count(last.begin(), last.end(), failed));
      const bool open = last.size() == calls && failures / static_cast<double>(calls) >= share;
      ASSERT_EQ(breaker.state(), open ? Circuit::open : Circuit::closed) << seed << ' ' << i;
      if (!open) continue;
      now += 1s;
      call(breaker, now, succeeded);
      last.clear();
    }
  }
}

TEST(CircuitBreaker, SaysWhichOptionIsOutOfRange) {
  EXPECT_THAT(message_of([] { CircuitBreaker({.failure_share = 0}); }),
              HasSubstr("failure_share: must be above 0 and at most 1, got 0"));
  EXPECT_THAT(message_of([] { CircuitBreaker({.failure_share = 1.5}); }), HasSubstr("got 1.5"));
  EXPECT_THAT(message_of([] { CircuitBreaker({.failure_share = std::numeric_limits<double>::quiet_NaN()}); }),
              HasSubstr("got nan"));
  EXPECT_THAT(message_of([] { CircuitBreaker({.calls = 0}); }),
              HasSubstr("calls: must be 1 to 1000000, got 0"));
  EXPECT_THAT(message_of([] { CircuitBreaker({.open_for = 0s}); }), HasSubstr("open_for: must be positive"));
  EXPECT_THAT(message_of([] { CircuitBreaker({.probes = 0}); }), HasSubstr("probes: must be at least 1"));
}

}  // namespace
}  // namespace sluice::overload_tests
