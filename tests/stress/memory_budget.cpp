#include "sluice/overload/memory_budget.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "sluice/core/random.hpp"

namespace sluice::stress {
namespace {

using overload::MemoryBudget;
using overload::MemoryShare;
using overload::Take;

// Two threads at each of two edges. What they hold together, counted below what they really hold, never
// exceeds the budget, and all of it comes back.
TEST(MemoryBudgetStress, ThreadsNeverHoldMoreThanThereIs) {
  constexpr std::uint64_t bytes = 1000;
  constexpr std::uint64_t floor = 200;
  MemoryBudget budget({.bytes = bytes});
  MemoryShare a(budget, {.floor = floor, .cap = 900});
  MemoryShare b(budget, {.floor = floor});
  std::atomic<std::uint64_t> held = 0;
  std::atomic<std::uint64_t> too_much = 0;
  const auto work = [&](MemoryShare& share, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::uint64_t> mine;
    for (int i = 0; i < 100'000; ++i) {
      const std::uint64_t size = 1 + random.below(150);
      if (random.chance(0.6) && share.take(size) == Take::taken) {
        if (held.fetch_add(size) + size > bytes) ++too_much;
        mine.push_back(size);
      } else if (!mine.empty()) {
        held.fetch_sub(mine.back());
        share.give(mine.back());
        mine.pop_back();
      }
    }
    for (const std::uint64_t size : mine) {
      held.fetch_sub(size);
      share.give(size);
    }
  };
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 4; ++i) threads.emplace_back([&, i] { work(i % 2 == 0 ? a : b, i + 1); });
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(too_much, 0U);
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_EQ(a.take(bytes - floor), Take::taken) << "all that is not the other's floor";
  EXPECT_EQ(b.take(floor), Take::taken);
}

}  // namespace
}  // namespace sluice::stress
