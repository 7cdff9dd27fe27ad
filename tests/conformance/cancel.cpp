// What the end of a subscription means to a consumer: GS-115 … GS-122.
#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using sluice::testing::ConsumerProbe;
using sluice::testing::ProducerProbe;
using ::testing::ElementsAre;

using Lines = Record<std::string>;

/// A recording consumer of a producer by hand.
struct Pair {
  Pair(World& world, OnCancel on_cancel)
      : producer(world.runtime()), rec(world->start<RecStage>(Batches{}, lines)) {
    rec.subscribe_to(producer, {.on_cancel = on_cancel});
    world.settle();
  }
  Lines lines;
  ProducerProbe<int> producer;
  Ref<RecStage> rec;
};

SCENARIO(GS_115_APermanentConsumerEndsWithItsProducersReason) {
  Pair pair(world, OnCancel::permanent);
  pair.producer.cancel("r");
  world.settle();
  EXPECT_THAT(pair.lines.all(), ElementsAre("subscribe", "cancel: failure: r", "terminate: failure: r"));
  EXPECT_EQ(world->wait(pair.rec), Reason("r"));
}

SCENARIO(GS_116_ATransientConsumerOutlivesAPoliteEnd) {
  for (const Reason& polite : {Reason::normal(), Reason::shutdown(), Reason::shutdown("x")}) {
    Pair pair(world, OnCancel::transient);
    pair.producer.cancel(polite);
    world.settle();
    EXPECT_THAT(pair.lines.all(), ElementsAre("subscribe", "cancel: " + polite.to_string()));
    EXPECT_TRUE(pair.rec.alive());
  }
}

SCENARIO(GS_117_ATransientConsumerFollowsAnAbnormalEnd) {
  Pair cancelled(world, OnCancel::transient);
  cancelled.producer.cancel("oops");
  world.settle();
  EXPECT_THAT(cancelled.lines.all(),
              ElementsAre("subscribe", "cancel: failure: oops", "terminate: failure: oops"));
  EXPECT_EQ(world->wait(cancelled.rec), Reason("oops"));

  Pair down(world, OnCancel::transient);
  down.producer.ref().kill();
  world.settle();
  EXPECT_THAT(down.lines.all(), ElementsAre("subscribe", "down: killed", "terminate: killed"));
  EXPECT_EQ(world->wait(down.rec), Reason::killed());
}

SCENARIO(GS_118_ATemporaryConsumerOutlivesAKilledProducer) {
  Pair pair(world, OnCancel::temporary);
  pair.producer.ref().kill();
  world.settle();
  EXPECT_THAT(pair.lines.all(), ElementsAre("subscribe", "down: killed"));
  EXPECT_TRUE(pair.rec.alive());
}

class IgnoresIt : public Consumer<int> {
 public:
  /// Returns nothing: there is no answer by which it could ask to live on.
  void handle_cancel(const Cancellation& /*why*/, const Subscription& /*from*/) override {}

 private:
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
};

SCENARIO(GS_120_HandleCancelCannotKeepAPermanentConsumerAlive) {
  static_assert(std::is_void_v<decltype(std::declval<IgnoresIt&>().handle_cancel({}, {}))>);
  ProducerProbe<int> producer(world.runtime());
  const auto consumer = world->start<IgnoresIt>();
  consumer.subscribe_to(producer);
  world.settle();
  producer.cancel("boom");
  world.settle();
  EXPECT_EQ(world->wait(consumer), Reason("boom"));
}

class WritesAll : public Consumer<int> {
 public:
  explicit WritesAll(Lines lines) : lines_(std::move(lines)) {}

 private:
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    for (const int event : events) lines_.add(std::to_string(event));
  }
  void handle_cancel(const Cancellation& why, const Subscription& /*from*/) override {
    lines_.add(to_line(why));
  }
  Lines lines_;
};

SCENARIO(GS_121_HandlesEventsBeforeTheCancellationBehindThem) {
  Lines lines;
  ProducerProbe<int> producer(world.runtime());
  const auto consumer = world->start<WritesAll>(lines);
  consumer.subscribe_to(producer, {.on_cancel = OnCancel::temporary});
  world.settle();
  producer.send({1, 2});
  producer.cancel("x");
  world.settle();
  EXPECT_THAT(lines.all(), ElementsAre("1", "2", "cancel: failure: x"));
}

class CrashesOnItsFirstEvents : public Consumer<int> {
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {
    throw std::runtime_error("crash");
  }
};

class SendsOneByOne : public SilentStage {
 public:
  void emit_one_by_one(const std::vector<int>& events) {
    for (const int event : events) {
      emit(event);
      flush();
    }
  }
};

SCENARIO(GS_122_WhatACrashedConsumerHadIsNotSentAgain) {
  const auto silent = world->start<SendsOneByOne>();
  const auto crashing = world->start<CrashesOnItsFirstEvents>();
  crashing.subscribe_to(silent, {.max_demand = 5, .min_demand = 0});
  world.settle();
  silent.call(&SendsOneByOne::emit_one_by_one, numbers(1, 6));
  world.settle();
  EXPECT_EQ(world->wait(crashing), Reason("crash"));

  ConsumerProbe<int> next(world.runtime());
  next.subscribe_to(silent);
  next.ask(10);
  world.settle();
  EXPECT_THAT(next.events(), ElementsAre());
  silent.call(&SendsOneByOne::emit_one_by_one, std::vector{6});
  world.settle();
  EXPECT_THAT(next.events(), ElementsAre(6));
}

}  // namespace
}  // namespace sluice::conformance
