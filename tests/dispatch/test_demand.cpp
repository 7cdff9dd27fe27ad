#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "dispatch/fake_stage.hpp"
#include "sluice/dispatch/demand.hpp"

using sluice::Demand;
using sluice::DemandDispatcher;
using sluice::Events;
using sluice::unlimited;
using sluice_test::ByHand;
using sluice_test::FakeStage;
using sluice_test::Sent;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr std::uint64_t A = 1, B = 2, C = 3;

using Hand = ByHand<DemandDispatcher<char>, char>;
using Message = Sent<char>;

/// "A4 C3 B2"
std::string order(const DemandDispatcher<char>& dispatcher) {
  std::string out;
  for (const sluice::SeatBase* seat : dispatcher.order()) {
    if (!out.empty()) out += ' ';
    out += static_cast<char>('A' + seat->consumer.value - 1);
    out += std::to_string(seat->demand);
  }
  return out;
}

TEST(Conformance, GS_123_OwesWhatAConsumerThatLeftHadAskedFor) {
  Hand d;
  EXPECT_EQ(d.subscribe(A), 0u);
  EXPECT_EQ(d.ask(A, 10), 10u);
  EXPECT_EQ(d.cancel(A), 0u);
  EXPECT_EQ(d.dispatcher.owed(), 10u);
}

TEST(Conformance, GS_124_MeetsNewDemandFromWhatIsOwed) {
  Hand d;
  d.subscribe(A);
  d.ask(A, 10);
  d.cancel(A);
  d.subscribe(B);
  EXPECT_EQ(d.ask(B, 5), 0u);
  EXPECT_EQ(d.dispatcher.owed(), 5u);
}

TEST(Conformance, GS_126_KeepsTheListSortedByDemand) {
  Hand d;
  for (auto consumer : {A, B, C}) d.subscribe(consumer);
  d.ask(A, 4);
  d.ask(B, 2);
  d.ask(C, 3);
  EXPECT_EQ(order(d.dispatcher), "A4 C3 B2");
  d.ask(C, 2);
  EXPECT_EQ(order(d.dispatcher), "C5 A4 B2");
  d.ask(B, 4);
  EXPECT_EQ(order(d.dispatcher), "B6 C5 A4");
}

TEST(Conformance, GS_127_SendsToTheLargestDemandAndReturnsTheRest) {
  Hand d;
  d.subscribe(A);
  d.subscribe(B);
  d.ask(A, 3);
  d.ask(B, 2);
  EXPECT_THAT(d.emit({'a', 'b', 'c', 'd', 'e'}), IsEmpty());
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {'a', 'b', 'c'}}, Message{B, {'d', 'e'}}));
  EXPECT_THAT(d.emit({'a', 'b', 'c'}), ElementsAre('a', 'b', 'c'));
  EXPECT_THAT(d.out.take(), IsEmpty());
}

TEST(Conformance, GS_128_ServesEqualDemandInTurn) {
  Hand d;
  d.subscribe(A);
  d.subscribe(B);
  d.ask(A, 3);
  d.ask(B, 3);
  d.emit({'a', 'b'});
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {'a', 'b'}}));
  d.emit({'c', 'd'});
  EXPECT_THAT(d.out.take(), ElementsAre(Message{B, {'c', 'd'}}));
  EXPECT_THAT(d.emit({'e', 'f', 'g'}), ElementsAre('g'));
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {'e'}}, Message{B, {'f'}}));
}

TEST(Conformance, GS_129_LeftoversAnswerWhatIsOwed) {
  Hand d;
  d.subscribe(A);
  d.subscribe(B);
  d.ask(A, 3);
  d.ask(B, 3);
  d.cancel(A);
  EXPECT_EQ(d.dispatcher.owed(), 3u);
  EXPECT_THAT(d.emit({'a', 'b', 'c', 'd', 'e'}), ElementsAre('d', 'e'));
  EXPECT_THAT(d.out.take(), ElementsAre(Message{B, {'a', 'b', 'c'}}));
  EXPECT_EQ(d.dispatcher.owed(), 1u);
}

