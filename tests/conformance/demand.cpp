// When a consumer asks for more, and how it cuts what arrives: GS-021 … GS-036.
#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using namespace std::chrono_literals;
using sluice::testing::ConsumerProbe;
using sluice::testing::ProducerProbe;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A producer driven by hand and a recording consumer on these terms.
struct ByHand {
  ByHand(World& w, SubscribeOptions terms)
      : world(w), producer(w.runtime()), rec(w->start<RecStage>(batches)) {
    rec.subscribe_to(producer, std::move(terms));
    world.settle();
  }
  void send(std::vector<int> events) {
    producer.send(Events<int>(std::move(events)));
    world.settle();
  }

  World& world;
  Batches batches;
  ProducerProbe<int> producer;
  Ref<RecStage> rec;
};

/// A counter up to `end` and a recording consumer on these terms, when all is done.
struct Counted {
  Counted(World& world, SubscribeOptions terms, int end) {
    const auto counter = world->start<AskedCounterStage>(demands, end);
    world->start<RecStage>(batches).subscribe_to(counter, std::move(terms));
    world.settle();
  }
  Batches batches;
  Record<Demand> demands;
};

/// Records its batches and when it got them; each takes 50 ms.
class SlowStage : public Consumer<int> {
 public:
  SlowStage(Batches batches, Record<Duration> times)
      : batches_(std::move(batches)), times_(std::move(times)) {}

 private:
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    times_.add(now().time_since_epoch());
    batches_.add({events.begin(), events.end()});
    busy_for(50ms);
  }
  Batches batches_;
  Record<Duration> times_;
};

SCENARIO(GS_021_AsksForHalfAsSoonAsHalfWasHandled) {
  const Counted run(world, {}, 3000);
  EXPECT_THAT(run.demands.all(), ElementsAre(1000, 500, 500, 500, 500, 500, 500));
  EXPECT_EQ(run.batches.all(), pieces(500, 3000));
}

SCENARIO(GS_022_AsksInPiecesOfMaxMinusMin) {
  const Counted run(world, {.max_demand = 100, .min_demand = 80}, 200);
  EXPECT_EQ(run.batches.all(), pieces(20, 200));
  EXPECT_THAT(run.demands.all(), ElementsAre(100, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20));

  ByHand line(world, {.max_demand = 100, .min_demand = 80});
  line.send(numbers(0, 20));
  EXPECT_THAT(line.producer.asks(), ElementsAre(100, 20));
  line.send(numbers(20, 40));
  EXPECT_THAT(line.producer.asks(), ElementsAre(100, 20, 20));
}

SCENARIO(GS_024_AsksForEachEventOfItsOwn) {
  const Counted run(world, {.max_demand = 1, .min_demand = 0}, 5);
  EXPECT_EQ(run.batches.all(), pieces(1, 5));
  EXPECT_THAT(run.demands.all(), ElementsAre(1, 1, 1, 1, 1, 1));
}

SCENARIO(GS_025_CutsAMessageAndAsksAfterEachBatch) {
  ByHand line(world, {.max_demand = 10, .min_demand = 5});
  line.send(numbers(1, 11));
  EXPECT_THAT(line.batches.all(), ElementsAre(numbers(1, 6), numbers(6, 11)));
  EXPECT_THAT(line.producer.asks(), ElementsAre(10, 5, 5));

  ProducerProbe<int> producer(world.runtime());
  Batches batches;
  Record<Duration> times;
  world->start<SlowStage>(batches, times).subscribe_to(producer, {.max_demand = 10, .min_demand = 5});
  world.settle();
  producer.send(Events<int>(numbers(1, 11)));
  world.advance(99ms);
  EXPECT_THAT(times.all(), ElementsAre(0ms, 50ms));
  EXPECT_THAT(producer.asks(), ElementsAre(10, 5))
      << "the first ask comes before the second batch was handled";
  world.advance(1ms);
  EXPECT_THAT(producer.asks(), ElementsAre(10, 5, 5));
}

SCENARIO(GS_026_NeverMergesMessages) {
  ByHand line(world, {.max_demand = 10, .min_demand = 5});
  for (const int event : {1, 2, 3, 4}) line.send({event});
  EXPECT_THAT(line.producer.asks(), ElementsAre(10));
  line.send({5});
  EXPECT_THAT(line.producer.asks(), ElementsAre(10, 5));
  EXPECT_THAT(line.batches.all(),
              ElementsAre(ElementsAre(1), ElementsAre(2), ElementsAre(3), ElementsAre(4), ElementsAre(5)));
}

SCENARIO(GS_027_TheShortBatchWaitsForMore) {
  ByHand line(world, {.max_demand = 10, .min_demand = 5});
  line.send(numbers(0, 7));
  EXPECT_THAT(line.batches.all(), ElementsAre(numbers(0, 5), numbers(5, 7)));
  EXPECT_THAT(line.producer.asks(), ElementsAre(10, 5));
  const auto subscriptions = line.rec.inspect().producers;
  ASSERT_THAT(subscriptions, SizeIs(1));
  EXPECT_EQ(subscriptions[0].pending, 8);
}

SCENARIO(GS_028_AsksForAllThatWasHandledSinceTheLastAsk) {
  ByHand line(world, {.max_demand = 1000, .min_demand = 750});
  line.send(numbers(0, 100));
  line.send(numbers(100, 200));
  EXPECT_THAT(line.producer.asks(), ElementsAre(1000));
  line.send(numbers(200, 300));
  EXPECT_THAT(line.producer.asks(), ElementsAre(1000, 300));
  EXPECT_EQ(line.batches.all(), pieces(100, 300));
}

