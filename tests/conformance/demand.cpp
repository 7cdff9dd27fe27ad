#include "stages.hpp"
#include "scenario.hpp"

namespace sluice::conformance {
namespace {

using sluice::testing::ProducerProbe;
using ::testing::ElementsAre;

SCENARIO(GS_025_CutsAMessageAndAsksAfterEachBatch) {
  ProducerProbe<int> producer(world.runtime());
  Batches batches;
  const auto rec = world->start<RecStage>(batches);
  rec.subscribe_to(producer, {.max_demand = 10, .min_demand = 5});
  world.settle();
  producer.send({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(ElementsAre(1, 2, 3, 4, 5), ElementsAre(6, 7, 8, 9, 10)));
  EXPECT_THAT(producer.asks(), ElementsAre(10, 5, 5));
}

}  // namespace
}  // namespace sluice::conformance
