#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "sluice/sluice.hpp"
#include "sluice/testing/testing.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The text of the ProbeError that `code` throws.
template <class F>
std::string complaint(F code) {
  try {
    code();
  } catch (const ProbeError& error) {
    return error.what();
  }
  return "no complaint";
}

TEST(ProducerProbe, ShowsBothWhenTheAsksAreOthers) {
  Simulation runtime;
  ProducerProbe<int> producer(runtime);
  runtime.start(consume<int>([](int) {})).subscribe_to(producer, {.max_demand = 10, .min_demand = 5});
  runtime.settle();
  producer.expect_asks({10});
  EXPECT_EQ(complaint([&] { producer.expect_asks({7, 3}); }), "producer probe: asks [10], expected [7 3]");
}

TEST(ProducerProbe, TracesWhatAConsumerSays) {
  Simulation runtime;
  ProducerProbe<int> producer(runtime);
  ConsumerProbe<int> consumer(runtime);
  consumer.subscribe_to(producer);
  consumer.ask(3);
  runtime.settle();
  consumer.cancel("enough");
  runtime.settle();
  consumer.subscribe_to(producer);
  runtime.settle();
  consumer.ref().kill();
  runtime.settle();
  EXPECT_THAT(producer.trace(),
              ElementsAre("subscribe", "ask 3", "cancel: enough", "subscribe", "down: killed"));
}

TEST(ProducerProbe, HasNoSubscriptionBeforeSomebodySubscribes) {
  Simulation runtime;
  ProducerProbe<int> producer(runtime);
  EXPECT_EQ(complaint([&] { producer.send({1}); }), "producer probe: nobody has subscribed");
}

TEST(ProducerProbe, ImposesASubscriptionThatTheConsumerRefuses) {
  Simulation runtime;
  ProducerProbe<int> producer(runtime);
  ConsumerProbe<int> consumer(runtime);
  const Subscription imposed = producer.impose_on(consumer.ref());
  runtime.settle();
  producer.send(imposed, {1, 2});
  runtime.settle();
  EXPECT_THAT(consumer.events(), ElementsAre());
  EXPECT_THAT(producer.trace(), ElementsAre("subscribe", "cancel: unknown_subscription"));
}

TEST(ConsumerProbe, CountsBothWhenTheEventsAreOthers) {
  Simulation runtime;
  ProducerProbe<int> producer(runtime);
  ConsumerProbe<int> consumer(runtime);
  consumer.subscribe_to(producer);
  runtime.settle();
  producer.send({1, 2});
  producer.send({3});
  runtime.settle();
  consumer.expect_events({1, 2, 3});
  EXPECT_THAT(consumer.messages(), ElementsAre(ElementsAre(1, 2), ElementsAre(3)));
  EXPECT_EQ(complaint([&] { consumer.expect_events({1}); }),
            "consumer probe: 3 events differ from the 1 expected");
}

TEST(ConsumerProbe, AsksOnTheSubscriptionItIsTold) {
  Simulation runtime;
  ProducerProbe<int> first(runtime);
  ProducerProbe<int> second(runtime);
  ConsumerProbe<int> consumer(runtime);
  const Subscription to_first = consumer.subscribe_to(first);
  consumer.subscribe_to(second);
  consumer.ask(to_first, 5);
  consumer.ask(7);
  runtime.settle();
  first.expect_asks({5});
  second.expect_asks({7});
}

TEST(Seeds, AFailingOneIsPrintedAndItsExceptionGoesOn) {
  ::testing::internal::CaptureStderr();
  EXPECT_THROW(for_each_seed(5,
                             [](Simulation& simulation) {
                               if (simulation.seed() == 3) throw std::runtime_error("three");
                             }),
               std::runtime_error);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("SLUICE_SEED=3\n"));
}

TEST(Seeds, OneGivenInTheEnvironmentRunsAlone) {
  std::string seeds;
  ::setenv("SLUICE_SEED", "41", 1);
  for_each_seed(5, [&](Simulation& simulation) { seeds += std::to_string(simulation.seed()) + " "; });
  ::unsetenv("SLUICE_SEED");
  EXPECT_EQ(seeds, "41 ");
}

}  // namespace
}  // namespace sluice::testing
