#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "dispatch/fake_stage.hpp"
#include "sluice/dispatch/partition.hpp"

using sluice::Demand;
using sluice::Discard;
using sluice::Events;
using sluice::Keep;
using sluice::PartitionDispatcher;
using sluice::unlimited;
using sluice_test::ByHand;
using sluice_test::FakeStage;
using sluice_test::Sent;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

namespace {

constexpr std::uint64_t A = 1, B = 2, C = 3;

using Lane = std::optional<std::size_t>;
using Message = Sent<int>;

struct ToZero {
  Lane operator()(int& /*event*/) const { return 0; }
};
struct ByTens {  // 42 goes to partition 4
  Lane operator()(int& event) const { return static_cast<std::size_t>(event / 10); }
};

template <class Route>
using Hand = ByHand<PartitionDispatcher<int, Route>, int>;

sluice::SubscribeOptions on(std::size_t partition) { return {.partition = partition}; }

TEST(Conformance, GS_146_WhatIsOwedServesEveryPartition) {
  Hand<ByTens> d(2u, ByTens{});
  d.subscribe(A, on(0));
  EXPECT_EQ(d.ask(A, 10), 10u);
  EXPECT_EQ(d.cancel(A), 0u);
  d.subscribe(A, on(1));
  EXPECT_EQ(d.ask(A, 5), 0u);
  EXPECT_EQ(d.dispatcher.owed(), 5u);
  EXPECT_EQ(d.cancel(A), 0u);
  EXPECT_EQ(d.dispatcher.owed(), 10u);
  EXPECT_THAT(d.emit({1, 2, 11, 12}), IsEmpty());
  EXPECT_EQ(d.dispatcher.waiting(), 6u);
  EXPECT_EQ(d.dispatcher.queued(), 4u);
}

TEST(Conformance, GS_147_PlacesNoMoreThanWasAskedFor) {
  Hand<ToZero> d(1u, ToZero{});
  d.subscribe(A, on(0));
  EXPECT_EQ(d.ask(A, 3), 3u);
  EXPECT_THAT(d.emit({1}), IsEmpty());
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {1}}));
  EXPECT_EQ(d.ask(A, 3), 3u);
  EXPECT_EQ(d.dispatcher.waiting(), 5u);
  EXPECT_THAT(d.emit({2, 5, 6, 7, 8, 9, 11}), ElementsAre(9, 11));
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {2, 5, 6, 7, 8}}));
  EXPECT_EQ(d.dispatcher.waiting(), 0u);
}

TEST(Conformance, GS_148_APartitionWithoutConsumerQueues) {
  Hand<ByTens> d(2u, ByTens{});
  d.subscribe(B, on(1));
  d.ask(B, 5);
  EXPECT_THAT(d.emit({1, 2, 3, 4, 5}), IsEmpty());
  EXPECT_THAT(d.emit({6, 7}), ElementsAre(6, 7));
  EXPECT_THAT(d.out.take(), IsEmpty());
  d.subscribe(A, on(0));
  EXPECT_EQ(d.ask(A, 5), 5u);
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {1, 2, 3, 4, 5}}));
}

TEST(Conformance, GS_150_TheQueueStaysForTheNextConsumer) {
  Hand<ByTens> d(2u, ByTens{});
  d.subscribe(A, on(0));
  d.subscribe(B, on(1));
  d.ask(B, 5);
  d.emit({1, 2, 3, 4, 5});
  d.dispatcher.place_info({7}, d.out);
  EXPECT_EQ(d.cancel(A), 0u);
  EXPECT_EQ(d.dispatcher.owed(), 0u);
  EXPECT_EQ(d.dispatcher.queued(), 5u);
  d.subscribe(C, on(0));
  d.ask(C, 5);
  EXPECT_THAT(d.out.take(), ElementsAre(Message{C, {1, 2, 3, 4, 5}}));
  EXPECT_THAT(d.out.released, ElementsAre(7u));
}

