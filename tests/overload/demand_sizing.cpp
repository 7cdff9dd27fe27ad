#include "sluice/overload/demand_sizing.hpp"

#include <algorithm>
#include <deque>

#include "overload/overload.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::DemandSizing;
using overload::DemandSizingOptions;
using overload::DemandTerms;
using ::testing::HasSubstr;

/// A second of measurements, one each 10 ms, of a rate in events per millisecond.
int measure(DemandSizing& sizing, std::uint64_t rate, Duration trip, int times = 100) {
  int told = 0;
  for (int i = 0; i < times; ++i) {
    sizing.note_round_trip(trip);
    if (sizing.note_processed(rate * 10, 10ms)) ++told;
  }
  return told;
}

TEST(DemandSizing, IsTheRateTimesTheTimeToCoverByLittlesLaw) {
  DemandSizing sizing({.target = 40ms});
  measure(sizing, 50, 10ms);
  EXPECT_EQ(sizing.terms().max_demand, 2500U);
  EXPECT_NEAR(sizing.rate(), 50'000, 1);
  EXPECT_EQ(sizing.round_trip(), 10ms);
}

TEST(DemandSizing, AsksWhenWhatARoundTripUsesIsPendingOrHalf) {
  DemandSizing near({.initial = 1010, .target = 100ms});
  measure(near, 20, 1ms);
  EXPECT_EQ(near.terms(), (DemandTerms{2020, 1010}));
  DemandSizing far({.target = 50ms});
  measure(far, 20, 150ms);
  EXPECT_EQ(far.terms().max_demand, 4000U);
  EXPECT_EQ(far.terms().min_demand, 3750U) << "a quarter more than a round trip uses";
}

TEST(DemandSizing, GrowsAtMostToTwiceWithEachMeasurementAndShrinksAtOnce) {
  DemandSizing sizing({.initial = 10, .target = 100ms, .samples = 1});
  EXPECT_EQ(sizing.note_processed(10'000, 10ms), (DemandTerms{20, 10}));
  EXPECT_EQ(sizing.note_processed(10'000, 10ms), (DemandTerms{40, 20}));
  measure(sizing, 1000, 0ms);
  EXPECT_EQ(sizing.terms().max_demand, 10'000U) << "never more than the most";
  EXPECT_EQ(sizing.note_processed(10, 1s), (DemandTerms{2, 1})) << "never less than the least";
}

TEST(DemandSizing, TellsNothingOfSmallChanges) {
  DemandSizing sizing({.initial = 1000, .target = 50ms, .samples = 1, .threshold = 0.25});
  EXPECT_EQ(sizing.note_processed(220, 10ms), std::nullopt) << "1,100 instead of 1,000";
  EXPECT_EQ(sizing.note_processed(160, 10ms), std::nullopt) << "800";
  EXPECT_EQ(sizing.note_processed(250, 10ms), (DemandTerms{1250, 625}));
  Random random(1);
  int told = 0;
  for (int i = 0; i < 1000; ++i) told += sizing.note_processed(230 + random.below(40), 10ms) ? 1 : 0;
  EXPECT_EQ(told, 0);
}

TEST(DemandSizing, MakesNothingOfNothing) {
  DemandSizing sizing;
  EXPECT_EQ(sizing.note_processed(0, 1s), std::nullopt);
  EXPECT_EQ(sizing.note_processed(5, 0s), std::nullopt);
  sizing.note_round_trip(-1s);
  EXPECT_EQ(sizing.rate(), 0);
  EXPECT_EQ(sizing.round_trip(), 0s);
  EXPECT_EQ(sizing.terms(), (DemandTerms{1000, 500}));
}

/// The share of its time that a consumer is busy which asks for max_demand at first, and again for what it
/// has got whenever min_demand or less is pending; each ask is answered after a round trip.
double busy_share(DemandTerms terms, Duration trip, Duration each) {
  std::deque<std::pair<Instant, Demand>> answers{{at(trip), terms.max_demand}};
  Demand pending = terms.max_demand;
  Demand here = 0;
  Instant now{};
  Duration busy = 0ns;
  while (now < at(10s)) {
    while (!answers.empty() && answers.front().first <= now) {
      here += answers.front().second;
      answers.pop_front();
    }
    if (here == 0) {
      now = answers.front().first;
      continue;
    }
    --here;
    --pending;
    now += each;
    busy += each;
    if (pending > terms.min_demand) continue;
    answers.emplace_back(now + trip, terms.max_demand - pending);
    pending = terms.max_demand;
  }
  return static_cast<double>(busy.count()) / static_cast<double>((now - at(0s)).count());
}

TEST(DemandSizing, KeepsAConsumerBusyWhateverTheRoundTrip) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    const auto trip = Duration(static_cast<std::int64_t>(random.below(200'000'000)));
    const std::uint64_t rate = 1 + random.below(30);
    DemandSizing sizing({.target = 50ms});
    measure(sizing, rate, trip);
    EXPECT_GE(busy_share(sizing.terms(), trip, 1'000'000ns / static_cast<std::int64_t>(rate)), 0.97)
        << seed << ": " << sizing.terms().max_demand << ' ' << sizing.terms().min_demand;
  }
}

TEST(DemandSizing, SaysWhichOptionIsOutOfRange) {
  const auto said = [](DemandSizingOptions options) { return message_of([&] { DemandSizing{options}; }); };
  EXPECT_THAT(said({.least = 0}), HasSubstr("least: must be at least 1, got 0"));
  EXPECT_THAT(said({.most = 1}), HasSubstr("most: must be at least least, 2, got 1"));
  EXPECT_THAT(said({.most = unlimited}), HasSubstr("most: must be less than unlimited"));
  EXPECT_THAT(said({.initial = 1}), HasSubstr("initial: must be 2 to 10000, got 1"));
  EXPECT_THAT(said({.target = 0s}), HasSubstr("target: must be positive"));
  EXPECT_THAT(said({.samples = 0}), HasSubstr("samples: must be at least 1"));
  EXPECT_THAT(said({.threshold = -0.1}), HasSubstr("threshold: must be 0 to 1, got -0.1"));
}

}  // namespace
}  // namespace sluice::overload_tests
