// Stages as ranges and ranges as stages: GS-160 … GS-169.
#include <array>
#include <stdexcept>

#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using sluice::testing::ConsumerProbe;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::array ten{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

/// The first `count` events of what the stages emit, or all that there are.
std::vector<int> take(World& world, std::vector<SubscribeTo<int>> producers, std::size_t count = 1'000'000) {
  std::vector<int> taken;
  for (const int event : world->to_range<int>(std::move(producers))) {
    taken.push_back(event);
    if (taken.size() == count) break;
  }
  return taken;
}

/// Why the range failed.
Reason failure_of(World& world, std::vector<SubscribeTo<int>> producers) {
  try {
    take(world, std::move(producers));
  } catch (const RangeFailed& failed) {
    return failed.reason();
  }
  return Reason("did not fail");
}

SCENARIO(GS_160_TakesTenOfACounter) {
  const auto counter = world->start<CounterStage>();
  EXPECT_EQ(take(world, {{counter}}, 10), numbers(0, 10));
  EXPECT_TRUE(counter.alive());
}

SCENARIO(GS_162_LeavesNothingBehind) {
  const auto counter = world->start<CounterStage>();
  EXPECT_EQ(take(world, {{counter}}, 10), numbers(0, 10));
  world.settle();
  EXPECT_EQ(world->stage_count(), 1);
  EXPECT_THAT(counter.inspect().consumers, IsEmpty());
}

SCENARIO(GS_163_AnUnknownNameFailsUnlessTemporary) {
  const auto nobody = by_name<CounterStage>("nobody");
  EXPECT_EQ(failure_of(world, {{nobody, {.on_cancel = OnCancel::permanent}}}), Reason::noproc());
  EXPECT_THAT(take(world, {{nobody, {.on_cancel = OnCancel::temporary}}}), IsEmpty());
}

class Refuses : public SilentStage {
  void handle_subscriber(const SubscribeOptions& /*options*/, const Subscription& from) override {
    from.cancel("no_thanks");
  }
};

SCENARIO(GS_164_ARefusalFailsUnlessTemporary) {
  const auto refuses = world->start<Refuses>();
  EXPECT_EQ(failure_of(world, {{refuses, {.on_cancel = OnCancel::permanent}}}), Reason("no_thanks"));
  EXPECT_THAT(take(world, {{refuses, {.on_cancel = OnCancel::temporary}}}), IsEmpty());
}

SCENARIO(GS_165_ReadsAFiniteRangeToItsEnd) {
  const auto producer = world->start(from_range(ten));
  EXPECT_EQ(take(world, {{producer, {.on_cancel = OnCancel::transient}}}), numbers(0, 10));
  EXPECT_EQ(world->wait(producer), Reason::normal());
}

SCENARIO(GS_166_NoticesTheEndWhenMoreIsAskedThanIsLeft) {
  const auto producer = world->start(from_range(std::vector{1, 2, 3, 4}));
  ConsumerProbe<int> consumer(world.runtime());
  consumer.subscribe_to(producer);
  consumer.ask(4);
  world.settle();
  EXPECT_THAT(consumer.messages(), ElementsAre(ElementsAre(1, 2, 3, 4)));
  EXPECT_TRUE(producer.alive());

  consumer.ask(1);
  world.settle();
  EXPECT_EQ(world->wait(producer), Reason::normal());
  EXPECT_THAT(consumer.messages(), ElementsAre(ElementsAre(1, 2, 3, 4)));
}

/// Starts a range's stage that is linked to itself, and hands it out.
class StartsARange : public SilentStage {
 public:
  AnyRef start_one() {
    return start_linked<RangeProducer<std::vector<int>>>({}, std::vector{1, 2, 3}, RangeOptions<int>{});
  }
};

SCENARIO(GS_168_ARangeIsLinkedToTheStageThatStartsIt) {
  const auto unlinked = world->start<StartsARange>();
  world->start(from_range(std::vector{1, 2, 3})).kill();
  world.settle();
  EXPECT_TRUE(unlinked.alive());

  const auto linked = world->start<StartsARange>();
  linked.call(&StartsARange::start_one).kill();
  world.settle();
  EXPECT_EQ(world->wait(linked), Reason::killed());
  EXPECT_TRUE(unlinked.alive());
}

SCENARIO(GS_169_TermsOutOfRangeNameTheProducer) {
  const auto counter = world->start<CounterStage>(StartOptions{.name = "counter"});
  try {
    static_cast<void>(world->to_range<int>({{counter, {.max_demand = 0}}}));
    ADD_FAILURE() << "it was built";
  } catch (const OptionError& error) {
    EXPECT_THAT(error.what(), HasSubstr("max_demand"));
    EXPECT_THAT(error.what(), HasSubstr("counter"));
  }
}

}  // namespace
}  // namespace sluice::conformance
