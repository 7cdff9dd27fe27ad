// How subscriptions begin and are replaced: GS-042 … GS-058.
#include <any>
#include <type_traits>

#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using namespace std::chrono_literals;
using sluice::testing::ConsumerProbe;
using sluice::testing::ProducerProbe;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Lines = Record<std::string>;

/// A stage of class S that has ended.
template <class S, class... Args>
Ref<S> ended(World& world, Args&&... args) {
  const auto ref = world->start<S>(std::forward<Args>(args)...);
  ref.stop();
  return ref;
}

SCENARIO(GS_042_AConsumerThatHasEndedCannotSubscribe) {
  const auto dead = ended<RecStage>(world, Batches());
  const auto silent = world->start<SilentStage>();
  try {
    dead.subscribe_to(silent);
    ADD_FAILURE() << "subscribed";
  } catch (const CallError& error) {
    EXPECT_EQ(error.kind(), CallError::Kind::noproc);
  }
}

/// The text of the OptionError that subscribing on these terms throws.
std::string refused(World& world, SubscribeOptions terms) {
  const auto silent = world->start<SilentStage>();
  const auto rec = world->start<RecStage>(Batches());
  try {
    rec.subscribe_to(silent, std::move(terms));
  } catch (const OptionError& error) {
    EXPECT_TRUE(rec.alive());
    EXPECT_THAT(rec.inspect().producers, IsEmpty());
    return error.what();
  }
  return "subscribed";
}

SCENARIO(GS_043_WrongTermsAreNamedWithTheirBounds) {
  EXPECT_THAT(refused(world, {.max_demand = 0}),
              AllOf(HasSubstr("max_demand"), HasSubstr("at least 1"), HasSubstr("got 0")));
  EXPECT_THAT(refused(world, {.min_demand = 2000}),
              AllOf(HasSubstr("min_demand"), HasSubstr("999"), HasSubstr("got 2000")));
}

SCENARIO(GS_044_APermanentSubscriptionToNobodyEndsTheConsumer) {
  const auto rec = world->start<RecStage>({.name = "the consumer"}, Batches());
  EXPECT_TRUE(rec.subscribe_to(by_name<SilentStage>("nobody")));
  EXPECT_EQ(world->wait(rec), Reason::noproc());
  const auto errors = world.logs(Severity::error);
  ASSERT_FALSE(errors.empty());
  EXPECT_EQ(errors[0].stage, "the consumer");
  EXPECT_THAT(errors[0].text, HasSubstr("nobody"));
}

SCENARIO(GS_045_ATemporarySubscriptionToNobodyIsSkipped) {
  const auto rec = world->start<RecStage>(Batches());
  EXPECT_TRUE(rec.subscribe_to(by_name<SilentStage>("nobody"), {.on_cancel = OnCancel::temporary}));
  world.settle();
  EXPECT_TRUE(rec.alive());
  EXPECT_THAT(rec.inspect().producers, IsEmpty());
}

SCENARIO(GS_046_AProducerThatHasEndedIsDown) {
  const auto dead = ended<SilentStage>(world);
  const auto permanent = world->start<RecStage>(Batches());
  EXPECT_TRUE(permanent.subscribe_to(dead));
  EXPECT_EQ(world->wait(permanent), Reason::noproc());

  Lines lines;
  const auto temporary = world->start<RecStage>(Batches(), lines);
  EXPECT_TRUE(temporary.subscribe_to(dead, {.on_cancel = OnCancel::temporary}));
  world.settle();
  EXPECT_THAT(lines.all(), ElementsAre("subscribe", "down: noproc"));
  EXPECT_TRUE(temporary.alive());
}

template <class R>
concept SubscribesToNothing = requires(const R& ref) { ref.subscribe_to(); };

