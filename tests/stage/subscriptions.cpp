#include <numeric>

#include "stages.hpp"

namespace sluice::tests {
namespace {

using sluice::testing::ConsumerProbe;
using sluice::testing::ProducerProbe;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RunningSubscription : public ::testing::Test {
 protected:
  void send(std::vector<int> events) {
    producer.send(Events<int>(std::move(events)));
    runtime.settle();
  }
  std::vector<int> got;
  Simulation runtime{{.log = silence()}};
  ProducerProbe<int> producer{runtime};
  Ref<Sink> sink = runtime.start<Sink>(got);
  Subscription subscription = sink.subscribe_to(producer, {.max_demand = 4, .min_demand = 2});
};

TEST_F(RunningSubscription, AsksForNothingWhilePaused) {
  subscription.pause();
  runtime.settle();
  send({1, 2});
  send({3, 4});
  EXPECT_THAT(got, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(producer.asks(), ElementsAre(4));
  EXPECT_TRUE(sink.inspect().producers.at(0).paused);

  subscription.resume();
  runtime.settle();
  EXPECT_THAT(producer.asks(), ElementsAre(4, 4));
}

TEST_F(RunningSubscription, TakesNewTermsAtOnce) {
  runtime.settle();
  subscription.change_demand(10, 5);
  runtime.settle();
  EXPECT_THAT(producer.asks(), ElementsAre(4, 6));
  const auto info = sink.inspect().producers.at(0);
  EXPECT_EQ(info.max_demand, 10);
  EXPECT_EQ(info.min_demand, 5);
  EXPECT_EQ(info.pending, 10);
}

TEST_F(RunningSubscription, RefusesTermsOutOfRange) {
  EXPECT_THROW(subscription.change_demand(0, 0), OptionError);
  EXPECT_THROW(subscription.change_demand(5, 5), OptionError);
}

TEST_F(RunningSubscription, IsCancelledAnyNumberOfTimes) {
  runtime.settle();
  subscription.cancel("enough");
  subscription.cancel("enough");
  runtime.settle();
  subscription.cancel("enough");
  subscription.ask(5);
  subscription.pause();
  runtime.settle();
  EXPECT_THAT(producer.trace(), ElementsAre("subscribe", "ask 4", "cancel: enough"));
}

/// Adds up, and emits the sum when no more will come.
class Sums : public ProducerConsumer<int, int> {
 public:
  explicit Sums(std::vector<SubscribeTo<int>> of = {})
      : ProducerConsumer<int, int>({.subscribe_to = std::move(of)}) {}

 private:
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    sum_ = std::accumulate(events.begin(), events.end(), sum_);
  }
  void handle_upstream_done() override { emit(sum_); }
  int sum_ = 0;
};

TEST(UpstreamDone, IsWhereAStageFlushesWhatItHoldsBack) {
  Simulation runtime{{.log = silence()}};
  std::vector<int> got;
  const SubscribeOptions transient{.on_cancel = OnCancel::transient};
  const auto sums = runtime.start<Sums>(
      std::vector<SubscribeTo<int>>{{runtime.start(from_range(std::vector{1, 2, 3})), transient},
                                    {runtime.start(from_range(std::vector{10, 20})), transient}});
  runtime.start<Sink>(got).subscribe_to(sums, transient);
  runtime.settle();
  EXPECT_TRUE(sums.alive());
  EXPECT_THAT(got, ElementsAre(36));
}

TEST(UpstreamDone, ComesBeforeTheEndOfAStageThatFollowsItsProducer) {
  Simulation runtime{{.log = silence()}};
  std::vector<int> got;
  const auto sums =
      runtime.start<Sums>(std::vector<SubscribeTo<int>>{{runtime.start(from_range(std::vector{1, 2, 3}))}});
  runtime.start<Sink>(got).subscribe_to(sums, {.on_cancel = OnCancel::transient});
  runtime.settle();
  EXPECT_EQ(runtime.wait(sums), Reason::normal());
  EXPECT_THAT(got, ElementsAre(6));
}

TEST(UpstreamDone, IsNotToldOfAFailure) {
  Simulation runtime{{.log = silence()}};
  std::vector<int> got;
  const auto sums = runtime.start<Sums>();
  const auto source = runtime.start<Source>();
  runtime.start<Sink>(got).subscribe_to(sums, {.on_cancel = OnCancel::temporary});
  sums.subscribe_to(source, {.on_cancel = OnCancel::temporary});
  runtime.settle();
  source.call(&Source::emit_these, std::vector{1});
  runtime.settle();
  source.kill();
  runtime.settle();
  EXPECT_TRUE(sums.alive());
  EXPECT_THAT(got, IsEmpty());
}

TEST(Flush, SendsWhatWasEmittedSoFar) {
  class InTwo : public Source {
   public:
    void emit_in_two() {
      emit(1);
      flush();
      emit(2);
    }
  };
  Simulation runtime;
  const auto source = runtime.start<InTwo>();
  ConsumerProbe<int> consumer(runtime);
  consumer.subscribe_to(source);
  consumer.ask(10);
  runtime.settle();
  source.call(&InTwo::emit_in_two);
  runtime.settle();
  EXPECT_THAT(consumer.messages(), ElementsAre(ElementsAre(1), ElementsAre(2)));
}

TEST(Flush, KeepsWhatWasSentWhenTheCallbackThrowsAfterwards) {
  class Throws : public Source {
   public:
    void emit_and_throw() {
      emit(1);
      flush();
      emit(2);
      throw std::runtime_error("crash");
    }
  };
  Simulation runtime{{.log = silence()}};
  const auto source = runtime.start<Throws>();
  ConsumerProbe<int> consumer(runtime);
  consumer.subscribe_to(source);
  consumer.ask(10);
  runtime.settle();
  source.cast(&Throws::emit_and_throw);
  runtime.settle();
  EXPECT_THAT(consumer.events(), ElementsAre(1));
}

}  // namespace
}  // namespace sluice::tests