TEST(Conformance, GS_130_WarnsOfAGreedyAsk) {
  Hand given(sluice::DemandOptions{.max_demand = 3});
  given.subscribe(A, {}, "printer");
  EXPECT_EQ(given.ask(A, 4), 4u);
  ASSERT_EQ(given.out.warnings.size(), 1u);
  EXPECT_THAT(given.out.warnings[0],
              testing::AllOf(testing::HasSubstr("maximum demand of 3"), testing::HasSubstr("printer"),
                             testing::HasSubstr("asked for 4")));
  Hand learned;
  learned.subscribe(A);
  EXPECT_EQ(learned.ask(A, 4), 4u);
  EXPECT_THAT(learned.out.warnings, IsEmpty());
  EXPECT_EQ(learned.ask(A, 5), 5u);
  EXPECT_EQ(learned.ask(A, 5), 5u);
  ASSERT_EQ(learned.out.warnings.size(), 2u);
  EXPECT_THAT(learned.out.warnings[1], testing::HasSubstr("stage 1"));
}

TEST(DemandDispatcher, FollowsTheWorkedExampleOfTheSpecification) {
  Hand d;
  d.subscribe(A);
  d.subscribe(B);
  d.ask(A, 3);
  d.ask(B, 2);
  d.emit({'a', 'b', 'c', 'd', 'e'});
  EXPECT_EQ(order(d.dispatcher), "A0 B0");
  d.ask(A, 3);
  d.ask(B, 3);
  d.emit({'a', 'b'});
  EXPECT_EQ(order(d.dispatcher), "B3 A1");
  d.emit({'a', 'b'});
  EXPECT_EQ(order(d.dispatcher), "A1 B1");
}

TEST(DemandDispatcher, SaysHowMuchItCouldPlace) {
  Hand d;
  EXPECT_EQ(d.dispatcher.room(), 0u);
  d.subscribe(A);
  d.subscribe(B);
  d.subscribe(C);
  d.ask(A, 3);
  d.ask(B, 4);
  EXPECT_EQ(d.dispatcher.room(), 7u);
  d.ask(C, unlimited - 5);
  EXPECT_EQ(d.dispatcher.room(), unlimited);
  d.cancel(C);
  EXPECT_EQ(d.dispatcher.room(), 7u);
  d.emit({'a', 'b'});
  EXPECT_EQ(d.dispatcher.room(), 5u);
  EXPECT_EQ(d.dispatcher.queued(), 0u);
  EXPECT_EQ(d.dispatcher.name(), "demand");
}

TEST(DemandDispatcher, UnlimitedDemandStaysUnlimited) {
  Hand d;
  d.subscribe(A);
  d.subscribe(B);
  d.ask(A, unlimited);
  d.ask(B, unlimited);
  d.ask(B, 1);
  EXPECT_THAT(d.emit({'a', 'b'}), IsEmpty());
  EXPECT_THAT(d.emit({'c'}), IsEmpty());
  EXPECT_THAT(d.out.take(), ElementsAre(Message{A, {'a', 'b'}}, Message{B, {'c'}}));
  EXPECT_EQ(d.dispatcher.room(), unlimited);
  d.cancel(A);
  EXPECT_EQ(d.dispatcher.owed(), unlimited);
  EXPECT_EQ(d.ask(B, 7), 0u);
}

TEST(DemandDispatcher, PassesInfosOnAtOnce) {
  Hand d;
  d.dispatcher.place_info({7}, d.out);
  EXPECT_THAT(d.out.released, ElementsAre(7u));
}

TEST(DemandDispatcher, HandsOutTheBufferBeforeNewEvents) {  // D4
  FakeStage<char> stage(std::make_unique<DemandDispatcher<char>>());
  stage.subscribe(A);
  EXPECT_EQ(stage.ask(A, 5), 5u);
  stage.cancel(A);
  stage.emit({'1', '2', '3'});
  stage.subscribe(B);
  stage.ask(B, 4);
  stage.emit({'4', '5'});
  EXPECT_THAT(stage.out.take(), ElementsAre(Message{B, {'1', '2', '3'}}, Message{B, {'4'}}));
  stage.ask(B, 1);
  EXPECT_THAT(stage.out.take(), ElementsAre(Message{B, {'5'}}));
}

