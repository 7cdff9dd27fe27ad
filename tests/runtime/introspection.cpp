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

/// The counts of the stages of this name that have ended.
EndedStages ended(const Runtime& runtime, const std::string& name) {
  for (const EndedStages& one : runtime.snapshot().ended) {
    if (one.name == name) return one;
  }
  return {};
}

/// Emits two for one, and at 5 only one before it throws.
class Doubles : public ProducerConsumer<int, int> {
 private:
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    for (const int n : events) {
      emit(n);
      if (n == 5) throw std::runtime_error("five");
      emit(n);
    }
  }
};

TEST(Introspection, WhatAStageHasLostIsKnownAfterItsEnd) {
  Simulation runtime{{.log = silence()}};
  const auto numbers = runtime.start<Numbers>({.name = "numbers"}, 100);
  const auto doubles = runtime.start<Doubles>({.name = "doubles"});
  const auto counts = runtime.start<Counts>({.name = "counts"});
  counts.subscribe_to(doubles, {.max_demand = 4, .on_cancel = OnCancel::temporary});
  doubles.subscribe_to(numbers, {.max_demand = 2, .min_demand = 1});
  runtime.settle();
  const EventCounts lost = ended(runtime, "doubles").events;
  EXPECT_EQ(lost.handled, 5);  // 0 … 4
  EXPECT_EQ(lost.received, lost.handled + lost.lost_received);
  EXPECT_EQ(lost.lost_received, 2);  // 5, and 6 on its way
  EXPECT_EQ(lost.emitted, 11);
  EXPECT_EQ(lost.lost_emitted, 1);
  EXPECT_EQ(lost.delivered, 10);
  EXPECT_EQ(runtime.snapshot().stages.size(), 2);
}

TEST(Introspection, TheIncarnationsOfANameAreCountedTogetherAndTheNamelessUnderNone) {
  Simulation runtime{{.log = silence()}};
  for (int i = 0; i < 3; ++i) {
    const auto source = runtime.start<Numbers>(i);
    const auto counts = runtime.start<Counts>({.name = "counts"});
    counts.subscribe_to(source);
    runtime.settle();
    counts.stop();
    source.stop();
  }
  const std::vector<EndedStages> all = runtime.snapshot().ended;
  ASSERT_EQ(all.size(), 2);
  EXPECT_EQ(all[0], (EndedStages{.stages = 3, .events = {.emitted = 3, .delivered = 3}}));
  EXPECT_EQ(all[1], (EndedStages{.name = "counts", .stages = 3, .events = {.received = 3, .handled = 3}}));
}

TEST(Introspection, CountsOfEndedStagesOutliveAShutdown) {
  Simulation runtime{{.log = silence()}};
  runtime.start<Counts>({.name = "counts"}).subscribe_to(runtime.start<Numbers>({.name = "numbers"}, 3));
  runtime.settle();
  static_cast<void>(runtime.shutdown());
  EXPECT_EQ(ended(runtime, "counts").events, (EventCounts{.received = 3, .handled = 3}));
  EXPECT_EQ(ended(runtime, "numbers").events, (EventCounts{.emitted = 3, .delivered = 3}));
}

}  // namespace
}  // namespace sluice::tests
