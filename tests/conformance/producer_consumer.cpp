// Back-pressure through a stage with two sides: GS-102 … GS-114.
#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using sluice::testing::ConsumerProbe;
using sluice::testing::ProducerProbe;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Lines = Record<std::string>;

std::vector<int> doubled(int first, int end) {
  std::vector<int> all;
  for (const int n : numbers(first, end)) all.insert(all.end(), {n, n});
  return all;
}

template <class T>
std::vector<T> first(std::size_t count, std::vector<T> all) {
  all.resize(std::min(count, all.size()));
  return all;
}

/// A probe, a producer_consumer that passes on, and a probe, with ten events sent in two messages.
struct TwoMessagesQueued {
  explicit TwoMessagesQueued(World& w)
      : world(w), producer(w.runtime()), consumer(w.runtime()), pc(w->start<PcStage>(1, handled)) {
    pc.subscribe_to(producer, {.max_demand = 10, .min_demand = 5});
    world.settle();
    producer.expect_asks({10});
    producer.send({1, 2, 3, 4});
    producer.send({5, 6, 7, 8, 9, 10});
    world.settle();
    consumer.subscribe_to(pc);
    world.settle();
  }
  void ask(Demand n) {
    consumer.ask(n);
    world.settle();
  }

  World& world;
  Batches handled;
  ProducerProbe<int> producer;
  ConsumerProbe<int> consumer;
  Ref<PcStage> pc;
};

SCENARIO(GS_102_HandlesNothingThatNobodyHasAskedFor) {
  TwoMessagesQueued line(world);
  EXPECT_THAT(line.handled.all(), IsEmpty());
  EXPECT_EQ(line.pc.buffered(), 0);
  EXPECT_THAT(line.producer.asks(), ElementsAre(10));
}

SCENARIO(GS_103_HandlesAMessageAsAWhole) {
  TwoMessagesQueued line(world);
  line.ask(1);
  EXPECT_THAT(line.handled.all(), ElementsAre(ElementsAre(1, 2, 3, 4)));
  EXPECT_THAT(line.consumer.messages(), ElementsAre(ElementsAre(1)));
  EXPECT_EQ(line.pc.buffered(), 3);
  EXPECT_THAT(line.producer.asks(), ElementsAre(10));
}

SCENARIO(GS_104_AnswersFromTheBufferAlone) {
  TwoMessagesQueued line(world);
  line.ask(1);
  line.ask(3);
  EXPECT_THAT(line.consumer.messages(), ElementsAre(ElementsAre(1), ElementsAre(2, 3, 4)));
  EXPECT_THAT(line.handled.all(), ElementsAre(ElementsAre(1, 2, 3, 4)));
}

SCENARIO(GS_105_CutsTheNextMessageAndAsksInBetween) {
  TwoMessagesQueued line(world);
  line.ask(1);
  line.ask(3);
  line.ask(1);
  EXPECT_THAT(line.handled.all(),
              ElementsAre(ElementsAre(1, 2, 3, 4), ElementsAre(5, 6, 7, 8, 9), ElementsAre(10)));
  EXPECT_THAT(line.consumer.messages(), ElementsAre(ElementsAre(1), ElementsAre(2, 3, 4), ElementsAre(5)));
  EXPECT_THAT(line.producer.asks(), ElementsAre(10, 9));
  EXPECT_EQ(line.pc.buffered(), 5);
}

SCENARIO(GS_106_AStageThatEmitsNothingKeepsThePipelineMoving) {
  Batches handled;
  const auto counter = world->start<CounterStage>(0, ProducerOptions<int>{}, 2000);
  const auto pc = world->start<PcStage>(0, handled);
  pc.subscribe_to(counter, {.max_demand = 100, .min_demand = 80});
  world->start<RecStage>(Batches{}).subscribe_to(pc, {.max_demand = 100, .min_demand = 50});
  world.settle();
  const auto batches = handled.all();
  ASSERT_EQ(batches.size(), 100);
  for (int i = 0; i != 100; ++i)
    EXPECT_EQ(batches[static_cast<std::size_t>(i)], numbers(20 * i, 20 * i + 20));
}

/// What a doubling stage on these terms handles and what its consumer gets, of 0 … 399.
struct Doubling {
  enum class Subscribed : unsigned char { at_start, later };

  Doubling(World& world, SubscribeOptions terms, Subscribed when) {
    const SubscribeOptions half{.max_demand = 100, .min_demand = 50};
    const auto counter = world->start<CounterStage>(0, ProducerOptions<int>{}, 400);
    if (when == Subscribed::at_start) {
      const auto pc = world->start<PcStage>(
          2, handled, Lines{}, ProducerConsumerOptions<int, int>{.subscribe_to = {{counter, terms}}});
      world->start<RecStage>(got, Lines{}, ConsumerOptions<int>{.subscribe_to = {{pc, half}}});
    } else {
      const auto pc = world->start<PcStage>(2, handled);
      world->start<RecStage>(got).subscribe_to(pc, half);
      pc.subscribe_to(counter, terms);
    }
    world.settle();
  }
  Batches handled;
  Batches got;
};

