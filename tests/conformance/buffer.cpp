// Where events wait that nobody has asked for: GS-079 … GS-087.
#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using sluice::testing::ConsumerProbe;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const SubscribeOptions four_at_once{.max_demand = 4, .min_demand = 0};

template <class R>
concept KnowsWhatItBuffers = requires(const R& ref) { ref.buffered(); };

SCENARIO(GS_079_TakesFromTheBufferBeforeItAsksForMore) {
  Batches batches;
  const auto counter = world->start<CounterStage>(0, ProducerOptions<int>{}, 7);
  counter.call(&CounterStage::emit_these, std::vector{101, 102, 103});
  counter.call(&CounterStage::emit_these, std::vector{104, 105});
  world->start<RecStage>(batches).subscribe_to(counter, four_at_once);
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(ElementsAre(101, 102, 103, 104), ElementsAre(105),
                                         ElementsAre(0, 1, 2), ElementsAre(3, 4, 5, 6)));
}

/// Five events, then three more, into a buffer for five that nobody empties; then what a consumer gets.
std::vector<std::vector<int>> overflow(World& world, BufferOptions buffer) {
  Batches batches;
  const auto silent = world->start<SilentStage>(Record<Demand>{}, ProducerOptions<int>{.buffer = buffer});
  silent.call(&SilentStage::emit_these, std::vector{1, 2, 3, 4, 5});
  silent.call(&SilentStage::emit_these, std::vector{6, 7, 8});
  world->start<RecStage>(batches).subscribe_to(silent, four_at_once);
  world.settle();
  return batches.all();
}

SCENARIO(GS_080_AFullBufferKeepsTheFirst) {
  const auto batches = overflow(world, {.size = 5, .keep = Keep::first});
  EXPECT_EQ(world.logged(Severity::warning, "discarded 3 events"), 1);
  EXPECT_THAT(batches, ElementsAre(ElementsAre(1, 2, 3, 4), ElementsAre(5)));
}

SCENARIO(GS_081_AFullBufferKeepsTheLast) {
  const auto batches = overflow(world, {.size = 5, .keep = Keep::last});
  EXPECT_EQ(world.logged(Severity::warning, "discarded 3 events"), 1);
  EXPECT_THAT(batches, ElementsAre(ElementsAre(4, 5, 6, 7), ElementsAre(8)));
}

SCENARIO(GS_082_AnUnlimitedBufferKeepsAll) {
  const auto batches = overflow(world, {.size = unlimited});
  EXPECT_THAT(batches, ElementsAre(ElementsAre(1, 2, 3, 4), ElementsAre(5, 6, 7, 8)));
  EXPECT_THAT(world.logs(Severity::warning), IsEmpty());
}

class TellsWhatIsDiscarded : public SilentStage {
 public:
  TellsWhatIsDiscarded(Record<std::size_t> counts, ProducerOptions<int> options)
      : SilentStage({}, std::move(options)), counts_(std::move(counts)) {}

 private:
  Report handle_discarded(std::size_t count, Discard why) override {
    EXPECT_EQ(why, Discard::buffer_full);
    counts_.add(count);
    return Report::log;
  }
  Record<std::size_t> counts_;
};

SCENARIO(GS_084_TellsHowManyWereDiscardedAndWarns) {
  Record<std::size_t> counts;
  const auto silent = world->start<TellsWhatIsDiscarded>(
      counts, ProducerOptions<int>{.buffer = {.size = 5, .keep = Keep::first}});
  silent.call(&SilentStage::emit_these, numbers(0, 8));
  EXPECT_THAT(counts.all(), ElementsAre(3));
  EXPECT_EQ(world.logged(Severity::warning, "discarded 3 events"), 1);
}

SCENARIO(GS_085_KnowsHowManyEventsWait) {
  const auto silent =
      world->start<SilentStage>(Record<Demand>{}, ProducerOptions<int>{.buffer = {.size = unlimited}});
  silent.call(&SilentStage::emit_these, numbers(0, 5));
  EXPECT_EQ(silent.buffered(), 5);
  silent.call(&SilentStage::emit_these, numbers(5, 8));
  EXPECT_EQ(silent.buffered(), 8);

  ConsumerProbe<int> consumer(world.runtime());
  consumer.subscribe_to(silent);
  consumer.ask(4);
  consumer.ask(4);
  world.settle();
  EXPECT_THAT(consumer.messages(), ElementsAre(ElementsAre(0, 1, 2, 3), ElementsAre(4, 5, 6, 7)));
  EXPECT_EQ(silent.buffered(), 0);
}

SCENARIO_EXCLUDED_BY_TYPE(GS_086_AConsumerHasNoBufferToAskAbout) {
  static_assert(!KnowsWhatItBuffers<Ref<RecStage>>);
  static_assert(!KnowsWhatItBuffers<ConsumerRef<int>>);
  static_assert(KnowsWhatItBuffers<Ref<PcStage>>);
}

SCENARIO(GS_087_InfosAreNoEvents) {
  const auto silent =
      world->start<SilentStage>(Record<Demand>{}, ProducerOptions<int>{.buffer = {.size = 10}});
  silent.call(&SilentStage::emit_these, std::vector{1, 2});
  silent.info([](SilentStage&) {});
  silent.info([](SilentStage&) {});
  EXPECT_EQ(silent.buffered(), 2);
}

}  // namespace
}  // namespace sluice::conformance
