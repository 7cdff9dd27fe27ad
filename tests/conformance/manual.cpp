// Stages that ask for themselves: GS-037 … GS-040.
#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using sluice::testing::ProducerProbe;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Asks only when told to.
class ManualStage : public RecStage {
 public:
  using RecStage::RecStage;
  void ask(Demand n) { from_.ask(n); }

 private:
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& from) override {
    from_ = from;
    return DemandMode::manual;
  }
  Subscription from_;
};

struct ManualOnCounter {
  explicit ManualOnCounter(World& world) : rec(world->start<ManualStage>(batches)) {
    rec.subscribe_to(world->start<AskedCounterStage>(demands, 1000));
    world.settle();
  }
  Batches batches;
  Record<Demand> demands;
  Ref<ManualStage> rec;
};

SCENARIO(GS_037_AManualSubscriptionAsksForNothing) {
  const ManualOnCounter line(world);
  EXPECT_THAT(line.demands.all(), IsEmpty());
  EXPECT_THAT(line.batches.all(), IsEmpty());
}

SCENARIO(GS_038_EachAskIsAnsweredAndNoneIsAdded) {
  const ManualOnCounter line(world);
  line.rec.call(&ManualStage::ask, 50U);
  world.settle();
  EXPECT_THAT(line.batches.all(), ElementsAre(numbers(0, 50)));
  line.rec.call(&ManualStage::ask, 50U);
  world.settle();
  EXPECT_THAT(line.batches.all(), ElementsAre(numbers(0, 50), numbers(50, 100)));
  EXPECT_THAT(line.demands.all(), ElementsAre(50, 50));
}

SCENARIO(GS_039_AskingForNothingSendsNothing) {
  ProducerProbe<int> producer(world.runtime());
  const auto rec = world->start<ManualStage>(Batches());
  rec.subscribe_to(producer);
  world.settle();
  rec.call(&ManualStage::ask, 0U);
  world.settle();
  EXPECT_THAT(producer.trace(), ElementsAre("subscribe"));
}

SCENARIO(GS_040_AManualBatchIsNotCut) {
  ProducerProbe<int> producer(world.runtime());
  Batches batches;
  world->start<ManualStage>(batches).subscribe_to(producer, {.max_demand = 10, .min_demand = 5});
  world.settle();
  producer.send(Events<int>(numbers(0, 23)));
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(numbers(0, 23)));
  EXPECT_THAT(world.logs(Severity::error), IsEmpty());
  EXPECT_THAT(producer.trace(), ElementsAre("subscribe"));
}

}  // namespace
}  // namespace sluice::conformance
