// How a stage begins, what its options may be, and what it says about itself: GS-001 … GS-020.
#include <functional>
#include <stdexcept>
#include <type_traits>

#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Lines = Record<std::string>;

/// Writes down how it begins and ends; what its first turn does is up to the scenario.
class NotingStage : public Producer<int> {
 public:
  using FirstTurn = std::function<Start(NotingStage&)>;

  explicit NotingStage(Lines lines, FirstTurn first = {})
      : lines_(std::move(lines)), first_(std::move(first)) {
    lines_.add("constructor");
  }
  std::string stop_and_answer() {
    stop(Reason::shutdown());
    return "ok";
  }
  void end(Reason reason) { stop(std::move(reason)); }

 private:
  Start handle_start() override {
    lines_.add("handle_start");
    return first_ ? first_(*this) : Start::ok;
  }
  void handle_demand(Demand /*n*/) override {}
  void terminate(const Reason& reason) override { lines_.add("terminate: " + reason.to_string()); }

  Lines lines_;
  FirstTurn first_;
};

/// Starts a NotingStage from inside a callback.
class ParentStage : public SilentStage {
 public:
  explicit ParentStage(Lines lines) : lines_(std::move(lines)) {}

 private:
  Start handle_start() override {
    start_linked<NotingStage>({}, lines_);
    lines_.add("started");
    return Start::ok;
  }
  Lines lines_;
};

/// The error of a start that has to fail.
template <class S, class... Args>
StartError start_error(World& world, StartOptions options, Args&&... args) {
  try {
    world->start<S>(std::move(options), std::forward<Args>(args)...);
  } catch (const StartError& error) {
    return error;
  }
  ADD_FAILURE() << "the start did not fail";
  return {StartError::Kind::failed, "", {}};
}

/// What the start failed for when that was an option.
std::string option_error(const StartError& error) {
  try {
    if (error.cause().exception()) std::rethrow_exception(error.cause().exception());
  } catch (const OptionError& option) {
    return option.what();
  } catch (...) {
  }
  return "no OptionError";
}

SCENARIO(GS_001_StartReturnsAfterTheFirstTurn) {
  Lines lines;
  const auto ref = world->start<NotingStage>(lines);
  EXPECT_THAT(lines.all(), ElementsAre("constructor", "handle_start"));
  ASSERT_TRUE(ref);
  EXPECT_TRUE(ref.alive());
  EXPECT_EQ(ref.inspect().kind, StageKind::producer);

  Lines linked;
  world->start<ParentStage>(linked);
  EXPECT_THAT(linked.all(), ElementsAre("constructor", "handle_start", "started"));
}

SCENARIO(GS_002_ATakenNameTellsByWhom) {
  Lines lines;
  const auto first = world->start<SilentStage>({.name = "one"});
  const StartError error = start_error<NotingStage>(world, {.name = "one"}, lines);
  EXPECT_EQ(error.kind(), StartError::Kind::already_started);
  EXPECT_EQ(error.holder(), first);
  EXPECT_THAT(error.what(), HasSubstr("one"));
  EXPECT_THAT(lines.all(), IsEmpty());
  EXPECT_TRUE(first.alive());
}

SCENARIO(GS_003_IgnoreEndsTheStageWithoutTerminate) {
  Lines lines;
  const auto ref =
      world->start<NotingStage>({.name = "one"}, lines, [](NotingStage&) { return Start::ignore; });
  EXPECT_FALSE(ref);
  world.settle();
  EXPECT_THAT(lines.all(), ElementsAre("constructor", "handle_start"));
  EXPECT_EQ(world->stage_count(), 0);
  EXPECT_FALSE(world->find<NotingStage>("one"));
}

SCENARIO(GS_004_AFailedFirstTurnFailsTheStart) {
  const NotingStage::FirstTurn stops = [](NotingStage& stage) {
    stage.end("oops");
    return Start::ok;
  };
  const NotingStage::FirstTurn throws = [](NotingStage&) -> Start { throw std::runtime_error("oops"); };
  for (const auto& first_turn : {stops, throws}) {
    Lines lines;
    const StartError error = start_error<NotingStage>(world, {.name = "one"}, lines, first_turn);
    EXPECT_EQ(error.kind(), StartError::Kind::failed);
    EXPECT_EQ(error.cause(), Reason("oops"));
    world.settle();
    EXPECT_THAT(lines.all(), ElementsAre("constructor", "handle_start"));
    EXPECT_EQ(world->stage_count(), 0);
  }
}

