#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "sluice/sluice.hpp"
#include "sluice/testing/testing.hpp"

// What random runs have found, each as the shortest run that shows it.

namespace sluice::simulation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Giver : public Producer<int> {
 public:
  explicit Giver(ProducerOptions<int> options = {}) : Producer<int>(std::move(options)) {}
  void give(int n) {
    for (int i = 0; i < n; ++i) emit(next_++);
  }
  void give_last(int n, Duration busy) {
    give(n);
    busy_for(busy);
    stop();
  }
  void give_slowly(int n, Duration busy) {
    give(n);
    busy_for(busy);
  }

 protected:
  void handle_demand(Demand /*n*/) override {}
  void handle_cancel(const Cancellation& /*why*/, const Subscription& /*from*/) override { give(on_cancel); }

 public:
  int on_cancel = 0;

 private:
  int next_ = 0;
};

class Taker : public Consumer<int> {
 public:
  explicit Taker(std::shared_ptr<std::vector<int>> seen) : seen_(std::move(seen)) {}
  template <class P>
  void flirt_with(const P& producer) {
    subscribe_to(producer, {.on_cancel = OnCancel::temporary}).cancel();
  }

 private:
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    seen_->insert(seen_->end(), events.begin(), events.end());
  }
  std::shared_ptr<std::vector<int>> seen_;
};

std::shared_ptr<std::vector<int>> record() { return std::make_shared<std::vector<int>>(); }

TEST(Found, ASubscriptionCancelledBeforeItBeginsLeavesNothingBehind) {
  testing::for_each_seed(32, [](Simulation& simulation) {
    const auto seen = record();
    const auto giver = simulation.start<Giver>(ProducerOptions<int>{.dispatcher = broadcast()});
    const auto taker = simulation.start<Taker>(record());
    const auto other = simulation.start<Taker>(seen);
    other.subscribe_to(giver);
    taker.cast([giver](Taker& stage) { stage.flirt_with(giver); });
    simulation.settle();
    EXPECT_EQ(giver.inspect().consumers.size(), 1U);
    giver.cast(&Giver::give, 3);
    simulation.settle();
    EXPECT_THAT(*seen, ElementsAre(0, 1, 2));
  });
}

TEST(Found, WhatIsEmittedWhenAConsumerLeavesGoesToTheOthers) {
  testing::for_each_seed(32, [](Simulation& simulation) {
    const auto seen = record();
    const auto left = record();
    const auto giver = simulation.start<Giver>();
    giver.cast([](Giver& stage) { stage.on_cancel = 2; });
    const auto leaver = simulation.start<Taker>(left);
    const auto stayer = simulation.start<Taker>(seen);
    const auto subscription =
        leaver.subscribe_to(giver, {.max_demand = 100, .on_cancel = OnCancel::temporary});
    stayer.subscribe_to(giver, {.max_demand = 100});
    simulation.settle();
    subscription.cancel();
    simulation.settle();
    EXPECT_THAT(*left, IsEmpty());
    EXPECT_THAT(*seen, ElementsAre(0, 1));
  });
}

TEST(Found, ABusyStageThatEndsHandsOutItsEventsFirst) {
  testing::for_each_seed(32, [](Simulation& simulation) {
    const auto seen = record();
    const auto giver = simulation.start<Giver>();
    const auto taker = simulation.start<Taker>(seen);
    taker.subscribe_to(giver, {.on_cancel = OnCancel::temporary});
    simulation.settle();
    giver.cast(&Giver::give_last, 3, std::chrono::milliseconds(5));
    simulation.run_until_idle();
    EXPECT_THAT(*seen, ElementsAre(0, 1, 2));
  });
}

TEST(Found, ABusyStageKeepsTheOrderOfItsMessages) {
  testing::for_each_seed(64,
                         [](Simulation& simulation) {
                           const auto seen = record();
                           const auto giver = simulation.start<Giver>();
                           const auto taker = simulation.start<Taker>(seen);
                           taker.subscribe_to(giver);
                           simulation.settle();
                           giver.cast(&Giver::give_slowly, 2, std::chrono::milliseconds(5));
                           giver.cast(&Giver::give, 2);
                           simulation.run_until_idle();
                           EXPECT_THAT(*seen, ElementsAre(0, 1, 2, 3));
                         },
                         {.delay_chance = 0.5});
}

