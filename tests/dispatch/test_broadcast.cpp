#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "dispatch/fake_stage.hpp"
#include "sluice/dispatch/broadcast.hpp"

using sluice::BroadcastDispatcher;
using sluice::Demand;
using sluice::Events;
using sluice::unlimited;
using sluice_test::ByHand;
using sluice_test::FakeStage;
using sluice_test::Sent;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

namespace {

constexpr std::uint64_t A = 1, B = 2, C = 3;

using Hand = ByHand<BroadcastDispatcher<int>, int>;
using Message = Sent<int>;

TEST(Conformance, GS_133_LeftoversReduceWhatWasRequested) {
  Hand d;
  EXPECT_EQ(d.subscribe(A), 0u);
  EXPECT_EQ(d.ask(A, 10), 10u);
  EXPECT_EQ(d.cancel(A), 0u);
  EXPECT_THAT(d.emit({1, 2, 3}), ElementsAre(1, 2, 3));
  EXPECT_EQ(d.dispatcher.waiting(), 0u);
  EXPECT_EQ(d.dispatcher.requested(), 7u);
}

TEST(Conformance, GS_134_DemandRequestedForALeaverServesTheNext) {
  Hand d;
  d.subscribe(A);
  EXPECT_EQ(d.ask(A, 10), 10u);
  EXPECT_EQ(d.subscribe(B), 0u);
  EXPECT_EQ(d.cancel(A), 0u);
  EXPECT_EQ(d.ask(B, 10), 0u);
  EXPECT_EQ(d.dispatcher.waiting(), 10u);
  EXPECT_EQ(d.dispatcher.requested(), 10u);
}

TEST(Conformance, GS_135_TheLeaveOfTheSlowestReleasesDemand) {
  Hand d;
  d.subscribe(A);
  d.subscribe(B);
  EXPECT_EQ(d.ask(A, 10), 0u);
  EXPECT_EQ(d.cancel(B), 10u);
  EXPECT_EQ(d.ask(A, 10), 10u);
  EXPECT_EQ(d.dispatcher.waiting(), 20u);
  EXPECT_EQ(d.dispatcher.requested(), 20u);
}

TEST(Conformance, GS_136_SendsToEverybodyWhatEverybodyAskedFor) {
  Hand d;
  d.subscribe(A);
  d.subscribe(B);
  EXPECT_EQ(d.ask(A, 3), 0u);
  EXPECT_EQ(d.ask(B, 2), 2u);
  EXPECT_THAT(d.emit({1, 2}), IsEmpty());
  EXPECT_THAT(d.out.take(), UnorderedElementsAre(Message{A, {1, 2}}, Message{B, {1, 2}}));
  EXPECT_EQ(d.ask(B, 2), 1u);
  EXPECT_THAT(d.emit({3, 4}), ElementsAre(4));
  EXPECT_THAT(d.out.take(), UnorderedElementsAre(Message{A, {3}}, Message{B, {3}}));
  EXPECT_THAT(d.emit({4}), ElementsAre(4));
  EXPECT_THAT(d.out.take(), IsEmpty());
}

TEST(Conformance, GS_138_ALeaveAsksOnlyForWhatWasNotRequestedBefore) {
  Hand d;
  d.subscribe(A);
  d.ask(A, 10);
  d.subscribe(B);
  EXPECT_EQ(d.ask(A, 5), 0u);
  EXPECT_EQ(d.cancel(B), 5u);
  EXPECT_EQ(d.dispatcher.waiting(), 15u);
  EXPECT_EQ(d.dispatcher.requested(), 15u);
}

TEST(Conformance, GS_139_RejectedEventsAreAskedForAgainOnTheirConsumersBehalf) {
  ByHand<BroadcastDispatcher<std::string>, std::string> d;
  d.subscribe(A);
  d.subscribe(B);
  d.of[A]->selector = sluice::where([](const std::string& key) { return key.starts_with("pre"); });
  d.of[B]->selector = sluice::where([](const std::string& key) { return key.starts_with("pref"); });
  d.ask(A, 4);
  d.ask(B, 4);
  EXPECT_THAT(d.emit({"pref-1", "pref-2", "pre0", "foo0"}), IsEmpty());
  EXPECT_THAT(d.out.take(), UnorderedElementsAre(Sent<std::string>{A, {"pref-1", "pref-2", "pre0"}},
                                                 Sent<std::string>{B, {"pref-1", "pref-2"}}));
  // 1 for A and 2 for B: both want one more, which goes upstream; B's second waits for A (R11.6).
  EXPECT_EQ(d.again, 1u);
  EXPECT_EQ(d.dispatcher.waiting(), 1u);
  EXPECT_EQ(d.dispatcher.surplus(*d.of[A]), 0u);
  EXPECT_EQ(d.dispatcher.surplus(*d.of[B]), 1u);
}

TEST(Conformance, GS_145_PassesInfosOnAtOnce) {
  Hand d;
  d.subscribe(A);
  d.ask(A, 3);
  d.dispatcher.place_info({9}, d.out);
  EXPECT_THAT(d.out.released, ElementsAre(9u));
  EXPECT_EQ(d.dispatcher.waiting(), 3u);
  EXPECT_EQ(d.dispatcher.requested(), 3u);
}

TEST(BroadcastDispatcher, ANewcomerStopsDeliveryUntilItAsks) {
  Hand d;
  d.subscribe(A);
  d.subscribe(B);
  d.ask(A, 3);
  d.ask(B, 2);
  d.subscribe(C);
  EXPECT_EQ(d.dispatcher.waiting(), 0u);
  EXPECT_EQ(d.dispatcher.surplus(*d.of[A]), 3u);
  EXPECT_EQ(d.dispatcher.surplus(*d.of[B]), 2u);
  EXPECT_THAT(d.emit({1}), ElementsAre(1));
  EXPECT_EQ(d.ask(C, 1), 0u);
  EXPECT_EQ(d.dispatcher.waiting(), 1u);
}

TEST(BroadcastDispatcher, TurnsAConsumerAwayThatIsHereAlready) {  // R11.7, D17
  Hand d;
  d.subscribe(A);
  for (int attempt = 0; attempt < 3; ++attempt) {
    try {
      d.subscribe(A);
      ADD_FAILURE() << "subscribed twice";
    } catch (const sluice::Refused& refused) {
      EXPECT_EQ(refused.reason(), sluice::Reason("already_subscribed"));
    }
  }
  d.of[A] = &d.seats.front();
  d.ask(A, 1);
  d.emit({1});
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {1}}));
  d.cancel(A);
  EXPECT_EQ(d.subscribe(A), 0u);
}

