// Messages that keep their place among events: GS-093 … GS-100.
#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using namespace std::chrono_literals;
using sluice::testing::ConsumerProbe;
using sluice::testing::ProducerProbe;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Lines = Record<std::string>;

/// An info that writes its name down.
auto noting(Lines lines, std::string name) {
  return [lines, name](auto& /*stage*/) mutable { lines.add(name); };
}

auto silent_with_buffer(World& world, Demand size) {
  return world->start<SilentStage>(Record<Demand>{}, ProducerOptions<int>{.buffer = {.size = size}});
}

SCENARIO(GS_093_AConsumerGetsInfosInOrder) {
  Lines lines;
  const auto rec = world->start<RecStage>(Batches{});
  rec.info(noting(lines, "x"), 5s);
  rec.info(noting(lines, "y"));
  world.settle();
  EXPECT_THAT(lines.all(), ElementsAre("x", "y"));
}

SCENARIO(GS_094_AProducerWithAnEmptyBufferGetsInfosAtOnce) {
  Lines lines;
  const auto silent = world->start<SilentStage>();
  silent.info(noting(lines, "x"), 5s);
  world.settle();
  EXPECT_THAT(lines.all(), ElementsAre("x"));
}

SCENARIO(GS_096_InfosWaitForTheEventsBeforeThem) {
  Lines lines;
  const auto silent = silent_with_buffer(world, 3);
  ConsumerProbe<int> consumer(world.runtime());
  silent.call(&SilentStage::emit_these, std::vector{1, 2, 3});
  silent.info(noting(lines, "s1"));
  consumer.subscribe_to(silent);
  consumer.ask(2);
  world.settle();
  EXPECT_THAT(consumer.messages(), ElementsAre(ElementsAre(1, 2)));
  silent.call(&SilentStage::emit_these, std::vector{4, 5});
  silent.info(noting(lines, "s2"));
  world.settle();
  EXPECT_THAT(lines.all(), IsEmpty());

  consumer.ask(1);
  world.settle();
  EXPECT_THAT(consumer.messages(), ElementsAre(ElementsAre(1, 2), ElementsAre(3)));
  EXPECT_THAT(lines.all(), ElementsAre("s1"));

  consumer.ask(2);
  world.settle();
  EXPECT_THAT(consumer.messages(), ElementsAre(ElementsAre(1, 2), ElementsAre(3), ElementsAre(4, 5)));
  EXPECT_THAT(lines.all(), ElementsAre("s1", "s2"));
}

SCENARIO(GS_097_InfosCutWhatIsHandedOut) {
  Lines lines;
  const auto silent = silent_with_buffer(world, 10);
  ConsumerProbe<int> consumer(world.runtime());
  silent.call(&SilentStage::emit_these, std::vector{1, 2, 3});
  for (const char* const name : {"d", "e", "f"}) silent.info(noting(lines, name));
  silent.call(&SilentStage::emit_these, std::vector{7, 8});
  silent.info(noting(lines, "i"));
  world.settle();
  EXPECT_THAT(lines.all(), IsEmpty());

  consumer.subscribe_to(silent);
  consumer.ask(5);
  world.settle();
  EXPECT_THAT(consumer.messages(), ElementsAre(ElementsAre(1, 2, 3), ElementsAre(7, 8)));
  EXPECT_THAT(lines.all(), ElementsAre("d", "e", "f", "i"));
}

SCENARIO(GS_098_AnUnlimitedBufferReleasesTheInfoBehindItsLastEvent) {
  Lines lines;
  const auto silent = silent_with_buffer(world, unlimited);
  ConsumerProbe<int> consumer(world.runtime());
  silent.call(&SilentStage::emit_these, std::vector{1, 2});
  silent.info(noting(lines, "x"));
  consumer.subscribe_to(silent);
  world.settle();
  EXPECT_THAT(lines.all(), IsEmpty());
  consumer.ask(2);
  world.settle();
  EXPECT_THAT(consumer.messages(), ElementsAre(ElementsAre(1, 2)));
  EXPECT_THAT(lines.all(), ElementsAre("x"));
}

SCENARIO(GS_099_InfosOfAProducerConsumerWaitForItsQueue) {
  Lines lines;
  ProducerProbe<int> producer(world.runtime());
  const auto pc = world->start<PcStage>(1, Batches{}, lines);
  pc.subscribe_to(producer, {.max_demand = 10, .min_demand = 5});
  world.settle();
  producer.send({1, 2, 3, 4});
  world.settle();
  pc.info(noting(lines, "x"), 5s);
  pc.info(noting(lines, "y"));
  world.settle();
  EXPECT_THAT(lines.all(), IsEmpty());

  world->start<RecStage>(Batches{}).subscribe_to(pc);
  world.settle();
  EXPECT_THAT(lines.all(), ElementsAre("events 4", "x", "y"));
}

SCENARIO(GS_100_InfosOfAnIdleProducerConsumerComeAtOnce) {
  Lines lines;
  const auto pc = world->start<PcStage>(1);
  world->start<RecStage>(Batches{}).subscribe_to(pc);
  pc.info(noting(lines, "x"), 5s);
  world.settle();
  EXPECT_THAT(lines.all(), ElementsAre("x"));
}

}  // namespace
}  // namespace sluice::conformance