/// Makes two of one, and cannot bear that one of them is discarded.
class Squeamish : public ProducerConsumer<int, int> {
 public:
  Squeamish() : ProducerConsumer<int, int>({.buffer = {.size = 0}}) {}

 private:
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    for (const int event : events) emit_all({event, event});
  }
  Report handle_discarded(std::size_t /*count*/, Discard /*why*/) override { throw std::runtime_error("no"); }
};

TEST(Found, EventsWereHandledEvenIfWhatFollowsFails) {
  testing::for_each_seed(8,
                         [](Simulation& simulation) {
                           const auto giver = simulation.start<Giver>();
                           const auto squeamish = simulation.start<Squeamish>();
                           const auto taker = simulation.start<Taker>(record());
                           squeamish.subscribe_to(giver);
                           taker.subscribe_to(squeamish, {.max_demand = 1, .on_cancel = OnCancel::temporary});
                           giver.cast(&Giver::give, 1);
                           simulation.settle();
                           EXPECT_FALSE(squeamish.alive());
                           EXPECT_EQ(squeamish.host()->lost_received.value(), 0U);
                         },
                         {.log = [](const LogRecord& /*record*/) {}});
}

TEST(Found, AnInfoThatLeavesTheBufferWaitsForThePartitionsQueues) {
  Simulation simulation;
  const auto odd_or_even = [](const int& n) -> std::optional<std::size_t> {
    return static_cast<std::size_t>(n % 2);
  };
  const auto giver = simulation.start<Giver>(ProducerOptions<int>{.dispatcher = partition(2, odd_or_even)});
  testing::ConsumerProbe<int> even(simulation);
  even.subscribe_to(giver, {.on_cancel = OnCancel::temporary, .partition = 0});
  even.ask(4);
  giver.cast(&Giver::give, 6);
  simulation.settle();
  EXPECT_THAT(even.events(), ElementsAre(0, 2));  // 1 and 3 wait for their consumer, 4 and 5 in the buffer
  bool told = false;
  giver.info([&told](Giver&) { told = true; });
  even.ask(2);
  simulation.settle();
  EXPECT_THAT(even.events(), ElementsAre(0, 2, 4));
  EXPECT_FALSE(told);

  testing::ConsumerProbe<int> odd(simulation);
  odd.subscribe_to(giver, {.on_cancel = OnCancel::temporary, .partition = 1});
  odd.ask(3);
  simulation.settle();
  EXPECT_THAT(odd.events(), ElementsAre(1, 3, 5));
  EXPECT_TRUE(told);
}

class Passes : public ProducerConsumer<int, int> {
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    emit_all(std::move(events));
  }
};

TEST(Found, WhatTheBufferGivesToTheNextConsumerIsNoLongerWanted) {  // genstage.md R7.6
  Simulation simulation;
  const auto giver = simulation.start<Giver>();
  const auto passes = simulation.start<Passes>();
  passes.subscribe_to(giver, {.max_demand = 100});
  testing::ConsumerProbe<int> first(simulation);
  first.subscribe_to(passes);
  first.ask(10);
  simulation.settle();
  first.cancel();
  giver.cast(&Giver::give, 4);
  simulation.settle();
  EXPECT_EQ(passes.inspect().buffered, 4U);

  testing::ConsumerProbe<int> second(simulation);
  second.subscribe_to(passes);
  second.ask(10);
  simulation.settle();
  EXPECT_THAT(second.events(), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(passes.inspect().credit, 6U);
  giver.cast(&Giver::give, 6);
  giver.cast(&Giver::give, 5);
  simulation.settle();
  EXPECT_EQ(second.events().size(), 10U);
  EXPECT_EQ(passes.inspect().buffered, 0U);
  EXPECT_EQ(passes.inspect().queued, 5U);  // nobody wants them, so they are not handled
}

}  // namespace
}  // namespace sluice::simulation
