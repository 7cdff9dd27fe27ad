#include "sluice/overload/in_flight.hpp"

#include "overload/overload.hpp"
#include "overload/service.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::FixedLimit;
using overload::InFlight;
using overload::Outcome;
using overload::Take;
using ::testing::HasSubstr;

static_assert(overload::ConcurrencyLimit<FixedLimit>);

TEST(InFlight, LetsNoMoreStartThanTheLimit) {
  InFlight<FixedLimit> flight(FixedLimit(2));
  EXPECT_EQ(flight.room(), 2U);
  EXPECT_EQ(flight.start(at(0s)), Take::taken);
  EXPECT_EQ(flight.start(at(0s)), Take::taken);
  EXPECT_EQ(flight.start(at(0s)), Take::not_yet);
  flight.end(at(0s), Outcome::done, at(1s));
  EXPECT_EQ(flight.start(at(1s)), Take::taken);
}

TEST(InFlight, ALowerLimitIsReachedAsWorkEnds) {
  InFlight<FixedLimit> flight(FixedLimit(3));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(flight.start(at(0s)), Take::taken);
  flight.limit().change(1);
  EXPECT_EQ(flight.room(), 0U);
  for (int i = 0; i < 2; ++i) {
    flight.end(at(0s), Outcome::ignored, at(0s));
    EXPECT_EQ(flight.start(at(0s)), Take::not_yet);
  }
  flight.end(at(0s), Outcome::done, at(0s));
  EXPECT_EQ(flight.start(at(0s)), Take::taken);
  EXPECT_EQ(flight.in_flight(), 1U);
}

/// Remembers what it was told.
struct Told {
  [[nodiscard]] std::uint64_t limit() const { return 5; }
  void on_start(std::uint64_t count, Instant /*now*/) { started = count; }
  void on_end(Duration time, std::uint64_t count, Outcome how, Instant /*now*/) {
    rtt = time;
    ended = count;
    outcome = how;
  }
  std::uint64_t started = 0;
  std::uint64_t ended = 0;
  Duration rtt = {};
  Outcome outcome = Outcome::ignored;
};

TEST(InFlight, TellsTheLimitOfTheWorkThatStartsAndEnds) {
  InFlight<Told> flight({});
  static_cast<void>(flight.start(at(1s)));
  static_cast<void>(flight.start(at(2s)));
  EXPECT_EQ(flight.limit().started, 2U);
  flight.end(at(1s), Outcome::pushed_back, at(5s));
  EXPECT_EQ(flight.limit().ended, 2U) << "it counts itself";
  EXPECT_EQ(flight.limit().rtt, 4s);
  EXPECT_EQ(flight.limit().outcome, Outcome::pushed_back);
}

TEST(FixedLimit, OfTheIdealKeepsAServiceBusyWithoutAQueue) {
  follow_steps("fixed 60, steady", FixedLimit(60), Spread::none,
               [](const Step& step, const Followed& one) { EXPECT_GE(one.busy, 0.99) << step.name; });
}

TEST(FixedLimit, SaysThatItIsOutOfRange) {
  EXPECT_THAT(message_of([] { FixedLimit(0); }), HasSubstr("limit: must be at least 1, got 0"));
  FixedLimit limit(3);
  EXPECT_THROW(limit.change(0), OptionError);
  EXPECT_EQ(limit.limit(), 3U);
}

}  // namespace
}  // namespace sluice::overload_tests