SCENARIO(GS_006_ANegativeBufferSizeFailsTheStart) {
  const StartError error = start_error<SilentStage>(world, {}, Record<Demand>(),
                                                    ProducerOptions<int>{.buffer = {.size = Demand(-1)}});
  EXPECT_THAT(option_error(error),
              ::testing::AllOf(HasSubstr("buffer.size"), HasSubstr("at least 0"), HasSubstr("got -1")));
  EXPECT_EQ(world->stage_count(), 0);
}

template <class T>
concept ADispatcherMayBeZero = requires { ProducerOptions<T>{.dispatcher = 0}; };
template <class T>
concept ADispatcherMayBeOne = requires { ProducerOptions<T>{.dispatcher = 1}; };
template <class T>
concept ADispatcherMayBeADispatcher = requires { ProducerOptions<T>{.dispatcher = by_demand()}; };

SCENARIO_EXCLUDED_BY_TYPE(GS_007_ADispatcherIsADispatcher) {
  static_assert(!ADispatcherMayBeZero<int>);
  static_assert(!ADispatcherMayBeOne<int>);
  static_assert(ADispatcherMayBeADispatcher<int>);
  EXPECT_THROW(static_cast<void>(ProducerOptions<int>{.dispatcher = std::unique_ptr<Dispatcher<int>>()}),
               OptionError);
}

template <class Options>
concept HasUnknownOption = requires { Options{.unknown = 1}; };

SCENARIO_EXCLUDED_BY_TYPE(GS_008_UnknownOptionsDoNotExist) {
  static_assert(!HasUnknownOption<ProducerOptions<int>>);
  static_assert(!HasUnknownOption<ConsumerOptions<int>>);
  static_assert(!HasUnknownOption<ProducerConsumerOptions<int, int>>);
}

template <class Options>
concept HasABuffer = requires { Options{.buffer = {.size = 10}}; };

SCENARIO_EXCLUDED_BY_TYPE(GS_009_AConsumerHasNoBuffer) {
  static_assert(!HasABuffer<ConsumerOptions<int>>);
  static_assert(HasABuffer<ProducerOptions<int>>);
}

template <class T>
concept DemandMayBeText = requires { ProducerOptions<T>{.demand = "maybe"}; };
template <class T>
concept DemandMayBeANumber = requires { ProducerOptions<T>{.demand = 2}; };
template <class T>
concept KeepMayBeText = requires { ProducerOptions<T>{.buffer = {.keep = "middle"}}; };
template <class T>
concept KeepMayBeANumber = requires { ProducerOptions<T>{.buffer = {.keep = 2}}; };
template <class T>
concept BothMayBeLegal =
    requires { ProducerOptions<T>{.buffer = {.keep = Keep::first}, .demand = DemandFlow::accumulate}; };

SCENARIO_EXCLUDED_BY_TYPE(GS_010_ChoicesAreEnumerated) {
  static_assert(!DemandMayBeText<int> && !DemandMayBeANumber<int>);
  static_assert(!KeepMayBeText<int> && !KeepMayBeANumber<int>);
  static_assert(BothMayBeLegal<int>);
}

SCENARIO(GS_012_ABufferOfSizeZeroKeepsNothing) {
  const auto silent =
      world->start<SilentStage>(Record<Demand>(), ProducerOptions<int>{.buffer = {.size = 0}});
  silent.call(&SilentStage::emit_these, std::vector{1, 2});
  EXPECT_TRUE(silent.alive());
  EXPECT_EQ(silent.inspect().events.discarded_buffer_full, 2);
  EXPECT_EQ(silent.buffered(), 0);
  EXPECT_EQ(world.logged(Severity::warning, "discarded 2 events"), 1);
}

/// A consumer that subscribes as it starts to a name that nobody has.
Ref<RecStage> start_subscribed_to_nobody(World& world, OnCancel on_cancel) {
  return world->start<RecStage>(
      Batches(), Lines(),
      ConsumerOptions<int>{.subscribe_to = {{by_name<SilentStage>("nobody"), {.on_cancel = on_cancel}}}});
}