TEST(BroadcastDispatcher, SharesOneBatchAmongAll) {
  class Pointers final : public sluice::Delivery<int> {
   public:
    void deliver(sluice::Seat<int>&, Events<int>&& events) override { kept.push_back(std::move(events)); }
    void discard(std::size_t, sluice::Discard) override {}
    void release(sluice::InfoId) override {}
    void warn(std::string) override {}
    std::vector<Events<int>> kept;
  } out;
  BroadcastDispatcher<int> dispatcher;
  std::array<sluice::Seat<int>, 3> seats;
  const sluice::SubscribeOptions options;
  for (auto& seat : seats) static_cast<void>(dispatcher.subscribe(seat, {options, ""}, out));
  seats[1].selector = [](int) { return true; };
  for (auto& seat : seats) static_cast<void>(dispatcher.ask(seat, 3, out));
  Events<int> events{1, 2, 3};
  const int* const place = events.data();
  static_cast<void>(dispatcher.dispatch(events, out));
  ASSERT_EQ(out.kept.size(), 3u);
  for (const auto& batch : out.kept) EXPECT_EQ(batch.data(), place);
}

TEST(BroadcastDispatcher, SendsNothingWhereASelectorRejectsAll) {
  Hand d;
  d.subscribe(A);
  d.subscribe(B);
  d.of[B]->selector = sluice::where([](int) { return false; });
  d.ask(A, 4);
  d.ask(B, 4);
  d.emit({1, 2});
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {1, 2}}));
  EXPECT_EQ(d.out.empty_messages, 0);
}

