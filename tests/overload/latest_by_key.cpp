#include "sluice/overload/latest_by_key.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "overload/discards.hpp"
#include "overload/overload.hpp"

namespace sluice::overload_tests {
namespace {

using overload::LatestByKey;
using overload::Loss;
using overload::Pushed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(LatestByKey, GivesTheNewestOfEachKeyInTheOrderOfFirstArrival) {
  LatestByKey<std::string, int> latest;
  Discards<int> discards;
  EXPECT_EQ(latest.push("a", 1, discards), Pushed::stored);
  EXPECT_EQ(latest.push("b", 2, discards), Pushed::stored);
  EXPECT_EQ(latest.push("a", 3, discards), Pushed::stored);
  EXPECT_THAT(discards.all, ElementsAre(Pair(1, Loss::replaced)));
  EXPECT_EQ(latest.pop(), 3);
  EXPECT_EQ(latest.push("a", 4, discards), Pushed::stored);
  EXPECT_EQ(latest.pop(), 2) << "a began to wait again after b";
  EXPECT_EQ(latest.pop(), 4);
  EXPECT_EQ(latest.pop(), std::nullopt);
}

TEST(LatestByKey, ANewKeyThatFindsNoPlaceStaysWithItsSender) {
  LatestByKey<int, std::unique_ptr<int>> latest({.max_keys = 1});
  const auto ignore = [](std::unique_ptr<int>&&, Loss) {};
  EXPECT_EQ(latest.push(1, std::make_unique<int>(1), ignore), Pushed::stored);
  auto event = std::make_unique<int>(2);
  EXPECT_EQ(latest.push(2, std::move(event), ignore), Pushed::full);
  EXPECT_NE(event, nullptr);
  EXPECT_EQ(latest.push(1, std::move(event), ignore), Pushed::stored);
  EXPECT_EQ(latest.pushed(), 2U);
}

TEST(LatestByKey, DoesWhatItsModelDoesForAnySeed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    const std::size_t most = 1 + random.below(6);
    LatestByKey<std::uint64_t, int> latest({.max_keys = most});
    std::vector<std::pair<std::uint64_t, int>> model;
    Discards<int> discards;
    std::vector<std::pair<int, Loss>> dropped;
    for (int i = 0; i < 300; ++i) {
      if (random.chance(0.7)) {
        const std::uint64_t key = random.below(8);
        const auto known =
            std::find_if(model.begin(), model.end(), [&](auto& one) { return one.first == key; });
        const bool full = known == model.end() && model.size() == most;
        ASSERT_EQ(latest.push(key, int{i}, discards), full ? Pushed::full : Pushed::stored)
            << seed << ' ' << i;
        if (known != model.end()) dropped.emplace_back(std::exchange(known->second, i), Loss::replaced);
        if (known == model.end() && !full) model.emplace_back(key, i);
      } else if (model.empty()) {
        ASSERT_EQ(latest.pop(), std::nullopt);
      } else {
        ASSERT_EQ(latest.pop(), model.front().second) << seed << ' ' << i;
        model.erase(model.begin());
      }
      ASSERT_EQ(latest.size(), model.size());
      ASSERT_EQ(latest.pushed(), latest.popped() + latest.size() + latest.losses().total());
    }
    EXPECT_EQ(discards.all, dropped) << seed;
    EXPECT_TRUE(discards.agree(latest.losses()));
  }
}

TEST(LatestByKey, SaysWhichOptionIsOutOfRange) {
  EXPECT_THAT(message_of([] { LatestByKey<int, int>({.max_keys = 0}); }),
              HasSubstr("max_keys: must be at least 1, got 0"));
}

}  // namespace
}  // namespace sluice::overload_tests