TEST(Conformance, GS_151_EventsRoutedAwayUseUpNoDemand) {
  const auto route = [](int& event) -> Lane {
    return event % 3 == 0 ? Lane() : Lane(static_cast<std::size_t>(event % 2));
  };
  Hand<decltype(route)> d(2u, route, sluice::PartitionOptions{.names = {"even", "odd"}});
  d.subscribe(A, on(0));
  d.subscribe(B, on(1));
  d.ask(A, 4);
  d.ask(B, 4);
  EXPECT_THAT(d.emit({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), ElementsAre(12));
  EXPECT_THAT(d.out.take(), UnorderedElementsAre(Message{A, {2, 4, 8, 10}}, Message{B, {1, 5, 7, 11}}));
  EXPECT_EQ(d.dispatcher.waiting(), 0u);
  EXPECT_EQ(d.again, 0u);
  EXPECT_EQ(d.out.discarded[Discard::routed_away], 3u);
}

TEST(Conformance, GS_153_ARouteToNowhereNamesThePartitions) {
  const auto route = [](int& event) -> Lane { return static_cast<std::size_t>(event); };
  Hand<decltype(route)> d(2u, route, sluice::PartitionOptions{.names = {"even", "odd"}});
  d.subscribe(A, on(0));
  d.ask(A, 4);
  try {
    d.emit({1, 17});
    ADD_FAILURE() << "accepted";
  } catch (const std::out_of_range& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("17"), HasSubstr("0 (even), 1 (odd)")));
  }
}

template <class Route>
concept AcceptedRoute = sluice::RouteFor<Route, int>;

TEST(Conformance, GS_154_ARouteAnswersAnOptionalPartition) {
  RecordProperty("excluded_by_type", true);
  static_assert(!AcceptedRoute<decltype([](int& event) { return static_cast<std::size_t>(event); })>);
  static_assert(!AcceptedRoute<decltype([](int& /*event*/) {})>);
  static_assert(!AcceptedRoute<decltype([](std::string& /*event*/) -> Lane { return 0; })>);
  static_assert(AcceptedRoute<decltype([](int& /*event*/) -> Lane { return 0; })>);
  static_assert(AcceptedRoute<decltype([](const int& /*event*/) -> Lane { return 0; })>);
}

template <class D>
std::string refusal(D& d, const sluice::SubscribeOptions& options) {
  try {
    d.subscribe(99, options, "late");
  } catch (const sluice::Refused& refused) {
    return std::string(refused.reason().text());
  }
  return "accepted";
}

TEST(Conformance, GS_156_EveryWrongPartitionOptionHasItsOwnSentence) {
  Hand<ByTens> d(2u, ByTens{});
  d.subscribe(A, on(0), "printer");
  EXPECT_THAT(refusal(d, {}), AllOf(HasSubstr("option partition is missing"), HasSubstr("0, 1")));
  EXPECT_THAT(refusal(d, on(0)), AllOf(HasSubstr("already taken"), HasSubstr("printer")));
  EXPECT_THAT(refusal(d, on(2)), AllOf(HasSubstr("partition 2 does not exist"), HasSubstr("one of 0, 1")));
  EXPECT_THAT(refusal(d, on(static_cast<std::size_t>(-1))), HasSubstr("does not exist"));
  d.subscribe(B, on(1));
  EXPECT_THAT(refusal(d, on(1)), HasSubstr("stage 2"));
  d.cancel(A);
  EXPECT_EQ(refusal(d, on(0)), "accepted");
}

TEST(Conformance, GS_157_AnInfoWaitsForTheQueuedEvents) {
  Hand<ByTens> d(2u, ByTens{});
  d.subscribe(A, on(0));
  d.subscribe(B, on(1));
  d.ask(B, 3);
  d.emit({1, 2, 3});
  d.dispatcher.place_info({7}, d.out);
  EXPECT_THAT(d.out.released, IsEmpty());
  d.ask(A, 5);
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {1, 2, 3}}));
  EXPECT_THAT(d.out.released, ElementsAre(7u));
}

TEST(Conformance, GS_158_WithoutQueuesAnInfoIsPassedOnAtOnce) {
  Hand<ByTens> d(2u, ByTens{});
  d.dispatcher.place_info({7}, d.out);
  EXPECT_THAT(d.out.released, ElementsAre(7u));
}

TEST(Conformance, GS_159_ARouteMayRewriteTheEvent) {
  const auto route = [](int& event) -> Lane {
    event *= 10;
    return 0;
  };
  Hand<decltype(route)> d(1u, route);
  d.subscribe(A, on(0));
  d.ask(A, 2);
  EXPECT_THAT(d.emit({1, 2, 3, 4}), ElementsAre(3, 4));
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {10, 20}}));
}