TEST(BroadcastDispatcher, WhatASelectorRejectsMakesRoomAtOnce) {
  FakeStage<int> stage(std::make_unique<BroadcastDispatcher<int>>());
  stage.subscribe(A).selector = sluice::where([](int n) { return n > 6; });
  EXPECT_EQ(stage.ask(A, 2), 2u);
  stage.emit({1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_THAT(stage.out.take(), ElementsAre(Message{A, {7, 8}}));
  EXPECT_EQ(stage.buffered(), 1u);
  EXPECT_EQ(stage.asked, 2u);  // seven came unasked
}

TEST(BroadcastDispatcher, DrainsTheBufferWhenTheNewcomerAsks) {  // D5
  FakeStage<int> stage(std::make_unique<BroadcastDispatcher<int>>());
  auto& dispatcher = static_cast<BroadcastDispatcher<int>&>(stage.dispatcher());
  stage.subscribe(A);
  EXPECT_EQ(stage.ask(A, 10), 10u);
  stage.subscribe(B);
  stage.emit({1, 2, 3, 4, 5});
  stage.emit({6, 7, 8, 9, 10});
  EXPECT_EQ(dispatcher.requested(), 0u);
  stage.ask(B, 10);
  const std::vector<int> ten{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_THAT(stage.out.take(), UnorderedElementsAre(Message{A, ten}, Message{B, ten}));
  EXPECT_EQ(stage.asked, 10u);
  EXPECT_EQ(dispatcher.requested(), 0u);
}

TEST(BroadcastDispatcher, HasRoomForMoreThanWaitsWhereSomebodySelects) {
  Hand d;
  d.subscribe(A);
  d.of[A]->selector = sluice::where([](int n) { return n % 2 == 0; });
  EXPECT_EQ(d.dispatcher.room(), 0u);
  d.ask(A, 2);
  EXPECT_GE(d.dispatcher.room(), 4u);  // what is rejected takes no room: 1 to 4 go
  EXPECT_THAT(d.emit({1, 2, 3, 4, 5, 6}), ElementsAre(5, 6));
}

TEST(BroadcastDispatcher, UnlimitedDemandIsPacedByTheOthers) {
  Hand d;
  d.subscribe(A);
  EXPECT_EQ(d.ask(A, unlimited), unlimited);
  EXPECT_EQ(d.dispatcher.room(), unlimited);
  d.subscribe(B);
  EXPECT_EQ(d.dispatcher.room(), 0u);
  d.ask(B, 2);
  EXPECT_THAT(d.emit({1, 2, 3}), ElementsAre(3));
  EXPECT_EQ(d.dispatcher.surplus(*d.of[A]), unlimited);
  d.cancel(B);
  EXPECT_EQ(d.dispatcher.waiting(), unlimited);
  EXPECT_THAT(d.emit({3, 4}), IsEmpty());
}

TEST(Where, AcceptsWhateverThePredicateCanBeAskedAbout) {
  struct Order {
    bool open;
  };
  sluice::UniqueFunction<bool(const Order&)> by_member = sluice::where(&Order::open);
  EXPECT_TRUE(by_member({true}));
  EXPECT_FALSE(by_member({false}));
  const auto generic = sluice::where([](const auto& event) { return event != 0; });
  sluice::UniqueFunction<bool(const int&)> ints = generic;
  sluice::UniqueFunction<bool(const long&)> longs = generic;
  EXPECT_TRUE(ints(1));
  EXPECT_FALSE(longs(0));
  static_assert(!std::is_constructible_v<sluice::UniqueFunction<bool(const std::string&)>,
                                         decltype(sluice::where(&Order::open))>);
}

/// R11 by the letter.
class Model {
 public:
  struct Entry {
    std::uint64_t consumer;
    Demand surplus;
    int divisor;  // wants events that it divides
  };
  void subscribe(std::uint64_t consumer, int divisor) {
    for (Entry& entry : entries) entry.surplus += waiting;
    waiting = 0;
    entries.push_back({consumer, 0, divisor});
  }
  Demand ask(std::uint64_t consumer, Demand n) {
    std::ranges::find(entries, consumer, &Entry::consumer)->surplus += n;
    level();
    return request();
  }
  Demand cancel(std::uint64_t consumer) {
    entries.erase(std::ranges::find(entries, consumer, &Entry::consumer));
    if (entries.empty()) {
      waiting = 0;
      return 0;
    }
    level();
    return request();
  }
  Demand dispatch(std::vector<int>& events, std::map<std::uint64_t, std::vector<int>>& got) {
    while (!events.empty() && waiting > 0) {  // one event at a time
      --waiting;
      requested -= std::min<Demand>(requested, 1);
      for (Entry& entry : entries) {
        if (events.front() % entry.divisor == 0) {
          got[entry.consumer].push_back(events.front());
        } else {
          ++entry.surplus;
        }
      }
      events.erase(events.begin());
      if (waiting == 0) level();
    }
    level();
    const Demand again = request();
    requested -= std::min<Demand>(requested, events.size());
    return again;
  }
  std::vector<Entry> entries;
  Demand waiting = 0;
  Demand requested = 0;

 private:
  void level() {
    if (entries.empty()) return;
    const Demand common = std::ranges::min_element(entries, {}, &Entry::surplus)->surplus;
    for (Entry& entry : entries) entry.surplus -= common;
    waiting += common;
  }
  Demand request() {
    const Demand up = waiting - std::min(waiting, requested);
    requested += up;
    return up;
  }
};

void compare_with_model(std::uint64_t seed) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  Hand d;
  Model model;
  std::vector<std::uint64_t> here;
  std::uint64_t next_consumer = 1;
  int next_event = 1;
  for (int step = 0; step < 200 && !testing::Test::HasFailure(); ++step) {
    const auto what = random() % 12;
    if (here.empty() || (what == 0 && here.size() < 6)) {
      const int divisor = random() % 2 == 0 ? 1 : static_cast<int>(2 + random() % 3);
      here.push_back(next_consumer);
      d.subscribe(next_consumer);
      if (divisor != 1)
        d.of[next_consumer]->selector = sluice::where([divisor](int n) { return n % divisor == 0; });
      model.subscribe(next_consumer++, divisor);
    } else if (what == 1) {
      const std::size_t i = random() % here.size();
      EXPECT_EQ(d.cancel(here[i]), model.cancel(here[i]));
      here.erase(here.begin() + static_cast<std::ptrdiff_t>(i));
    } else if (what < 8) {
      const std::uint64_t who = here[random() % here.size()];
      const Demand n = 1 + random() % 6;
      EXPECT_EQ(d.ask(who, n), model.ask(who, n));
    } else {
      std::vector<int> events(1 + random() % 9);
      for (int& event : events) event = next_event++;
      std::vector<int> left = events;
      std::map<std::uint64_t, std::vector<int>> expected, got;
      const Demand again = model.dispatch(left, expected);
      EXPECT_EQ(d.emit(Events<int>(std::move(events))), left);
      EXPECT_EQ(d.again, again);
      for (const auto& message : d.out.take()) {
        got[message.to].insert(got[message.to].end(), message.events.begin(), message.events.end());
      }
      EXPECT_EQ(got, expected);
    }
    EXPECT_EQ(d.dispatcher.waiting(), model.waiting);
    EXPECT_GE(d.dispatcher.room(), model.waiting);  // more where somebody selects
    EXPECT_EQ(d.dispatcher.requested(), model.requested);
    for (const auto& entry : model.entries)
      EXPECT_EQ(d.dispatcher.surplus(*d.of[entry.consumer]), entry.surplus);
  }
  EXPECT_EQ(d.out.empty_messages, 0);
}

TEST(BroadcastDispatcher, DecidesLikeThePlainRules) {
  for (std::uint64_t seed = 0; seed < 1000 && !HasFailure(); ++seed) compare_with_model(seed);
}

TEST(BroadcastDispatcher, ServesTenThousandConsumers) {
  Hand d;
  constexpr std::uint64_t consumers = 10'000;
  for (std::uint64_t i = 1; i <= consumers; ++i) d.subscribe(i);
  for (int round = 0; round < 20; ++round) {
    for (std::uint64_t i = 1; i < consumers; ++i) EXPECT_EQ(d.ask(i, 2), 0u);
    EXPECT_EQ(d.ask(consumers, 2), 2u);
    EXPECT_THAT(d.emit({1, 2}), IsEmpty());
    EXPECT_EQ(d.out.take().size(), consumers);
  }
}

}  // namespace