SCENARIO(GS_030_MinDemandIsHalfOfMaxRoundedDown) {
  ByHand line(world, {.max_demand = 3});
  EXPECT_THAT(line.producer.asks(), ElementsAre(3));
  line.send({1});
  EXPECT_THAT(line.producer.asks(), ElementsAre(3));
  line.send({2});
  EXPECT_THAT(line.producer.asks(), ElementsAre(3, 2));
}

SCENARIO(GS_031_AsksForNothingAboveMinDemand) {
  ByHand line(world, {.max_demand = 10, .min_demand = 5});
  line.send({1, 2});
  EXPECT_THAT(line.batches.all(), ElementsAre(ElementsAre(1, 2)));
  EXPECT_THAT(line.producer.asks(), ElementsAre(10));
}

class StopsOnItsFirstBatch : public RecStage {
 public:
  using RecStage::RecStage;

 private:
  void handle_events(Events<int> events, const Subscription& from) override {
    RecStage::handle_events(std::move(events), from);
    stop();
  }
};

SCENARIO(GS_032_AStopLosesTheRestOfTheMessage) {
  ProducerProbe<int> producer(world.runtime());
  Batches batches;
  const auto rec = world->start<StopsOnItsFirstBatch>(batches);
  rec.subscribe_to(producer, {.max_demand = 10, .min_demand = 5});
  world.settle();
  producer.send(Events<int>(numbers(1, 11)));
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(numbers(1, 6)));
  EXPECT_THAT(producer.trace(), ElementsAre("subscribe", "ask 10", "down: normal"));
  EXPECT_FALSE(rec.alive());
  EXPECT_EQ(world->wait(rec), Reason::normal());
}

SCENARIO(GS_033_AsksWhenTheCallbackHasReturned) {
  ProducerProbe<int> producer(world.runtime());
  Batches batches;
  Record<Duration> times;
  world->start<SlowStage>(batches, times).subscribe_to(producer, {.max_demand = 10, .min_demand = 5});
  world.settle();
  producer.send(Events<int>(numbers(1, 11)));
  world.settle();
  world.advance(49ms);
  EXPECT_THAT(producer.asks(), ElementsAre(10));
  world.advance(1ms);
  EXPECT_THAT(producer.asks(), ElementsAre(10, 5));
}

/// Asks on behalf of a class derived from a stage, who may use what is protected.
template <class Base>
class Derived : public Base {
 public:
  template <class Self = Derived>
  static constexpr bool can_emit = requires(Self& self) { self.emit(1); };
};

SCENARIO_EXCLUDED_BY_TYPE(GS_034_AConsumerCannotEmit) {
  static_assert(!Derived<Consumer<int>>::can_emit<>);
  static_assert(Derived<Producer<int>>::can_emit<>);
  static_assert(Derived<ProducerConsumer<int, int>>::can_emit<>);
}

/// Records its batches apart by subscription.
class TwoSubscriptionsStage : public Consumer<int> {
 public:
  TwoSubscriptionsStage(Batches first, Batches second)
      : first_(std::move(first)), second_(std::move(second)) {}

 private:
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& from) override {
    if (!one_) one_ = from;
    return DemandMode::automatic;
  }
  void handle_events(Events<int> events, const Subscription& from) override {
    (from == one_ ? first_ : second_).add({events.begin(), events.end()});
  }
  Subscription one_;
  Batches first_;
  Batches second_;
};

SCENARIO(GS_036_TwoSubscriptionsToOneProducerCountApart) {
  Batches first;
  Batches second;
  const auto counter =
      world->start<CounterStage>(0, ProducerOptions<int>{.demand = DemandFlow::accumulate}, 8);
  const auto rec = world->start<TwoSubscriptionsStage>(first, second);
  rec.subscribe_to(counter, {.max_demand = 2, .min_demand = 0});
  rec.subscribe_to(counter, {.max_demand = 2, .min_demand = 0});
  world.settle();
  counter.demand_flow(DemandFlow::forward);
  world.settle();
  EXPECT_THAT(first.all(), ElementsAre(ElementsAre(0, 1), ElementsAre(4, 5)));
  EXPECT_THAT(second.all(), ElementsAre(ElementsAre(2, 3), ElementsAre(6, 7)));

  ProducerProbe<int> producer(world.runtime());
  const auto other = world->start<TwoSubscriptionsStage>(Batches(), Batches());
  const Subscription one = other.subscribe_to(producer, {.max_demand = 2, .min_demand = 0});
  const Subscription two = other.subscribe_to(producer, {.max_demand = 2, .min_demand = 0});
  EXPECT_NE(one, two);
  world.settle();
  producer.expect_asks({2, 2});
  producer.send(two, {1});
  world.settle();
  const auto pending = other.inspect().producers;
  ASSERT_THAT(pending, SizeIs(2));
  EXPECT_EQ(pending[0].pending, 2);
  EXPECT_EQ(pending[1].pending, 1);
  producer.send(two, {2});
  world.settle();
  producer.expect_asks({2, 2, 2});
  EXPECT_EQ(producer.seen().back().subscription, two);
}

}  // namespace
}  // namespace sluice::conformance