TEST(PartitionDispatcher, AsksAgainForEventsRoutedAway) {  // D18
  const auto route = [](int& event) -> Lane { return event < 10 ? Lane() : Lane(0); };
  FakeStage<int> stage(std::make_unique<PartitionDispatcher<int, decltype(route)>>(1u, route));
  stage.subscribe(A, on(0));
  EXPECT_EQ(stage.ask(A, 10), 10u);
  stage.emit({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_EQ(stage.asked, 20u);
  stage.emit({10, 11, 12, 13, 14, 15, 16, 17, 18, 19});
  EXPECT_EQ(stage.out.take().at(0).events.size(), 10u);
  EXPECT_EQ(stage.asked, 20u);
}

TEST(PartitionDispatcher, DoesNotAskAgainForDroppedEventsThatCameUnasked) {
  const auto route = [](int& event) -> Lane { return event < 10 ? Lane() : Lane(0); };
  Hand<decltype(route)> d(1u, route);
  d.subscribe(A, on(0));
  d.ask(A, 3);
  EXPECT_THAT(d.emit({1, 2, 3, 4, 11}), IsEmpty());
  EXPECT_EQ(d.dispatcher.waiting(), 2u);
  EXPECT_EQ(d.again, 2u);
}

TEST(PartitionDispatcher, BoundsTheQueueOfAPartition) {  // D22
  for (const auto& [keep, kept] :
       {std::pair{Keep::first, std::vector{1, 2}}, std::pair{Keep::last, std::vector{4, 5}}}) {
    Hand<ByTens> d(2u, ByTens{});
    d.dispatcher.bound_queues(2, keep);
    d.subscribe(A, on(0));
    d.subscribe(B, on(1));
    d.ask(B, 5);
    EXPECT_THAT(d.emit({1, 2, 3, 4, 5}), IsEmpty());
    EXPECT_EQ(d.out.discarded[Discard::lane_full], 3u);
    EXPECT_EQ(d.dispatcher.queued(), 2u);
    EXPECT_EQ(d.dispatcher.queued(0), 2u);
    EXPECT_EQ(d.again, 0u);
    // The demand that the lost events had used up comes back with the next ask, or it would run dry in the
    // end.
    EXPECT_EQ(d.ask(A, 4), 7u);
    EXPECT_THAT(d.out.take(), ElementsAre(Message{A, kept}));
    EXPECT_EQ(d.ask(A, 1), 1u);
  }
}

TEST(PartitionDispatcher, AnInfoPassesWithTheEventsThatAFullQueueLoses) {
  Hand<ByTens> d(2u, ByTens{});
  d.dispatcher.bound_queues(1, Keep::last);
  d.subscribe(B, on(1));
  d.ask(B, 5);
  d.emit({1});
  d.dispatcher.place_info({7}, d.out);
  d.emit({2});
  EXPECT_THAT(d.out.released, ElementsAre(7u));
}

TEST(PartitionDispatcher, AnInfoWaitsForEveryQueue) {
  Hand<ByTens> d(3u, ByTens{});
  for (std::uint64_t i = 0; i < 3; ++i) d.subscribe(i + 1, on(i));
  d.ask(C, 4);
  d.emit({1, 11, 2, 12});
  d.dispatcher.place_info({7}, d.out);
  d.dispatcher.place_info({8}, d.out);
  d.ask(A, 9);
  EXPECT_THAT(d.out.released, IsEmpty());
  d.ask(B, 1);
  EXPECT_THAT(d.out.released, IsEmpty());
  d.ask(B, 1);
  EXPECT_THAT(d.out.released, ElementsAre(7u, 8u));
}

TEST(PartitionDispatcher, SharesAPartitionBetweenSeveralConsumers) {
  Hand<ToZero> d(1u, ToZero{}, sluice::PartitionOptions{.several = true});
  d.subscribe(A, on(0));
  d.subscribe(B, on(0));
  d.ask(A, 2);
  d.ask(B, 3);
  EXPECT_THAT(d.emit({1, 2, 3, 4}), IsEmpty());
  EXPECT_THAT(d.out.take(), ElementsAre(Message{B, {1, 2, 3}}, Message{A, {4}}));
  EXPECT_EQ(d.cancel(A), 0u);
  EXPECT_EQ(d.dispatcher.owed(), 1u);
  EXPECT_EQ(d.dispatcher.waiting(), 1u);
}

TEST(PartitionDispatcher, LeavesTheOtherReadersOfABroadcastAlone) {
  const auto route = [](int& event) -> Lane {
    event = -event;
    return static_cast<std::size_t>(-event % 2);
  };
  Hand<decltype(route)> d(2u, route);
  d.subscribe(A, on(0));
  d.subscribe(B, on(1));
  d.ask(A, 9);
  Events<int> original{1, 2, 3};
  d.emit(original.share());
  EXPECT_THAT(std::vector<int>(original.begin(), original.end()), ElementsAre(1, 2, 3));
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {-2}}));
}