SCENARIO(GS_108_BatchesFollowTheTermsOfBothSides) {
  for (const auto when : {Doubling::Subscribed::at_start, Doubling::Subscribed::later}) {
    const Doubling line(world, {.max_demand = 100, .min_demand = 80}, when);
    EXPECT_THAT(first(2, line.handled.all()), ElementsAre(numbers(0, 20), numbers(20, 40)));
    EXPECT_THAT(first(2, line.got.all()), ElementsAre(doubled(0, 20), doubled(20, 40)));
  }
}

SCENARIO(GS_109_LargeInputBatchesAreCutForTheConsumer) {
  for (const auto when : {Doubling::Subscribed::at_start, Doubling::Subscribed::later}) {
    const Doubling line(world, {.max_demand = 100, .min_demand = 20}, when);
    EXPECT_THAT(first(3, line.handled.all()),
                ElementsAre(numbers(0, 80), numbers(80, 100), numbers(100, 180)));
    EXPECT_THAT(first(3, line.got.all()), ElementsAre(doubled(0, 25), doubled(25, 50), doubled(50, 75)));
  }
}

SCENARIO(GS_110_HandlesWhatIsQueuedBeforeACancellation) {
  Batches handled;
  Lines lines;
  const auto counter = world->start<CounterStage>(0, ProducerOptions<int>{}, 100);
  const auto pc = world->start<PcStage>(2, handled, lines);
  const Subscription from_counter =
      pc.subscribe_to(counter, {.max_demand = 100, .min_demand = 50, .on_cancel = OnCancel::temporary});
  world.settle();
  from_counter.cancel("done");
  world.settle();
  EXPECT_THAT(lines.all(), IsEmpty());

  world->start<RecStage>(Batches{}).subscribe_to(pc);
  world.settle();
  EXPECT_THAT(handled.all(), ElementsAre(numbers(0, 50), numbers(50, 100)));
  EXPECT_THAT(lines.all(), ElementsAre("events 50", "events 50", "cancel: failure: done"));
}

/// Four events queued in a stage whose producer then cancels.
struct CancelledWhileQueued {
  CancelledWhileQueued(World& world, SubscribeOptions terms)
      : producer(world.runtime()), consumer(world.runtime()) {
    pc = world->start<PcStage>(1, handled, lines);
    pc.subscribe_to(producer, std::move(terms));
    world.settle();
    producer.send({1, 2, 3, 4});
    world.settle();
    producer.cancel("boom");
    world.settle();
    consumer.subscribe_to(pc);
    world.settle();
  }
  ProducerProbe<int> producer;
  ConsumerProbe<int> consumer;
  Batches handled;
  Lines lines;
  Ref<PcStage> pc;
};

SCENARIO(GS_111_HearsOfACancellationBehindItsQueue) {
  CancelledWhileQueued line(world, {.max_demand = 10, .min_demand = 5});
  EXPECT_TRUE(line.pc.alive());
  EXPECT_THAT(line.lines.all(), IsEmpty());

  line.consumer.ask(10);
  world.settle();
  EXPECT_THAT(line.handled.all(), ElementsAre(ElementsAre(1, 2, 3, 4)));
  EXPECT_THAT(line.lines.all(), ElementsAre("events 4", "cancel: failure: boom", "terminate: failure: boom"));
  EXPECT_EQ(world->wait(line.pc), Reason("boom"));
}

class TellsWhereFrom : public PcStage {
 public:
  TellsWhereFrom(Batches batches, Record<AnyRef> producers)
      : PcStage(1, std::move(batches)), producers_(std::move(producers)) {}

 private:
  void handle_events(Events<int> events, const Subscription& from) override {
    producers_.add(from.producer());
    PcStage::handle_events(std::move(events), from);
  }
  Record<AnyRef> producers_;
};

SCENARIO(GS_112_EventsOfAProducerThatIsGoneKeepTheirSubscription) {
  Batches handled;
  Record<AnyRef> producers;
  ProducerProbe<int> producer(world.runtime());
  ConsumerProbe<int> consumer(world.runtime());
  const auto pc = world->start<TellsWhereFrom>(handled, producers);
  pc.subscribe_to(producer, {.max_demand = 4, .min_demand = 2});
  world.settle();
  producer.send({1, 2, 3, 4});
  world.settle();
  producer.cancel("boom");
  world.settle();
  consumer.subscribe_to(pc);
  consumer.ask(10);
  world.settle();
  EXPECT_THAT(handled.all(), ElementsAre(ElementsAre(1, 2), ElementsAre(3, 4)));
  EXPECT_THAT(producers.all(), ElementsAre(producer.ref(), producer.ref()));
}

SCENARIO(GS_114_BuffersWithoutLimitByDefault) {
  const auto pc = world->start<PcStage>(1);
  pc.call(&PcStage::emit_these, numbers(0, 20'000));
  EXPECT_EQ(pc.buffered(), 20'000);
  EXPECT_EQ(pc.inspect().events.discarded_buffer_full, 0);
  EXPECT_THAT(world.logs(Severity::warning), IsEmpty());
}

}  // namespace
}  // namespace sluice::conformance