TEST(DemandDispatcher, CountsALeftoverOnceHoweverOftenItIsOffered) {
  FakeStage<char> stage(std::make_unique<DemandDispatcher<char>>());
  auto& dispatcher = static_cast<DemandDispatcher<char>&>(stage.dispatcher());
  stage.subscribe(A);
  stage.ask(A, 10);
  stage.cancel(A);
  stage.emit({'a'});
  stage.emit({'b'});
  for (std::uint64_t newcomer = 20; newcomer < 30; ++newcomer) stage.subscribe(newcomer);
  EXPECT_EQ(dispatcher.owed(), 8u);
}

TEST(DemandDispatcher, EventsLostByAFullBufferAnswerWhatIsOwed) {
  FakeStage<char> stage(std::make_unique<DemandDispatcher<char>>(), {.size = 1});
  stage.subscribe(A);
  stage.ask(A, 3);
  stage.cancel(A);
  stage.emit({'a'});
  stage.emit({'b', 'c'});
  stage.subscribe(B);
  EXPECT_EQ(stage.ask(B, 5), 4u);  // one comes from the buffer, nothing else is on its way
}

/// Which of the consumers got the first event.
std::uint64_t first_served(std::uint64_t seed, bool shuffle, int consumers) {
  Hand d(sluice::DemandOptions{.shuffle = shuffle, .seed = seed});
  for (int i = 1; i <= consumers; ++i) d.subscribe(static_cast<std::uint64_t>(i));
  d.emit({'x'});  // nobody has demand: this is not the dispatch that shuffles
  for (int i = 1; i <= consumers; ++i) d.ask(static_cast<std::uint64_t>(i), 2);
  d.emit({'a'});
  return d.out.take().at(0).to;
}

TEST(DemandDispatcher, ShufflesEqualDemandBeforeTheFirstEvents) {
  std::array<int, 5> served{};
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    ++served.at(first_served(seed, true, 4));
    EXPECT_EQ(first_served(seed, true, 4), first_served(seed, true, 4));
    EXPECT_EQ(first_served(seed, false, 4), 1u);
  }
  EXPECT_THAT(std::vector<int>(served.begin() + 1, served.end()),
              testing::Each(testing::AllOf(testing::Gt(60), testing::Lt(140))));
}

TEST(DemandDispatcher, ShufflingServesNobodyWithoutDemand) {  // D24
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Hand d(sluice::DemandOptions{.shuffle = true, .seed = seed});
    d.subscribe(A);
    d.subscribe(B);
    d.subscribe(C);
    d.ask(A, 3);
    d.ask(C, 5);
    EXPECT_THAT(d.emit({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}), IsEmpty());
    EXPECT_THAT(d.out.take(),
                ElementsAre(Message{C, {'a', 'b', 'c', 'd', 'e'}}, Message{A, {'f', 'g', 'h'}}));
  }
}

/// R10 by the letter, on a plain list.
class Model {
 public:
  struct Entry {
    std::uint64_t consumer;
    Demand demand;
  };
  void subscribe(std::uint64_t consumer) { list.push_back({consumer, 0}); }
  Demand ask(std::uint64_t consumer, Demand n) {
    insert({consumer, take(consumer) + n});
    const Demand met = std::min(owed, n);
    owed -= met;
    return n - met;
  }
  void cancel(std::uint64_t consumer) { owed += take(consumer); }
  std::vector<Sent<int>> dispatch(std::vector<int>& events) {
    std::vector<Sent<int>> sent;
    while (!events.empty() && !list.empty() && list.front().demand > 0) {
      const Entry head = list.front();
      list.erase(list.begin());
      const auto n = std::min<std::size_t>(head.demand, events.size());
      const auto end = events.begin() + static_cast<std::ptrdiff_t>(n);
      sent.push_back({head.consumer, std::vector<int>(events.begin(), end)});
      events.erase(events.begin(), end);
      insert({head.consumer, head.demand - n});
    }
    owed -= std::min<Demand>(owed, events.size());
    return sent;
  }
  std::vector<Entry> list;
  Demand owed = 0;