TEST(PartitionDispatcher, DividesByHashEvenly) {
  ByHand<PartitionDispatcher<long, sluice::ByHash>, long> d(4u, sluice::ByHash{4});
  for (std::uint64_t i = 0; i < 4; ++i) d.subscribe(i + 1, on(i));
  for (std::uint64_t i = 1; i <= 4; ++i) d.ask(i, 1000);
  Events<long> multiples_of_four;
  for (long i = 0; i < 1000; ++i) multiples_of_four.push_back(4 * i);
  EXPECT_EQ(d.dispatcher.room(), 4000u);
  d.emit(std::move(multiples_of_four));
  const auto sent = d.out.take();
  ASSERT_EQ(sent.size(), 4u);
  for (const auto& message : sent) {
    EXPECT_THAT(message.events.size(), AllOf(testing::Gt(200u), testing::Lt(300u)));
    EXPECT_TRUE(std::ranges::is_sorted(message.events));
  }
}

TEST(PartitionDispatcher, MovesABatchForOnePartitionAsItIs) {
  ByHand<PartitionDispatcher<std::unique_ptr<int>, Lane (*)(std::unique_ptr<int>&)>, std::unique_ptr<int>> d(
      3u, [](std::unique_ptr<int>& event) -> Lane { return static_cast<std::size_t>(*event % 3); });
  for (std::uint64_t i = 0; i < 3; ++i) d.subscribe(i + 1, on(i));
  d.ask(A, 100);
  for (const int step : {1, 3}) {
    Events<std::unique_ptr<int>> events;
    for (int i = 0; i < 12; ++i) events.push_back(std::make_unique<int>(i * step));
    EXPECT_THAT(d.emit(std::move(events)), IsEmpty());
  }
  const auto sent = d.out.take();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].events.size(), 4u);
  EXPECT_EQ(sent[1].events.size(), 12u);
  EXPECT_EQ(d.dispatcher.queued(), 8u);
}

TEST(PartitionDispatcher, ChecksItsOptions) {
  EXPECT_THROW((PartitionDispatcher<int, ToZero>(0, ToZero{})), sluice::OptionError);
  EXPECT_THROW((PartitionDispatcher<int, ToZero>(2, ToZero{}, {.names = {"one"}})), sluice::OptionError);
  EXPECT_THROW(sluice::DispatcherFor<int>(sluice::partition(0)), sluice::OptionError);
  sluice::DispatcherFor<int> made(sluice::partition(2, ToZero{}, {.several = true}));
  EXPECT_EQ(made.take()->name(), "partition");
}

TEST(PartitionDispatcher, ARouteThatThrewLeavesNothingBehind) {
  const auto route = [](int& event) -> Lane {
    if (event == 13) throw std::runtime_error("unlucky");
    return static_cast<std::size_t>(event % 2);
  };
  Hand<decltype(route)> d(2u, route);
  d.subscribe(A, on(0));
  d.subscribe(B, on(1));
  d.ask(A, 3);
  d.ask(B, 3);
  EXPECT_THROW(d.emit({1, 2, 13}), std::runtime_error);
  d.emit({4, 5});
  EXPECT_THAT(d.out.take(), UnorderedElementsAre(Message{A, {4}}, Message{B, {5}}));
}

