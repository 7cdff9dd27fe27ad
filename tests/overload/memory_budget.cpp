#include "sluice/overload/memory_budget.hpp"

#include <memory>

#include <vector>

#include "overload/overload.hpp"

namespace sluice::overload_tests {
namespace {

using overload::MemoryBudget;
using overload::MemoryShare;
using overload::Take;
using ::testing::HasSubstr;

TEST(MemoryBudget, EdgesShareWhatIsAboveTheirFloors) {
  MemoryBudget budget({.bytes = 100});
  MemoryShare a(budget, {.floor = 20});
  MemoryShare b(budget, {.floor = 30});
  EXPECT_EQ(a.take(70), Take::taken) << "20 of its own, 50 of all";
  EXPECT_EQ(a.take(1), Take::not_yet);
  EXPECT_EQ(b.take(31), Take::not_yet) << "all of it or nothing";
  EXPECT_EQ(b.take(30), Take::taken) << "its floor is its own";
  EXPECT_EQ(budget.used(), 100U);
  a.give(10);
  EXPECT_EQ(b.take(10), Take::taken);
  b.give(40);
  EXPECT_EQ(a.take(11), Take::not_yet);
  EXPECT_EQ(a.take(10), Take::taken);
}

TEST(MemoryBudget, AnEdgeGetsNoMoreThanItsCap) {
  MemoryBudget budget({.bytes = 100});
  MemoryShare share(budget, {.cap = 10});
  EXPECT_EQ(share.take(11), Take::not_yet);
  EXPECT_EQ(share.take(unlimited), Take::not_yet);
  EXPECT_EQ(share.take(10), Take::taken);
  EXPECT_EQ(share.take(1), Take::not_yet);
  EXPECT_EQ(share.take(0), Take::taken);
}

TEST(MemoryBudget, WhatAnEdgeHeldGoesBackWhenItEnds) {
  MemoryBudget budget({.bytes = 100});
  {
    MemoryShare share(budget, {.floor = 50});
    EXPECT_EQ(share.take(80), Take::taken);
  }
  EXPECT_EQ(budget.used(), 0U);
  MemoryShare share(budget, {});
  EXPECT_EQ(share.take(100), Take::taken);
}

TEST(MemoryBudget, AsksAreScaledAboveFourFifths) {
  MemoryBudget budget({.bytes = 1000});
  MemoryShare share(budget, {});
  MemoryShare idle(budget, {.floor = 1});
  EXPECT_EQ(share.take(800), Take::taken);
  EXPECT_EQ(share.ask(500), 500U);
  EXPECT_EQ(share.take(100), Take::taken);
  EXPECT_EQ(share.ask(500), 250U);
  EXPECT_EQ(share.take(99), Take::taken);
  EXPECT_EQ(idle.ask(10), 1U) << "an edge below its floor does not stand still";
  EXPECT_EQ(idle.ask(0), 0U);
  EXPECT_EQ(idle.take(1), Take::taken);
  EXPECT_EQ(idle.ask(10), 0U);
  EXPECT_EQ(budget.scale(), 0);
}

TEST(MemoryBudget, TakesAndGivesAsItsModelDoesForAnySeed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    MemoryBudget budget({.bytes = 200});
    std::vector<std::unique_ptr<MemoryShare>> shares;
    std::vector<std::uint64_t> used(4);
    for (int i = 0; i < 4; ++i) {
      const std::uint64_t floor = random.below(40);
      shares.push_back(std::make_unique<MemoryShare>(
          budget, overload::MemoryShareOptions{.floor = floor, .cap = floor + 1 + random.below(100)}));
    }
    for (int i = 0; i < 400; ++i) {
      const std::size_t mine = random.below(4);
      const std::uint64_t bytes = random.below(30);
      if (random.chance(0.55)) {
        std::uint64_t needed = 0;
        for (std::size_t k = 0; k < 4; ++k)
          needed += std::max(used[k] + (k == mine ? bytes : 0), shares[k]->options().floor);
        const bool fits = (needed <= 200 || used[mine] + bytes <= shares[mine]->options().floor) &&
                          used[mine] + bytes <= shares[mine]->options().cap;
        ASSERT_EQ(shares[mine]->take(bytes) == Take::taken, fits || bytes == 0) << seed << ' ' << i;
        if (fits) used[mine] += bytes;
      } else {
        const std::uint64_t back = std::min(bytes, used[mine]);
        shares[mine]->give(back);
        used[mine] -= back;
      }
      ASSERT_EQ(shares[mine]->used(), used[mine]);
      ASSERT_EQ(budget.used(), used[0] + used[1] + used[2] + used[3]);
      ASSERT_LE(budget.used(), 200U);
    }
  }
}

TEST(MemoryBudget, SaysWhichOptionIsOutOfRange) {
  EXPECT_THAT(message_of([] { MemoryBudget({.bytes = 0}); }), HasSubstr("bytes: must be at least 1, got 0"));
  EXPECT_THAT(message_of([] { MemoryBudget({.relaxed = 1}); }),
              HasSubstr("relaxed: must be at least 0 and below 1"));
  MemoryBudget budget({.bytes = 100});
  const MemoryShare first(budget, {.floor = 60});
  EXPECT_THAT(message_of([&] { MemoryShare(budget, {.cap = 0}); }),
              HasSubstr("cap: must be at least 1, got 0"));
  EXPECT_THAT(message_of([&] { MemoryShare(budget, {.floor = 5, .cap = 4}); }),
              HasSubstr("floor: must be at most cap, 4, got 5"));
  EXPECT_THAT(message_of([&] { MemoryShare(budget, {.floor = 41}); }),
              HasSubstr("floor: must be at most what is free of the budget, 40, got 41"));
}

}  // namespace
}  // namespace sluice::overload_tests
