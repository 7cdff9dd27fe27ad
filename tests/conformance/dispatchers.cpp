// Dispatchers seen from the stages around them: GS-132 … GS-152.
#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using sluice::testing::ConsumerProbe;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;

using Lines = Record<std::string>;

SCENARIO(GS_132_NothingOvertakesTheBufferWhenAConsumerWithDemandDied) {
  const auto silent = world->start<SilentStage>();
  ConsumerProbe<int> a(world.runtime());
  ConsumerProbe<int> b(world.runtime());
  a.subscribe_to(silent);
  a.ask(5);
  world.settle();
  a.ref().kill();
  world.settle();
  silent.call(&SilentStage::emit_these, std::vector{1, 2, 3});
  b.subscribe_to(silent);
  b.ask(4);
  world.settle();
  silent.call(&SilentStage::emit_these, std::vector{4, 5});
  world.settle();
  EXPECT_THAT(b.events(), ElementsAre(1, 2, 3, 4));
  b.ask(1);
  world.settle();
  EXPECT_THAT(b.events(), ElementsAre(1, 2, 3, 4, 5));
}

/// A consumer that has subscribed twice, or more often, to a broadcast.
struct SubscribedAgain {
  SubscribedAgain(World& world, int times)
      : silent(world->start<SilentStage>(Record<Demand>{}, ProducerOptions<int>{.dispatcher = broadcast()})),
        rec(world->start<RecStage>(batches, lines)) {
    for (; times != 0; --times) {
      rec.subscribe_to(silent, {.on_cancel = OnCancel::permanent});
      world.settle();
    }
    silent.call(&SilentStage::emit_these, std::vector{1, 2});
    world.settle();
  }
  Batches batches;
  Lines lines;
  Ref<SilentStage> silent;
  Ref<RecStage> rec;
};

SCENARIO(GS_140_ABroadcastTakesAConsumerOnce) {
  const SubscribedAgain line(world, 2);
  EXPECT_EQ(world.logged(Severity::error, "already_subscribed"), 1);
  EXPECT_THAT(line.lines.all(), ElementsAre("subscribe", "subscribe", "cancel: failure: already_subscribed"));
  EXPECT_TRUE(line.rec.alive());
  EXPECT_EQ(line.silent.inspect().consumers.size(), 1);
  EXPECT_EQ(line.rec.inspect().producers.size(), 1);
  EXPECT_THAT(line.batches.all(), ElementsAre(ElementsAre(1, 2)));
}

SCENARIO(GS_141_ABroadcastRefusesTheThirdTimeToo) {
  const SubscribedAgain line(world, 3);
  EXPECT_EQ(world.logged(Severity::error, "already_subscribed"), 2);
  EXPECT_TRUE(line.rec.alive());
  EXPECT_EQ(line.silent.inspect().consumers.size(), 1);
  EXPECT_EQ(line.rec.inspect().producers.size(), 1);
  EXPECT_THAT(line.batches.all(), ElementsAre(ElementsAre(1, 2)));
}

SCENARIO(GS_142_ABroadcastHandsOutItsBufferOnceTheNewcomerAsks) {
  const auto silent =
      world->start<SilentStage>(Record<Demand>{}, ProducerOptions<int>{.dispatcher = broadcast()});
  ConsumerProbe<int> a(world.runtime());
  ConsumerProbe<int> b(world.runtime());
  a.subscribe_to(silent);
  a.ask(10);
  world.settle();
  b.subscribe_to(silent);
  world.settle();
  silent.call(&SilentStage::emit_these, numbers(1, 11));
  world.settle();
  b.ask(10);
  world.settle();
  EXPECT_EQ(a.events(), numbers(1, 11));
  EXPECT_EQ(b.events(), numbers(1, 11));
}

SCENARIO(GS_144_TheLeavingOfTheSlowestConsumerOfABroadcastLetsTheOthersGoOn) {
  const auto counter = world->start<CounterStage>(0, ProducerOptions<int>{.dispatcher = broadcast()});
  ConsumerProbe<int> slowest(world.runtime());
  ConsumerProbe<int> a(world.runtime());
  ConsumerProbe<int> b(world.runtime());
  slowest.subscribe_to(counter);
  world.settle();
  a.subscribe_to(counter);
  b.subscribe_to(counter);
  a.ask(10);
  b.ask(20);
  world.settle();
  EXPECT_THAT(a.events(), IsEmpty());
  EXPECT_THAT(b.events(), IsEmpty());

  slowest.cancel();
  world.settle();
  EXPECT_EQ(a.events(), numbers(0, 10));
  EXPECT_EQ(b.events(), numbers(0, 10));
}

class CountsDemand : public CounterStage {
 public:
  CountsDemand(Record<Demand> demands, ProducerOptions<int> options)
      : CounterStage(0, std::move(options)), demands_(std::move(demands)) {}

 private:
  void handle_demand(Demand n) override {
    demands_.add(n);
    CounterStage::handle_demand(n);
  }
  Record<Demand> demands_;
};

SCENARIO(GS_152_EventsThatARouteDropsAreAskedForAgain) {
  Record<Demand> demands;
  const auto from_ten = [](int& event) { return event < 10 ? std::nullopt : std::optional<std::size_t>(0); };
  const auto counter =
      world->start<CountsDemand>(demands, ProducerOptions<int>{.dispatcher = partition(1, from_ten)});
  ConsumerProbe<int> consumer(world.runtime());
  consumer.subscribe_to(counter, {.on_cancel = OnCancel::temporary, .partition = 0});
  consumer.ask(10);
  world.settle();
  EXPECT_EQ(consumer.events(), numbers(10, 20));
  EXPECT_THAT(demands.size(), Ge(2));
}

}  // namespace
}  // namespace sluice::conformance
