// Demand that waits until everybody is there: GS-072 … GS-078.
#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using namespace std::chrono_literals;
using sluice::testing::ConsumerProbe;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ProducerOptions<int> accumulating() { return {.demand = DemandFlow::accumulate}; }

SCENARIO(GS_072_AccumulatingAgainKeepsWhatWasAccumulated) {
  Batches batches;
  const auto counter = world->start<CounterStage>(0, accumulating(), 4);
  world->start<RecStage>(batches).subscribe_to(counter, {.max_demand = 4, .min_demand = 0});
  world.settle();
  counter.demand_flow(DemandFlow::accumulate);
  world.settle();
  EXPECT_THAT(batches.all(), IsEmpty());
  counter.demand_flow(DemandFlow::forward);
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(ElementsAre(0, 1, 2, 3)));
}

/// Answers an ask of n with the one event n, ten times.
class EmitsWhatIsAsked : public Producer<int> {
 public:
  explicit EmitsWhatIsAsked(Record<Demand> demands)
      : Producer<int>(accumulating()), demands_(std::move(demands)) {}

 private:
  void handle_demand(Demand n) override {
    demands_.add(n);
    if (left_-- > 0) emit(static_cast<int>(n));
  }
  Record<Demand> demands_;
  int left_ = 10;
};

SCENARIO(GS_073_AccumulatedDemandIsNotMerged) {
  Record<Demand> demands;
  const auto producer = world->start<EmitsWhatIsAsked>(demands);
  world->start<RecStage>(Batches()).subscribe_to(producer, {.max_demand = 2});
  world->start<RecStage>(Batches()).subscribe_to(producer, {.max_demand = 2});
  world.settle();
  EXPECT_THAT(demands.all(), IsEmpty());
  producer.demand_flow(DemandFlow::forward);
  world.settle();
  EXPECT_THAT(demands.all(), ElementsAre(2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
}

SCENARIO(GS_074_AccumulatedEventsReachEveryConsumerInOrder) {
  const auto silent = world->start<SilentStage>(
      Record<Demand>(), ProducerOptions<int>{.dispatcher = broadcast(), .demand = DemandFlow::accumulate});
  ConsumerProbe<int> one(world.runtime());
  Batches two;
  one.subscribe_to(silent);
  one.ask(10);
  world->start<RecStage>(two).subscribe_to(silent, {.max_demand = 10});
  for (const int event : {1, 2, 3, 4}) silent.call(&SilentStage::emit_these, std::vector{event});
  world.settle();
  EXPECT_THAT(one.events(), IsEmpty());
  EXPECT_THAT(two.all(), IsEmpty());

  silent.demand_flow(DemandFlow::forward);
  world.settle();
  EXPECT_THAT(one.events(), ElementsAre(1, 2, 3, 4));
  std::vector<int> all_of_two;
  for (const auto& batch : two.all()) all_of_two.insert(all_of_two.end(), batch.begin(), batch.end());
  EXPECT_THAT(all_of_two, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(silent.buffered(), 0);
}

SCENARIO(GS_075_ForwardingMayBeginBeforeTheFirstSubscription) {
  Batches batches;
  const auto counter = world->start<CounterStage>(0, accumulating(), 4);
  counter.demand_flow(DemandFlow::forward);
  world.settle();
  world->start<RecStage>(batches).subscribe_to(counter, {.max_demand = 4, .min_demand = 0});
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(ElementsAre(0, 1, 2, 3)));
}

template <class R>
concept HasDemandFlow = requires(const R& ref) { ref.demand_flow(DemandFlow::accumulate); };

SCENARIO(GS_076_OnlyProducersAccumulate) {
  static_assert(!HasDemandFlow<Ref<RecStage>>);
  static_assert(!HasDemandFlow<ConsumerRef<int>>);

  const auto pc = world->start<PcStage>(1);
  pc.demand_flow(DemandFlow::forward);
  world.settle();
  EXPECT_THAT(world.logs(Severity::error), IsEmpty());
  pc.demand_flow(DemandFlow::accumulate);
  world.settle();
  EXPECT_EQ(world.logged(Severity::error, "demand_flow"), 1);
  EXPECT_EQ(pc.demand_flow(), DemandFlow::forward);

  ConsumerProbe<int> consumer(world.runtime());
  consumer.subscribe_to(pc);
  consumer.ask(2);
  pc.call(&PcStage::emit_these, std::vector{1, 2});
  world.settle();
  EXPECT_THAT(consumer.messages(), ElementsAre(ElementsAre(1, 2)));
}

/// A silent producer that accumulates and has emitted 1 2 3 and then been told "x".
struct XBehindThree {
  explicit XBehindThree(World& w)
      : world(w), silent(w->start<SilentStage>(Record<Demand>(), accumulating())), consumer(w.runtime()) {
    silent.call(&SilentStage::emit_these, std::vector{1, 2, 3});
    silent.info([lines = lines](SilentStage&) mutable { lines.add("x"); }, 5s);
    consumer.subscribe_to(silent);
    world.settle();
  }
  World& world;
  Record<std::string> lines;
  Ref<SilentStage> silent;
  ConsumerProbe<int> consumer;
};

SCENARIO(GS_078_AnInfoStaysBehindAccumulatedEvents) {
  XBehindThree line(world);
  line.consumer.ask(3);
  world.settle();
  EXPECT_THAT(line.lines.all(), IsEmpty());
  line.silent.demand_flow(DemandFlow::forward);
  world.settle();
  EXPECT_THAT(line.consumer.messages(), ElementsAre(ElementsAre(1, 2, 3)));
  EXPECT_THAT(line.lines.all(), ElementsAre("x"));

  XBehindThree slower(world);
  slower.consumer.ask(2);
  slower.silent.demand_flow(DemandFlow::forward);
  world.settle();
  EXPECT_THAT(slower.consumer.messages(), ElementsAre(ElementsAre(1, 2)));
  EXPECT_THAT(slower.lines.all(), IsEmpty());
  slower.consumer.ask(1);
  world.settle();
  EXPECT_THAT(slower.consumer.messages(), ElementsAre(ElementsAre(1, 2), ElementsAre(3)));
  EXPECT_THAT(slower.lines.all(), ElementsAre("x"));
}

}  // namespace
}  // namespace sluice::conformance