/// §12 with D18 and D22, by the letter: one event at a time, several consumers per partition in list order.
struct Model {
  struct Consumer {
    std::uint64_t id;
    Demand demand;
  };
  struct Partition {
    std::vector<Consumer> consumers;  // sorted by demand, first come first among equals
    std::deque<std::string> queue;
    Demand overflow = 0;
  };
  using Got = std::map<std::uint64_t, std::vector<std::string>>;

  Model(std::size_t count, std::size_t bound_, Keep keep_) : partitions(count), bound(bound_), keep(keep_) {}

  static Lane route(const std::string& event, std::size_t count) {
    const auto n = event.size() % (count + 1);
    return n == count ? Lane() : Lane(n);
  }
  static void insert(Partition& p, Consumer consumer) {
    const auto at =
        std::ranges::find_if(p.consumers, [&](const Consumer& c) { return c.demand < consumer.demand; });
    p.consumers.insert(at, consumer);
  }
  static Consumer take(Partition& p, std::uint64_t id) {
    const auto at = std::ranges::find(p.consumers, id, &Consumer::id);
    const Consumer consumer = *at;
    p.consumers.erase(at);
    return consumer;
  }
  /// A batch for one partition: messages go to the largest demand first.
  static void serve(Partition& p, std::deque<std::string>& events, Got& got) {
    while (!events.empty() && !p.consumers.empty() && p.consumers.front().demand > 0) {
      Consumer head = take(p, p.consumers.front().id);
      for (; !events.empty() && head.demand > 0; --head.demand) {
        got[head.id].push_back(events.front());
        events.pop_front();
      }
      insert(p, head);
    }
  }
  Demand ask(std::size_t partition, std::uint64_t id, Demand n, Got& got) {
    Partition& p = partitions[partition];
    Consumer consumer = take(p, id);
    consumer.demand += n;
    insert(p, consumer);
    serve(p, p.queue, got);
    const Demand met = std::min(owed, n);
    owed -= met;
    const Demand up = n - met + std::exchange(p.overflow, 0);
    waiting += up;
    return up;
  }
  void cancel(std::size_t partition, std::uint64_t id) { owed += take(partitions[partition], id).demand; }
  Demand dispatch(std::deque<std::string>& events, Got& got) {
    Demand requested = waiting;
    std::vector<std::deque<std::string>> batches(partitions.size());
    while (!events.empty() && waiting > 0) {
      requested -= std::min<Demand>(requested, 1);
      const Lane lane = route(events.front(), partitions.size());
      if (lane) {
        --waiting;
        batches[*lane].push_back(events.front());
      } else {
        ++routed_away;
      }
      events.pop_front();
    }
    for (std::size_t i = 0; i < batches.size(); ++i) {
      Partition& p = partitions[i];
      if (p.queue.empty()) serve(p, batches[i], got);
      for (const std::string& event : batches[i]) {
        p.queue.push_back(event);
        if (p.queue.size() <= bound) continue;
        keep == Keep::first ? p.queue.pop_back() : p.queue.pop_front();
        ++p.overflow;
        ++lane_full;
      }
    }
    return waiting - std::min(waiting, requested);
  }
  std::vector<Partition> partitions;
  std::size_t bound;
  Keep keep;
  Demand waiting = 0;
  Demand owed = 0;
  std::size_t lane_full = 0;
  std::size_t routed_away = 0;
};

