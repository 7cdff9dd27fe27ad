// What a producer does with asks, events and the ends of subscriptions: GS-060 … GS-070.
#include <type_traits>

#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using sluice::testing::ConsumerProbe;
using sluice::testing::ProducerProbe;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Lines = Record<std::string>;

/// A silent producer and a consumer driven by hand.
struct Asked {
  explicit Asked(World& w) : world(w), silent(w->start<SilentStage>(demands)), consumer(w.runtime()) {
    consumer.subscribe_to(silent);
    world.settle();
  }
  void ask(Demand n) {
    consumer.ask(n);
    world.settle();
  }
  void emit(std::vector<int> events) {
    silent.call(&SilentStage::emit_these, std::move(events));
    world.settle();
  }

  World& world;
  Record<Demand> demands;
  Ref<SilentStage> silent;
  ConsumerProbe<int> consumer;
};

/// Writes down how its subscriptions begin and end.
class NotingProducer : public SilentStage {
 public:
  explicit NotingProducer(Lines lines) : lines_(std::move(lines)) {}

 private:
  void handle_cancel(const Cancellation& why, const Subscription& /*from*/) override {
    lines_.add(to_line(why));
  }
  Lines lines_;
};

SCENARIO(GS_060_EventsOfAnUnknownSubscriptionAreCancelled) {
  ProducerProbe<int> producer(world.runtime());
  Batches batches;
  const auto rec = world->start<RecStage>(batches);
  const Subscription unknown = producer.impose_on(rec);
  world.settle();
  producer.send(unknown, {1, 2, 3});
  world.settle();
  EXPECT_THAT(batches.all(), IsEmpty());
  EXPECT_THAT(producer.trace(), ElementsAre("subscribe", "cancel: unknown_subscription"));
  EXPECT_TRUE(rec.alive());
}

SCENARIO(GS_061_AsksAreNotMerged) {
  Asked line(world);
  line.consumer.ask(3);
  line.consumer.ask(4);
  world.settle();
  EXPECT_THAT(line.demands.all(), ElementsAre(3, 4));
}

SCENARIO(GS_062_FewerEventsThanAskedForAreSentAtOnce) {
  Asked line(world);
  line.ask(5);
  line.emit({1});
  EXPECT_THAT(line.consumer.messages(), ElementsAre(ElementsAre(1)));
  line.emit({2, 3});
  EXPECT_THAT(line.consumer.messages(), ElementsAre(ElementsAre(1), ElementsAre(2, 3)));
  const auto consumers = line.silent.inspect().consumers;
  ASSERT_THAT(consumers, SizeIs(1));
  EXPECT_EQ(consumers[0].pending, 2);
  EXPECT_THAT(line.demands.all(), ElementsAre(5));
}

SCENARIO(GS_063_MoreEventsThanAskedForWaitInTheBuffer) {
  Asked line(world);
  line.ask(2);
  line.emit({1, 2, 3, 4});
  EXPECT_THAT(line.consumer.messages(), ElementsAre(ElementsAre(1, 2)));
  EXPECT_EQ(line.silent.buffered(), 2);
  EXPECT_THAT(world.logs(Severity::warning), IsEmpty());

  line.ask(3);
  EXPECT_THAT(line.consumer.messages(), ElementsAre(ElementsAre(1, 2), ElementsAre(3, 4)));
  EXPECT_THAT(line.demands.all(), ElementsAre(2, 1));
  EXPECT_EQ(world.logged(Severity::warning, "expects a maximum demand of 2"), 1);
}

/// Writes down, in the order in which they reach it, events and the answer to a request.
class Observer : public Consumer<int> {
 public:
  explicit Observer(Lines lines) : lines_(std::move(lines)) {}
  void request_events(Ref<SilentStage> silent) {
    request(
        silent,
        [](SilentStage& stage) {
          stage.emit_these({1, 2, 3});
          return 7;
        },
        [this](Result<int> answer) { lines_.add("answer " + std::to_string(std::move(answer).value())); });
  }

 private:
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
    return DemandMode::manual;
  }
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    lines_.add("events " + std::to_string(events.size()));
  }
  Lines lines_;
};

SCENARIO(GS_064_EventsAreSentBeforeTheAnswer) {
  Lines lines;
  const auto silent = world->start<SilentStage>();
  const auto observer = world->start<Observer>(lines);
  const Subscription from = observer.subscribe_to(silent);
  world.settle();
  from.ask(3);
  world.settle();
  observer.cast(&Observer::request_events, silent);
  world.settle();
  EXPECT_THAT(lines.all(), ElementsAre("events 3", "answer 7"));
}

SCENARIO(GS_066_ACancelIsConfirmedToBothSides) {
  Lines at_producer;
  Lines at_consumer;
  const auto producer = world->start<NotingProducer>(at_producer);
  const auto rec = world->start<RecStage>(Batches(), at_consumer);
  const Subscription from = rec.subscribe_to(producer, {.on_cancel = OnCancel::temporary});
  world.settle();
  from.cancel("oops");
  world.settle();
  EXPECT_THAT(at_producer.all(), ElementsAre("cancel: failure: oops"));
  EXPECT_THAT(at_consumer.all(), ElementsAre("subscribe", "cancel: failure: oops"));
  EXPECT_TRUE(producer.alive());
  EXPECT_TRUE(rec.alive());
}

SCENARIO(GS_067_AProducerHearsThatItsConsumerWasKilled) {
  Lines at_producer;
  const auto producer = world->start<NotingProducer>(at_producer);
  const auto rec = world->start<RecStage>(Batches());
  rec.subscribe_to(producer);
  world.settle();
  rec.kill();
  world.settle();
  EXPECT_THAT(at_producer.all(), ElementsAre("down: killed"));
  EXPECT_TRUE(producer.alive());
}

template <class S>
concept HearsOfForeignEnds = requires(S& stage) { stage.handle_down(MonitorId{}, Reason()); };
template <class S>
concept TakesForeignMessages = requires(S& stage) { stage.handle_info(1); };

SCENARIO_EXCLUDED_BY_TYPE(GS_068_OnlyItsOwnMonitorsTellAStageOfAnEnd) {
  static_assert(!HearsOfForeignEnds<SilentStage>);
  static_assert(!TakesForeignMessages<SilentStage>);
}

template <class From, class To>
concept CanSubscribeTo = requires(const From& from, const To& to) { from.subscribe_to(to); };

SCENARIO_EXCLUDED_BY_TYPE(GS_069_EventsGoToConsumersAndSubscriptionsToProducers) {
  static_assert(!CanSubscribeTo<Ref<SilentStage>, Ref<CounterStage>>);
  static_assert(CanSubscribeTo<Ref<RecStage>, Ref<CounterStage>>);
  static_assert(!std::is_convertible_v<Ref<SilentStage>, ConsumerRef<int>>);
  static_assert(!std::is_convertible_v<Ref<RecStage>, ProducerRef<int>>);
  static_assert(!std::is_constructible_v<SubscribeTo<int>, Ref<RecStage>>);
}

SCENARIO(GS_070_AProducerLivesOnWhenAConsumerCancels) {
  Lines at_producer;
  const auto producer = world->start<NotingProducer>(at_producer);
  ConsumerProbe<int> consumer(world.runtime());
  consumer.subscribe_to(producer);
  world.settle();
  consumer.cancel();
  world.settle();
  EXPECT_THAT(at_producer.all(), ElementsAre("cancel: normal"));
  EXPECT_TRUE(producer.alive());
}

}  // namespace
}  // namespace sluice::conformance
