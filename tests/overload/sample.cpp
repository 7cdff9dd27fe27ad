#include "sluice/overload/sample.hpp"

#include <vector>

#include "overload/discards.hpp"
#include "overload/overload.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::Debounce;
using overload::Loss;
using overload::OneIn;
using overload::Sampled;
using overload::SampleLast;
using overload::ThrottleFirst;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(SampleLast, GivesTheLastOfEachPeriod) {
  SampleLast<int> sample({.period = 100ms});
  Discards<int> discards;
  EXPECT_EQ(sample.due(), std::nullopt);
  sample.push(at(0ms), 1, discards);
  sample.push(at(60ms), 2, discards);
  EXPECT_EQ(sample.due(), at(100ms));
  EXPECT_EQ(sample.pop(at(99ms)), std::nullopt);
  EXPECT_EQ(sample.pop(at(100ms)), 2);
  EXPECT_THAT(discards.all, ElementsAre(Pair(1, Loss::replaced)));
  sample.push(at(500ms), 3, discards);
  EXPECT_EQ(sample.due(), at(600ms)) << "no period runs while nothing comes";
  EXPECT_EQ(sample.flush(), 3);
  EXPECT_EQ(sample.flush(), std::nullopt);
}

TEST(SampleLast, AnEventThatIsPushedLateStillWaitsForWhoTakesIt) {
  SampleLast<int> sample({.period = 100ms});
  Discards<int> discards;
  sample.push(at(0ms), 1, discards);
  sample.push(at(300ms), 2, discards);
  EXPECT_EQ(sample.pop(at(300ms)), 2);
}

TEST(Debounce, GivesTheLastOfEachFlurry) {
  Debounce<int> debounce({.period = 100ms});
  Discards<int> discards;
  for (int i = 0; i < 10; ++i) debounce.push(at(i * 60ms), int{i}, discards);
  EXPECT_EQ(debounce.due(), at(640ms));
  EXPECT_EQ(debounce.pop(at(639ms)), std::nullopt);
  EXPECT_EQ(debounce.pop(at(640ms)), 9);
  EXPECT_EQ(discards.all.size(), 9U);
  EXPECT_EQ(debounce.losses().of(Loss::replaced), 9U);
}

TEST(SampleLast, AndDebounceLoseNothingUncountedForAnySeed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    SampleLast<int> sample({.period = 10ms});
    Debounce<int> debounce({.period = 10ms});
    Discards<int> discards;
    Instant now{};
    std::vector<Instant> given;
    for (int i = 0; i < 300; ++i) {
      now += Duration(static_cast<std::int64_t>(random.below(8'000'000)));
      if (random.chance(0.5)) {
        sample.push(now, int{i}, discards);
        debounce.push(now, int{i}, discards);
      }
      if (sample.pop(now)) given.push_back(now);
      static_cast<void>(debounce.pop(now));
      ASSERT_EQ(sample.pushed(), sample.popped() + sample.waiting() + sample.losses().total());
      ASSERT_EQ(debounce.pushed(), debounce.popped() + debounce.waiting() + debounce.losses().total());
    }
    EXPECT_EQ(discards.all.size(), sample.losses().total() + debounce.losses().total());
    for (std::size_t i = 1; i < given.size(); ++i) ASSERT_GE(given[i] - given[i - 1], 10ms) << seed;
  }
}

TEST(ThrottleFirst, KeepsTheFirstAndNoneForAPeriodAfterIt) {
  ThrottleFirst throttle({.period = 100ms});
  EXPECT_EQ(throttle.note(at(7ms)), Sampled::kept);
  EXPECT_EQ(throttle.note(at(50ms)), Sampled::dropped);
  EXPECT_EQ(throttle.note(at(106ms)), Sampled::dropped);
  EXPECT_EQ(throttle.note(at(107ms)), Sampled::kept);
}

TEST(OneIn, CountsStayUnbiased) {
  OneIn sample({.n = 20});
  Random random(5);
  std::uint64_t counted = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    if (sample.note(random.next()) == Sampled::kept) counted += sample.weight();
  }
  EXPECT_NEAR(static_cast<double>(counted), 1e6, 0.02e6);
}

TEST(OneIn, OneKeepsAllAndCanBeChanged) {
  OneIn sample({.n = 1});
  EXPECT_EQ(sample.note(12345), Sampled::kept);
  sample.change({.n = 2});
  EXPECT_EQ(sample.note(12345), Sampled::dropped);
  EXPECT_EQ(sample.weight(), 2U);
}

TEST(Sample, SaysWhichOptionIsOutOfRange) {
  EXPECT_THAT(message_of([] { SampleLast<int>({.period = 0s}); }), HasSubstr("period: must be positive"));
  EXPECT_THAT(message_of([] { Debounce<int>({.period = 0s}); }), HasSubstr("period: must be positive"));
  EXPECT_THAT(message_of([] { ThrottleFirst({.period = -1ns}); }), HasSubstr("got -1 ns"));
  EXPECT_THAT(message_of([] { OneIn({.n = 0}); }), HasSubstr("n: must be at least 1, got 0"));
}

}  // namespace
}  // namespace sluice::overload_tests