void compare_with_model(std::uint64_t seed) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const std::size_t count = 1 + random() % 5;
  const std::size_t bound = random() % 3 == 0 ? 1'000'000 : random() % 8;
  const Keep keep = random() % 2 == 0 ? Keep::first : Keep::last;
  const auto route = [count](std::string& event) { return Model::route(event, count); };
  ByHand<PartitionDispatcher<std::string, decltype(route)>, std::string> d(
      count, route, sluice::PartitionOptions{.several = true});
  d.dispatcher.bound_queues(bound, keep);
  Model model(count, bound, keep);
  std::map<std::uint64_t, std::size_t> here;
  std::uint64_t next_consumer = 1;
  const auto pick = [&] {
    return *std::next(here.begin(), static_cast<std::ptrdiff_t>(random() % here.size()));
  };
  for (int step = 0; step < 200 && !testing::Test::HasFailure(); ++step) {
    const auto what = random() % 12;
    Model::Got got, expected;
    if (here.empty() || what == 0) {
      const std::size_t partition = random() % count;
      here[next_consumer] = partition;
      d.subscribe(next_consumer, on(partition));
      model.partitions[partition].consumers.push_back({next_consumer++, 0});
    } else if (what == 1) {
      const auto [who, partition] = pick();
      EXPECT_EQ(d.cancel(who), 0u);
      model.cancel(partition, who);
      here.erase(who);
    } else if (what < 7) {
      const auto [who, partition] = pick();
      const Demand n = 1 + random() % 9;
      EXPECT_EQ(d.ask(who, n), model.ask(partition, who, n, expected));
    } else {
      Events<std::string> events;
      std::deque<std::string> left;
      for (auto n = 1 + random() % 12; n != 0; --n) {
        left.emplace_back(random() % 40, static_cast<char>('a' + step % 26));
        events.push_back(left.back());
      }
      const Demand again = model.dispatch(left, expected);
      EXPECT_EQ(d.emit(std::move(events)), std::vector<std::string>(left.begin(), left.end()));
      EXPECT_EQ(d.again, again);
    }
    for (const auto& message : d.out.take()) {
      got[message.to].insert(got[message.to].end(), message.events.begin(), message.events.end());
    }
    EXPECT_EQ(got, expected);
    EXPECT_EQ(d.dispatcher.waiting(), model.waiting);
    EXPECT_EQ(d.dispatcher.owed(), model.owed);
    EXPECT_EQ(d.out.discarded[Discard::lane_full], model.lane_full);
    EXPECT_EQ(d.out.discarded[Discard::routed_away], model.routed_away);
    std::size_t queued = 0;
    for (const auto& partition : model.partitions) queued += partition.queue.size();
    EXPECT_EQ(d.dispatcher.queued(), queued);
  }
}

TEST(PartitionDispatcher, DecidesLikeThePlainRules) {
  for (std::uint64_t seed = 0; seed < 600 && !HasFailure(); ++seed) compare_with_model(seed);
}

TEST(PartitionDispatcher, NoDemandLeaksHoweverSkewedTheEventsAre) {
  // Consumers ask again for what they got, the source answers every ask: it must never fall silent.
  for (const Keep keep : {Keep::first, Keep::last}) {
    FakeStage<int> stage(std::make_unique<PartitionDispatcher<int, ByTens>>(3u, ByTens{}),
                         {.size = 2, .keep = keep});
    std::mt19937_64 random(1);
    Demand open = 0;
    for (std::uint64_t i = 0; i < 3; ++i) {
      stage.subscribe(i + 1, on(i));
      open += stage.ask(i + 1, 10);
    }
    for (int round = 0; round < 2000; ++round) {
      ASSERT_GT(open, 0u) << "after " << round << " rounds";
      const auto n = std::min<Demand>(open, 1 + random() % 10);
      Events<int> events;
      for (Demand i = 0; i < n; ++i) events.push_back(random() % 10 < 8 ? 5 : random() % 2 == 0 ? 15 : 25);
      const Demand asked = stage.asked;
      stage.emit(std::move(events));
      for (const auto& message : stage.out.take()) stage.ask(message.to, message.events.size());
      while (!stage.out.sent.empty()) {
        for (const auto& message : stage.out.take()) stage.ask(message.to, message.events.size());
      }
      open += stage.asked - asked - n;
    }
  }
}

TEST(PartitionDispatcher, ServesTenThousandPartitions) {
  constexpr std::size_t partitions = 10'000;
  ByHand<PartitionDispatcher<int, sluice::ByHash>, int> d(partitions, sluice::ByHash{partitions});
  for (std::size_t i = 0; i < partitions; ++i) d.subscribe(i + 1, on(i));
  for (std::size_t i = 0; i < partitions; ++i) d.ask(i + 1, 100);
  std::size_t got = 0;
  for (int batch = 0; batch < 100; ++batch) {
    Events<int> events;
    for (int i = 0; i < 500; ++i) events.push_back(500 * batch + i);
    EXPECT_THAT(d.emit(std::move(events)), IsEmpty());
    for (const auto& message : d.out.take()) got += message.events.size();
  }
  EXPECT_EQ(got, 50'000u);
}

}  // namespace
