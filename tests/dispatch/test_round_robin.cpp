#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "dispatch/fake_stage.hpp"
#include "sluice/dispatch/round_robin.hpp"

using sluice::Demand;
using sluice::Events;
using sluice::RoundRobinDispatcher;
using sluice::unlimited;
using sluice_test::ByHand;
using sluice_test::Sent;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr std::uint64_t A = 1, B = 2, C = 3;

using Hand = ByHand<RoundRobinDispatcher<int>, int>;
using Message = Sent<int>;

TEST(RoundRobinDispatcher, GivesOneEventToEachInTurn) {
  Hand d;
  for (auto consumer : {A, B, C}) d.subscribe(consumer);
  for (auto consumer : {A, B, C}) EXPECT_EQ(d.ask(consumer, 5), 5u);
  EXPECT_THAT(d.emit({1, 2, 3, 4}), IsEmpty());
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {1, 4}}, Message{B, {2}}, Message{C, {3}}));
  EXPECT_THAT(d.emit({5, 6}), IsEmpty());
  EXPECT_THAT(d.out.take(), ElementsAre(Message{B, {5}}, Message{C, {6}}));
}

TEST(RoundRobinDispatcher, SkipsWhoHasNoDemand) {
  Hand d;
  for (auto consumer : {A, B, C}) d.subscribe(consumer);
  d.ask(A, 3);
  d.ask(C, 1);
  EXPECT_THAT(d.emit({1, 2, 3, 4, 5}), ElementsAre(5));
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {1, 3, 4}}, Message{C, {2}}));
  EXPECT_EQ(d.dispatcher.room(), 0u);
}

TEST(RoundRobinDispatcher, OwesWhatALeaverHadAskedFor) {
  Hand d;
  d.subscribe(A);
  d.ask(A, 5);
  EXPECT_EQ(d.dispatcher.room(), 5u);
  EXPECT_EQ(d.cancel(A), 0u);
  EXPECT_EQ(d.dispatcher.owed(), 5u);
  EXPECT_THAT(d.emit({1, 2}), ElementsAre(1, 2));
  EXPECT_EQ(d.dispatcher.owed(), 3u);
  d.subscribe(B);
  EXPECT_EQ(d.ask(B, 4), 1u);
  EXPECT_EQ(d.dispatcher.room(), 4u);
}

TEST(RoundRobinDispatcher, UnlimitedDemandStaysUnlimited) {
  Hand d;
  d.subscribe(A);
  d.ask(A, unlimited);
  EXPECT_THAT(d.emit({1, 2}), IsEmpty());
  EXPECT_EQ(d.dispatcher.room(), unlimited);
  EXPECT_EQ(d.dispatcher.name(), "round_robin");
}

void compare_with_model(std::uint64_t seed) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  ByHand<RoundRobinDispatcher<std::string>, std::string> d;
  std::deque<std::pair<std::uint64_t, Demand>> turns;  // the model: who has demand, in turn
  std::map<std::uint64_t, bool> here;
  Demand owed = 0;
  std::uint64_t next_consumer = 1;
  int next_event = 0;
  const auto find = [&](std::uint64_t who) {
    return std::ranges::find(turns, who, &std::pair<std::uint64_t, Demand>::first);
  };
  const auto pick = [&] {
    return std::next(here.begin(), static_cast<std::ptrdiff_t>(random() % here.size()))->first;
  };
  for (int step = 0; step < 200 && !testing::Test::HasFailure(); ++step) {
    const auto what = random() % 10;
    if (here.empty() || what == 0) {
      here[next_consumer] = true;
      d.subscribe(next_consumer++);
    } else if (what == 1) {
      const auto who = pick();
      d.cancel(who);
      here.erase(who);
      if (const auto at = find(who); at != turns.end()) {
        owed += at->second;
        turns.erase(at);
      }
    } else if (what < 6) {
      const auto who = pick();
      const Demand n = 1 + random() % 5;
      const Demand met = std::min(owed, n);
      owed -= met;
      EXPECT_EQ(d.ask(who, n), n - met);
      if (const auto at = find(who); at != turns.end()) {
        at->second += n;
      } else {
        turns.emplace_back(who, n);
      }
    } else {
      Events<std::string> events;
      std::deque<std::string> left;
      for (auto n = 1 + random() % 12; n != 0; --n) {
        left.push_back("event number " + std::to_string(next_event++));
        events.push_back(left.back());
      }
      std::map<std::uint64_t, std::vector<std::string>> expected, got;
      while (!left.empty() && !turns.empty()) {
        auto [who, demand] = turns.front();
        turns.pop_front();
        expected[who].push_back(left.front());
        left.pop_front();
        if (demand > 1) turns.emplace_back(who, demand - 1);
      }
      owed -= std::min<Demand>(owed, left.size());
      EXPECT_EQ(d.emit(std::move(events)), std::vector<std::string>(left.begin(), left.end()));
      for (const auto& message : d.out.take()) EXPECT_TRUE(got.emplace(message.to, message.events).second);
      EXPECT_EQ(got, expected);
    }
    Demand room = 0;
    for (const auto& turn : turns) room += turn.second;
    EXPECT_EQ(d.dispatcher.room(), room);
    EXPECT_EQ(d.dispatcher.owed(), owed);
  }
}

TEST(RoundRobinDispatcher, DecidesLikeAQueueOfTurns) {
  for (std::uint64_t seed = 0; seed < 500 && !HasFailure(); ++seed) compare_with_model(seed);
}

TEST(RoundRobinDispatcher, ServesTenThousandConsumers) {
  Hand d;
  constexpr std::uint64_t consumers = 10'000;
  for (std::uint64_t i = 1; i <= consumers; ++i) d.subscribe(i);
  for (std::uint64_t i = 1; i <= consumers; ++i) d.ask(i, 2);
  EXPECT_THAT(d.emit(Events<int>(std::vector<int>(15'000))), IsEmpty());
  const auto sent = d.out.take();
  ASSERT_EQ(sent.size(), consumers);
  for (const auto& message : sent) EXPECT_EQ(message.events.size(), message.to <= 5'000 ? 2u : 1u);
}

}  // namespace