SCENARIO(GS_013_APermanentSubscriptionToNobodyFailsTheStart) {
  try {
    start_subscribed_to_nobody(world, OnCancel::permanent);
    ADD_FAILURE() << "the start did not fail";
  } catch (const StartError& error) {
    EXPECT_EQ(error.kind(), StartError::Kind::failed);
    EXPECT_EQ(error.cause(), Reason::noproc());
  }
  EXPECT_EQ(world->stage_count(), 0);
}

SCENARIO(GS_014_ATemporarySubscriptionToNobodyIsSkipped) {
  const auto rec = start_subscribed_to_nobody(world, OnCancel::temporary);
  world.settle();
  EXPECT_TRUE(rec.alive());
  EXPECT_THAT(rec.inspect().producers, IsEmpty());
}

SCENARIO(GS_015_AWrongSubscriptionOptionFailsTheStart) {
  const auto silent = world->start<SilentStage>();
  const StartError error = start_error<RecStage>(
      world, {}, Batches(), Lines(), ConsumerOptions<int>{.subscribe_to = {{silent, {.max_demand = 0}}}});
  EXPECT_THAT(option_error(error),
              ::testing::AllOf(HasSubstr("max_demand"), HasSubstr("at least 1"), HasSubstr("got 0")));
  EXPECT_EQ(world->stage_count(), 1);
}

SCENARIO(GS_016_ACallThatStopsTheStageIsAnswered) {
  Lines lines;
  const auto ref = world->start<NotingStage>(lines);
  EXPECT_EQ(ref.call(&NotingStage::stop_and_answer), "ok");
  EXPECT_THAT(lines.all(), ElementsAre("constructor", "handle_start", "terminate: shutdown"));
  EXPECT_FALSE(ref.alive());
  EXPECT_EQ(world->wait(ref), Reason::shutdown());
}

class DescribedStage : public SilentStage {
 private:
  [[nodiscard]] std::string describe() const override { return "state S"; }
};

SCENARIO(GS_018_AProducerTellsWhatItIs) {
  const auto producer = world->start<DescribedStage>();
  const auto consumer = world->start<RecStage>(Batches());
  consumer.subscribe_to(producer);
  world.settle();
  const StageInfo info = producer.inspect();
  EXPECT_EQ(info.description, "state S");
  EXPECT_EQ(info.kind, StageKind::producer);
  EXPECT_EQ(info.dispatcher, "demand");
  ASSERT_THAT(info.consumers, SizeIs(1));
  EXPECT_EQ(info.consumers[0].peer, consumer.id());
  EXPECT_EQ(info.buffered, 0);
  EXPECT_THAT(info.producers, IsEmpty());
}

SCENARIO(GS_019_APipelineTellsWhoHangsOnWhom) {
  const auto producer = world->start<SilentStage>();
  const auto pc = world->start<PcStage>(1);
  const auto consumer = world->start<RecStage>(Batches());
  pc.subscribe_to(producer);
  consumer.subscribe_to(pc);
  world.settle();
  const StageInfo middle = pc.inspect();
  ASSERT_THAT(middle.producers, SizeIs(1));
  EXPECT_EQ(middle.producers[0].peer, producer.id());
  ASSERT_THAT(middle.consumers, SizeIs(1));
  EXPECT_EQ(middle.consumers[0].peer, consumer.id());
  EXPECT_EQ(middle.buffered, 0);
  const StageInfo last = consumer.inspect();
  EXPECT_EQ(last.kind, StageKind::consumer);
  ASSERT_THAT(last.producers, SizeIs(1));
  EXPECT_EQ(last.producers[0].peer, pc.id());
}

template <class R, class M>
concept CanInform = requires(const R& ref, M message) { ref.info(message); };
template <class R>
concept CanSendText = requires(const R& ref) { ref.send("hello"); };

SCENARIO_EXCLUDED_BY_TYPE(GS_020_AMessageIsACallable) {
  static_assert(!CanInform<Ref<RecStage>, const char*>);
  static_assert(CanInform<Ref<RecStage>, void (*)(RecStage&)>);
  static_assert(!CanSendText<Ref<RecStage>>);
}

}  // namespace
}  // namespace sluice::conformance
