#include "stages.hpp"

namespace sluice::tests {
namespace {

using ::testing::HasSubstr;

TEST(Introspection, ShowsBothEndsOfASubscription) {
  Simulation runtime{{.log = silence()}};
  const auto counts = runtime.start<Counts>({.name = "counts"});
  const auto numbers = runtime.start<Numbers>({.name = "numbers"}, 7);
  counts.subscribe_to(numbers, {.max_demand = 10, .min_demand = 4});
  runtime.settle();

  const StageInfo source = numbers.inspect();
  EXPECT_EQ(source.kind, StageKind::producer);
  EXPECT_EQ(source.dispatcher, "demand");
  EXPECT_EQ(source.events.emitted, 7);
  EXPECT_EQ(source.events.delivered, 7);
  ASSERT_EQ(source.consumers.size(), 1);
  EXPECT_EQ(source.consumers[0].peer_name, "counts");
  EXPECT_EQ(source.consumers[0].asked, 16);
  EXPECT_EQ(source.consumers[0].pending, 9);

  const StageInfo sink = counts.inspect();
  EXPECT_EQ(sink.kind, StageKind::consumer);
  EXPECT_EQ(sink.description, "has counted 7");
  EXPECT_EQ(sink.events.received, 7);
  EXPECT_EQ(sink.events.handled, 7);
  ASSERT_EQ(sink.producers.size(), 1);
  EXPECT_EQ(sink.producers[0].peer_name, "numbers");
  EXPECT_EQ(sink.producers[0].max_demand, 10);
  EXPECT_EQ(sink.producers[0].min_demand, 4);
}

TEST(Introspection, AStageSaysOfItselfWhatASnapshotSaysOfIt) {
  Simulation runtime{{.log = silence()}};
  const auto counts = runtime.start<Counts>({.name = "counts"});
  counts.subscribe_to(runtime.start<Numbers>({.name = "numbers"}, 7));
  runtime.settle();
  StageInfo from_outside = runtime.snapshot().stages[0];
  EXPECT_EQ(from_outside.state, StageState::starved);
  EXPECT_GT(from_outside.messages, 2);
  ++from_outside.messages;  // the question itself
  EXPECT_EQ(counts.inspect(), from_outside);
}

TEST(Introspection, SurvivesADescriptionThatThrows) {
  class Throws : public Counts {
   public:
    [[nodiscard]] std::string describe() const override { throw std::runtime_error("no words"); }
  };
  Simulation runtime{{.log = silence()}};
  const auto throws = runtime.start<Throws>();
  EXPECT_EQ(throws.inspect().description, "");
  EXPECT_TRUE(throws.alive());
}

TEST(Introspection, ASnapshotHoldsAllStages) {
  Simulation runtime;
  runtime.start<Counts>({.name = "counts"}).subscribe_to(runtime.start<Numbers>({.name = "numbers"}, 3));
  runtime.settle();
  const Snapshot snapshot = runtime.snapshot();
  ASSERT_EQ(snapshot.stages.size(), 2);
  EXPECT_EQ(snapshot.stages[0].name, "counts");
  EXPECT_EQ(snapshot.stages[0].state, StageState::starved);
  EXPECT_EQ(snapshot.stages[1].name, "numbers");
  EXPECT_THAT(to_string(snapshot), HasSubstr("numbers"));
}

}  // namespace
}  // namespace sluice::tests
