#include "sluice/supervise/slot_window.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(SlotWindow, AsksForMaxAtFirst) {
  SlotWindow window(10, 5);
  EXPECT_EQ(window.start(), 10U);
  EXPECT_EQ(window.pending(), 10U);
  EXPECT_EQ(window.refill(), 0U);
}

TEST(SlotWindow, AsksAgainWhenUsedAndPendingAreNoMoreThanMin) {
  SlotWindow window(10, 8);
  static_cast<void>(window.start());
  EXPECT_EQ(window.take(10), 0U);
  EXPECT_EQ(window.refill(), 0U);
  window.release();
  EXPECT_EQ(window.refill(), 0U);  // 9 live
  window.release();
  EXPECT_EQ(window.refill(), 2U);  // the original waits until only two are left
  EXPECT_EQ(window.used(), 8U);
}

TEST(SlotWindow, WhatIsOnTheWayCounts) {
  SlotWindow window(3, 1);
  static_cast<void>(window.start());
  EXPECT_EQ(window.take(2), 0U);
  window.release(2);
  EXPECT_EQ(window.refill(), 2U);  // one is still to come
  EXPECT_EQ(window.pending(), 3U);
}

TEST(SlotWindow, TellsHowManyEventsNobodyAskedFor) {
  SlotWindow window(2, 0);
  static_cast<void>(window.start());
  EXPECT_EQ(window.take(5), 3U);
  EXPECT_EQ(window.used(), 5U);
  window.release(4);
  EXPECT_EQ(window.refill(), 0U);
  window.release();
  EXPECT_EQ(window.refill(), 2U);
}

TEST(SlotWindow, NeverHoldsMoreThanMaxAndNeverStarves) {
  for (Demand max = 1; max < 6; ++max) {
    for (Demand min = 0; min < max; ++min) {
      SlotWindow window(max, min);
      static_cast<void>(window.start());
      for (unsigned step = 0; step < 200; ++step) {
        if (step % 3 != 0 && window.pending() != 0) {
          EXPECT_EQ(window.take(1), 0U);
        } else {
          window.release();
        }
        static_cast<void>(window.refill());
        ASSERT_LE(window.used() + window.pending(), max);
        ASSERT_GT(window.used() + window.pending(), min);
      }
    }
  }
}

}  // namespace
}  // namespace sluice