SCENARIO(GS_048_ASubscriptionNeedsAProducer) {
  static_assert(!SubscribesToNothing<Ref<RecStage>>);

  Lines lines;
  const auto rec = world->start<RecStage>(Batches(), lines);
  EXPECT_THROW(rec.subscribe_to(Ref<SilentStage>()), OptionError);
  EXPECT_THROW(rec.subscribe_to(by_name<SilentStage>("")), OptionError);
  EXPECT_THROW(rec.subscribe_later(Ref<SilentStage>()), OptionError);
  world.settle();
  EXPECT_TRUE(rec.alive());
  EXPECT_THAT(lines.all(), IsEmpty());
}

/// Busy for a second from its first turn on; writes down what its consumers want.
class BusyProducer : public SilentStage {
 public:
  BusyProducer(Lines lines, Record<Demand> demands)
      : SilentStage(std::move(demands)), lines_(std::move(lines)) {}

 private:
  Start handle_start() override {
    busy_for(1s);
    return Start::ok;
  }
  void handle_subscriber(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
    lines_.add("subscribe");
  }
  void handle_demand(Demand n) override { lines_.add("ask " + std::to_string(n)); }
  Lines lines_;
};

SCENARIO(GS_049_TheFirstAskFollowsTheSubscriptionAtOnce) {
  Lines lines;
  const auto producer = world->start<BusyProducer>(lines, Record<Demand>());
  const auto rec = world->start<RecStage>(Batches());
  rec.subscribe_to(producer, {.max_demand = 7});
  world.settle();
  EXPECT_THAT(lines.all(), IsEmpty());
  const auto asked = rec.inspect().producers;
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].pending, 7) << "asked without waiting for an answer";
  world.advance(1s);
  EXPECT_THAT(lines.all(), ElementsAre("subscribe", "ask 7"));
}

/// Writes down the colour of a subscription.
class ColouredStage : public RecStage {
 public:
  explicit ColouredStage(Lines colours) : RecStage(Batches()), colours_(std::move(colours)) {}

 private:
  DemandMode handle_subscribe(const SubscribeOptions& options, const Subscription& /*from*/) override {
    colours_.add(std::any_cast<std::string>(options.extra));
    return DemandMode::automatic;
  }
  Lines colours_;
};

SCENARIO(GS_050_ExtraOptionsReachBothSides) {
  Lines colours;
  ProducerProbe<int> producer(world.runtime());
  const auto rec = world->start<ColouredStage>(colours);
  rec.subscribe_to(producer, {.extra = std::string("red")});
  world.settle();
  EXPECT_THAT(colours.all(), ElementsAre("red"));
  EXPECT_EQ(std::any_cast<std::string>(producer.seen().at(0).options.extra), "red");
}

/// Who may use what is protected: looks at what a class derived from Base may override.
template <class Base>
class Overriding : public Base {
 public:
  using ForConsumers = decltype(&Overriding::handle_subscriber);
};
template <class Base>
class OverridingConsumer : public Base {
 public:
  using ForProducers = decltype(&OverridingConsumer::handle_subscribe);
};

template <class C, class R, class... Args>
R result_of(R (C::*)(Args...));

SCENARIO_EXCLUDED_BY_TYPE(GS_051_AProducerCannotChooseManualDemand) {
  using Callback = Overriding<SilentStage>::ForConsumers;
  static_assert(std::is_void_v<decltype(result_of(std::declval<Callback>()))>);
}

SCENARIO_EXCLUDED_BY_TYPE(GS_052_AConsumerChoosesOneOfTwoModes) {
  using Callback = OverridingConsumer<RecStage>::ForProducers;
  static_assert(std::is_same_v<decltype(result_of(std::declval<Callback>())), DemandMode>);
  static_assert(!std::is_convertible_v<const char*, DemandMode>);
  static_assert(!std::is_convertible_v<int, DemandMode>);
}

/// A producer driven by hand and a consumer that replaces its only subscription.
struct Replaced {
  Replaced(World& world, OnCancel on_cancel)
      : producer(world.runtime()), rec(world->start<RecStage>(batches, lines)) {
    const SubscribeOptions terms{.max_demand = 10, .on_cancel = on_cancel};
    const Subscription old = rec.subscribe_to(producer, terms);
    world.settle();
    fresh = rec.resubscribe(old, "why", producer, terms);
    world.settle();
    EXPECT_NE(fresh, old);
    producer.send(fresh, {1, 2});
    world.settle();
  }
  Batches batches;
  Lines lines;
  ProducerProbe<int> producer;
  Ref<RecStage> rec;
  Subscription fresh;
};