 private:
  Demand take(std::uint64_t consumer) {
    const auto at = std::ranges::find(list, consumer, &Entry::consumer);
    const Demand demand = at->demand;
    list.erase(at);
    return demand;
  }
  void insert(Entry entry) {
    list.insert(std::ranges::find_if(list, [&](const Entry& e) { return e.demand < entry.demand; }), entry);
  }
};

void compare_with_model(std::uint64_t seed, std::uint64_t consumers, int steps) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  ByHand<DemandDispatcher<int>, int> d;
  Model model;
  std::vector<std::uint64_t> here;
  std::uint64_t next_consumer = 1;
  int next_event = 0;
  for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
    const auto what = random() % 10;
    if (here.empty() || (what == 0 && here.size() < consumers)) {
      here.push_back(next_consumer);
      d.subscribe(next_consumer);
      model.subscribe(next_consumer++);
    } else if (what == 1) {
      const std::size_t i = random() % here.size();
      d.cancel(here[i]);
      model.cancel(here[i]);
      here.erase(here.begin() + static_cast<std::ptrdiff_t>(i));
    } else if (what < 6) {
      const std::uint64_t who = here[random() % here.size()];
      const Demand n = 1 + random() % 6;
      EXPECT_EQ(d.ask(who, n), model.ask(who, n));
    } else {
      std::vector<int> events(1 + random() % 12);
      for (int& event : events) event = next_event++;
      std::vector<int> left = events;
      const auto expected = model.dispatch(left);
      EXPECT_EQ(d.emit(Events<int>(std::move(events))), left);
      EXPECT_EQ(d.out.take(), expected);
    }
    EXPECT_EQ(d.dispatcher.owed(), model.owed);
    Demand room = 0;
    for (const auto& entry : model.list) room += entry.demand;
    EXPECT_EQ(d.dispatcher.room(), room);
    if (step % 16 == 0) {
      std::vector<std::uint64_t> order;
      for (const auto* seat : d.dispatcher.order()) order.push_back(seat->consumer.value);
      std::vector<std::uint64_t> expected;
      for (const auto& entry : model.list) expected.push_back(entry.consumer);
      EXPECT_EQ(order, expected);
    }
  }
}

TEST(DemandDispatcher, DecidesLikeAListSortedByHand) {
  for (std::uint64_t seed = 0; seed < 300 && !HasFailure(); ++seed)
    compare_with_model(seed, 1 + seed % 40, 200);
}

TEST(DemandDispatcher, ServesTenThousandConsumersInTurn) {
  ByHand<DemandDispatcher<int>, int> d;
  constexpr std::uint64_t consumers = 10'000;
  for (std::uint64_t i = 1; i <= consumers; ++i) d.subscribe(i);
  for (std::uint64_t i = 1; i <= consumers; ++i) d.ask(i, 2);
  for (int round = 0; round < 2; ++round) {
    for (std::uint64_t i = 1; i <= consumers; ++i) {
      EXPECT_THAT(d.emit({1}), IsEmpty());
      EXPECT_EQ(d.out.take().at(0).to, i);
    }
  }
  EXPECT_THAT(d.emit({1}), ElementsAre(1));
  for (std::uint64_t i = 1; i <= consumers; i += 3) d.cancel(i);
  EXPECT_THAT(d.dispatcher.order(), testing::SizeIs(consumers - (consumers + 2) / 3));
}

TEST(DemandDispatcher, MovesEventsThatCannotBeCopied) {
  sluice::DemandDispatcher<std::unique_ptr<int>> dispatcher;
  sluice_test::Recorder<std::unique_ptr<int>> out;
  sluice::Seat<std::unique_ptr<int>> seat;
  const sluice::SubscribeOptions options;
  static_cast<void>(dispatcher.subscribe(seat, {options, ""}, out));
  static_cast<void>(dispatcher.ask(seat, 1, out));
  Events<std::unique_ptr<int>> events;
  events.push_back(std::make_unique<int>(1));
  events.push_back(std::make_unique<int>(2));
  static_cast<void>(dispatcher.dispatch(events, out));
  ASSERT_EQ(out.sent.size(), 1u);
  EXPECT_EQ(*out.sent[0].events.at(0), 1);
  EXPECT_EQ(**events.begin(), 2);
}

}  // namespace
