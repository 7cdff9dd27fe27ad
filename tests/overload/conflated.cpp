#include "sluice/overload/conflated.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "overload/overload.hpp"

namespace sluice::overload_tests {
namespace {

using overload::Conflated;
using overload::Pushed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Sum = Conflated<int, int>;
Sum sum_of(overload::ConflateOptions options = {}) {
  return {[](int&& event) { return event; }, [](int&& acc, int&& event) { return acc + event; }, options};
}

TEST(Conflated, MergesWhatNobodyTakes) {
  Sum sum = sum_of();
  EXPECT_EQ(sum.pop(), std::nullopt);
  for (const int event : {1, 2, 3}) EXPECT_EQ(sum.push(int{event}), Pushed::stored);
  EXPECT_EQ(sum.merged(), 3U);
  EXPECT_EQ(sum.pop(), 6);
  EXPECT_TRUE(sum.empty());
  EXPECT_EQ(sum.push(4), Pushed::stored);
  EXPECT_EQ(sum.pop(), 4);
  EXPECT_EQ(sum.popped(), 4U);
}

TEST(Conflated, MakesBatchesUpToAWeight) {
  using Event = std::unique_ptr<int>;
  Conflated<std::vector<int>, Event> batch([](Event&& event) { return std::vector<int>{*event}; },
                                           [](std::vector<int>&& acc, Event&& event) {
                                             acc.push_back(*event);
                                             return std::move(acc);
                                           },
                                           {.weight = 10});
  EXPECT_EQ(batch.push(std::make_unique<int>(1), 6), Pushed::stored);
  auto event = std::make_unique<int>(2);
  EXPECT_EQ(batch.push(std::move(event), 5), Pushed::full);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(batch.push(std::move(event), 4), Pushed::stored);
  EXPECT_THAT(*batch.pop(), ElementsAre(1, 2));
  EXPECT_EQ(batch.push(std::make_unique<int>(3), 6), Pushed::stored);
  EXPECT_EQ(batch.push(std::make_unique<int>(4), 4), Pushed::stored) << "the next batch has its own weight";
}

TEST(Conflated, AFirstEventIsTakenWhateverItWeighs) {
  Sum sum = sum_of({.weight = 10});
  EXPECT_EQ(sum.push(1, 100), Pushed::stored);
  EXPECT_EQ(sum.push(1, 0), Pushed::full);
  EXPECT_EQ(sum.pop(), 1);
}

TEST(Conflated, LosesNothingForAnySeed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    Sum sum = sum_of({.weight = 1 + random.below(20)});
    int in = 0;
    int out = 0;
    for (int i = 0; i < 200; ++i) {
      if (random.chance(0.8)) {
        if (sum.push(int{i}, random.below(4)) == Pushed::stored) in += i;
      } else {
        out += sum.pop().value_or(0);
      }
      ASSERT_EQ(sum.pushed(), sum.popped() + sum.merged());
    }
    EXPECT_EQ(in, out + sum.pop().value_or(0)) << seed;
  }
}

TEST(Conflated, SaysWhichOptionIsOutOfRange) {
  EXPECT_THAT(message_of([] { sum_of({.weight = 0}); }), HasSubstr("weight: must be at least 1, got 0"));
}

}  // namespace
}  // namespace sluice::overload_tests