SCENARIO(GS_054_AResubscriptionCancelsTheOldOneFirst) {
  const Replaced line(world, OnCancel::temporary);
  EXPECT_THAT(line.producer.trace(),
              ElementsAre("subscribe", "ask 10", "cancel: why", "subscribe", "ask 10"));
  EXPECT_EQ(line.producer.subscription(1), line.fresh);
  EXPECT_THAT(line.lines.all(), ElementsAre("subscribe", "subscribe", "cancel: failure: why"));
  EXPECT_TRUE(line.rec.alive());
  EXPECT_THAT(line.batches.all(), ElementsAre(ElementsAre(1, 2)));
}

SCENARIO(GS_055_ReplacingWhatIsNotThereSubscribes) {
  ProducerProbe<int> producer(world.runtime());
  ProducerProbe<int> other(world.runtime());
  Batches batches;
  Lines lines;
  const auto stranger = world->start<RecStage>(Batches());
  const Subscription foreign = stranger.subscribe_to(other);
  for (const Subscription& made_up : {Subscription(), foreign}) {
    const auto rec = world->start<RecStage>(batches, lines);
    EXPECT_TRUE(rec.resubscribe(made_up, "why", producer, {.max_demand = 10}));
    world.settle();
  }
  EXPECT_THAT(producer.trace(), ElementsAre("subscribe", "ask 10", "subscribe", "ask 10"));
  EXPECT_THAT(other.trace(), ElementsAre("subscribe", "ask 1000"));
  EXPECT_THAT(lines.all(), ElementsAre("subscribe", "subscribe"));
  producer.send({1, 2});
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(ElementsAre(1, 2)));
}

SCENARIO(GS_056_AResubscriptionDoesNotStopAPermanentConsumer) {
  const Replaced line(world, OnCancel::permanent);
  EXPECT_TRUE(line.rec.alive());
  EXPECT_THAT(line.batches.all(), ElementsAre(ElementsAre(1, 2)));
}

SCENARIO(GS_057_AProducerMayBeGivenByReferenceOrByName) {
  const auto one = world->start<SilentStage>();
  const auto two = world->start<SilentStage>({.name = "two"});
  const auto three = world->start<SilentStage>({.name = "three"});
  const auto rec = world->start<RecStage>(
      Batches(), Lines(),
      ConsumerOptions<int>{
          .subscribe_to = {one, by_name<SilentStage>("two"), {by_name<SilentStage>("three"), {}}}});
  world.settle();
  std::vector<StageId> peers;
  for (const auto& subscription : rec.inspect().producers) peers.push_back(subscription.peer);
  EXPECT_THAT(peers, ElementsAre(one.id(), two.id(), three.id()));
  for (const auto& producer : {one, two, three}) EXPECT_THAT(producer.inspect().consumers, SizeIs(1));
}

SCENARIO(GS_058_AWrongPartitionRefusesTheConsumerOnly) {
  const auto silent =
      world->start<SilentStage>(Record<Demand>(), ProducerOptions<int>{.dispatcher = partition(2)});
  ConsumerProbe<int> consumer(world.runtime());
  consumer.subscribe_to(silent, {.on_cancel = OnCancel::temporary, .partition = 7});
  world.settle();
  const auto refusals = consumer.cancellations();
  ASSERT_THAT(refusals, SizeIs(1));
  EXPECT_EQ(refusals[0].cause, Cancellation::Cause::cancelled);
  EXPECT_THAT(std::string(refusals[0].reason.text()), HasSubstr("7"));
  EXPECT_TRUE(silent.alive());
  EXPECT_THAT(silent.inspect().consumers, IsEmpty());
}

}  // namespace
}  // namespace sluice::conformance
