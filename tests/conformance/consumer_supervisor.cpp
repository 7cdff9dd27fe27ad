// A child for each event: GS-170 … GS-193.
#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using namespace std::chrono_literals;
using sluice::testing::ProducerProbe;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A child that lives until somebody ends it.
class Child : public Consumer<int> {
 public:
  Child(Record<std::string> births, const std::string& base, int event) {
    births.add(base + " " + std::to_string(event));
  }

 private:
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
};

/// How starts go, one after the other; the last word stays.
class Script {
 public:
  enum Word { ok, error, ignore };
  Script(std::vector<Word> words) : words_(std::make_shared<std::vector<Word>>(std::move(words))) {}
  std::unique_ptr<Child> operator()(int event) const {
    const std::lock_guard lock(*mutex_);
    const Word word = words_->front();
    if (words_->size() > 1) words_->erase(words_->begin());
    if (word == error) throw std::runtime_error("does not want to");
    if (word == ignore) return nullptr;
    return std::make_unique<Child>(births, "child", event);
  }
  void now(Word word) const {
    const std::lock_guard lock(*mutex_);
    *words_ = {word};
  }
  Record<std::string> births;

 private:
  std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
  std::shared_ptr<std::vector<Word>> words_;
};

using Supervisor = ConsumerSupervisor<int>;
using Options = ConsumerSupervisorOptions<int>;

/// A supervisor with a producer that counts, or one that is driven by hand.
struct Nursery {
  Nursery(World& w, SubscribeOptions terms, Options options, Script s = {{Script::ok}})
      : world(w), producer(w.runtime()), script(std::move(s)) {
    supervisor = world->start(consumer_supervisor<int>(std::move(options), script));
    supervisor.subscribe_to(producer, std::move(terms));
    world.settle();
  }
  void send(std::vector<int> events) {
    producer.send(Events<int>(std::move(events)));
    world.settle();
  }
  /// Running children, oldest first.
  [[nodiscard]] std::vector<AnyRef> running() const {
    std::vector<AnyRef> refs;
    for (const ChildInfo& info : supervisor.children()) {
      if (info.ref) refs.push_back(info.ref);
    }
    std::sort(refs.begin(), refs.end());
    return refs;
  }
  void end(const AnyRef& child, const Reason& reason) {
    child.stop(reason);
    world.settle();
  }
  void end_first(const Reason& reason = {}) { end(running().front(), reason); }

  World& world;
  ProducerProbe<int> producer;
  Script script;
  Ref<Supervisor> supervisor;
};

constexpr JobRestart temporary = JobRestart::temporary;
constexpr JobRestart transient = JobRestart::transient;

SCENARIO_EXCLUDED_BY_TYPE(GS_170_ThereIsExactlyOneKindOfChild) {
  static_assert(std::is_constructible_v<Supervisor, Options, Script>);
  static_assert(!std::is_constructible_v<Supervisor, Options>);
  static_assert(!std::is_constructible_v<Supervisor, Options, Script, Script>);
}

template <class R>
concept HasPermanent = requires { R::permanent; };

SCENARIO_EXCLUDED_BY_TYPE(GS_171_ARestartIsTransientOrTemporaryAndMustBeChosen) {
  static_assert(!HasPermanent<JobRestart>);
  static_assert(!std::is_constructible_v<Required<JobRestart>, Restart>);
  static_assert(!std::is_default_constructible_v<Required<JobRestart>>);
  static_assert(!std::is_default_constructible_v<Options>);
}

template <class O>
concept HasStrategy = requires(O options) { options.strategy; };

SCENARIO_EXCLUDED_BY_TYPE(GS_172_ThereIsNoStrategyToChoose) {
  static_assert(!HasStrategy<Options>);
  static_assert(!std::is_constructible_v<Supervisor, int, Script>);
}

SCENARIO(GS_174_EachEventStartsAChildWithItAsTheLastArgument) {
  ProducerProbe<int> producer(world.runtime());
  Record<std::string> births;
  const auto supervisor = world->start(
      consumer_supervisor<int>({.restart = temporary}, child_for_each<Child>(births, std::string("base"))));
  supervisor.subscribe_to(producer, {.max_demand = 10, .min_demand = 5});
  world.settle();
  producer.send({1, 2, 3});
  world.settle();
  EXPECT_THAT(births.all(), ElementsAre("base 1", "base 2", "base 3"));
  EXPECT_THAT(producer.trace(), ElementsAre("subscribe", "ask 10"));
}

SCENARIO(GS_175_AChildThatCannotStartIsLoggedAndOneThatDoesNotWantToIsNot) {
  Nursery nursery(world, {.max_demand = 10}, {.restart = temporary},
                  {{Script::ok, Script::ok, Script::ignore, Script::error}});
  for (const int event : {1, 2, 3}) nursery.send({event});
  EXPECT_THAT(world.logs(Severity::error), IsEmpty());
  nursery.send({4});
  EXPECT_EQ(nursery.supervisor.counts().active, 2U);
  EXPECT_EQ(world.logged(Severity::error, "does not want to"), 1U);
}

/// Does not start.
class Stillborn : public Consumer<int> {
 private:
  Start handle_start() override { throw std::runtime_error("not today"); }
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
};

SCENARIO(GS_176_AStartThatThrowsGivesItsSlotBack) {
  ProducerProbe<int> producer(world.runtime());
  const auto supervisor = world->start(
      consumer_supervisor<int>({.restart = temporary}, [](int event) -> std::unique_ptr<Consumer<int>> {
        if (event == 1) throw std::runtime_error("boom");
        if (event == 2) throw 2;
        return std::make_unique<Stillborn>();
      }));
  supervisor.subscribe_to(producer, {.max_demand = 1, .min_demand = 0});
  world.settle();
  for (const int event : {1, 2, 3}) {
    producer.send({event});
    world.settle();
  }
  EXPECT_TRUE(supervisor.alive());
  EXPECT_EQ(supervisor.counts(), (ChildCounts{.specs = 1}));
  EXPECT_THAT(producer.asks(), ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(world.logs(Severity::error), SizeIs(3));
}

SCENARIO(GS_177_WithOneSlotChildrenComeOneAfterTheOther) {
  Nursery nursery(world, {.max_demand = 1, .min_demand = 0}, {.restart = temporary},
                  {{Script::ok, Script::error, Script::ignore, Script::ok, Script::ok}});
  const auto counter = world->start<CounterStage>();
  const auto births = [&] { return nursery.script.births.all(); };
  nursery.supervisor.subscribe_to(counter, {.max_demand = 1, .min_demand = 0});
  world.settle();
  EXPECT_THAT(births(), ElementsAre("child 0"));
  nursery.end_first();
  EXPECT_THAT(births(), ElementsAre("child 0", "child 3"));
  EXPECT_EQ(nursery.supervisor.counts().workers, 1U);
  EXPECT_EQ(nursery.supervisor.terminate_child(nursery.running().front()), Found::yes);
  world.settle();
  EXPECT_THAT(births(), ElementsAre("child 0", "child 3", "child 4"));
  EXPECT_EQ(nursery.supervisor.counts().workers, 1U);
}

SCENARIO(GS_178_AsksAgainWhenTheLiveOnesAndTheExpectedOnesAreNoMoreThanMinDemand) {
  Nursery nursery(world, {.max_demand = 3, .min_demand = 2}, {.restart = temporary});
  nursery.send({1, 2, 3});
  nursery.end_first();
  EXPECT_THAT(nursery.producer.asks(), ElementsAre(3, 1));
  nursery.end_first();
  EXPECT_THAT(nursery.producer.asks(), ElementsAre(3, 1, 1));  // two further events and not a third
}

SCENARIO(GS_180_DoesNotAskAgainBeforeAllThatWasAskedForHasCome) {
  Nursery nursery(world, {.max_demand = 3, .min_demand = 0}, {.restart = temporary});
  nursery.send({1, 2});
  EXPECT_THAT(nursery.producer.asks(), ElementsAre(3));
}

SCENARIO(GS_181_ATransientChildThatCrashesIsStartedAnewWithTheSameEvent) {
  Nursery nursery(world, {.max_demand = 1, .min_demand = 0}, {.restart = transient, .max_restarts = 3});
  nursery.send({7});
  nursery.end_first(Reason("boom"));
  EXPECT_THAT(nursery.script.births.all(), ElementsAre("child 7", "child 7"));
  EXPECT_EQ(nursery.supervisor.counts(), (ChildCounts{.specs = 1, .active = 1, .workers = 1}));
  EXPECT_THAT(nursery.producer.asks(), ElementsAre(1));
}

/// A child whose restarts fail since it was killed; ten seconds have passed.
struct Failing : Nursery {
  explicit Failing(World& w)
      : Nursery(w, {.max_demand = 1, .min_demand = 0}, {.restart = transient, .max_restarts = unlimited}) {
    send({1});
    old = running().front();
    script.now(Script::error);
    old.kill();
    world.settle();
    world.advance(10s);
  }
  AnyRef old;
};

SCENARIO(GS_182_ARestartThatFailsIsTriedAgainAndAgain) {
  const Failing nursery(world);
  EXPECT_EQ(nursery.supervisor.counts(), (ChildCounts{.specs = 1, .active = 0, .workers = 1}));
  EXPECT_THAT(
      nursery.supervisor.children(),
      ElementsAre(AllOf(Field(&ChildInfo::state, ChildState::restarting), Field(&ChildInfo::ref, AnyRef()))));
  EXPECT_THAT(nursery.producer.asks(), ElementsAre(1));
  // At once, after 1, 2, 4 … 512 ms, then each second: 1.023 s for the first eleven, eight more until ten.
  EXPECT_EQ(world.logged(Severity::error, "could not be started anew"), 19U);
}

SCENARIO(GS_183_AChildBeingRestartedIsTerminatedByItsOldReference) {
  Failing nursery(world);
  nursery.script.now(Script::ok);
  EXPECT_EQ(nursery.supervisor.terminate_child(nursery.old), Found::yes);
  nursery.send({2});
  EXPECT_THAT(nursery.script.births.all(), ElementsAre("child 1", "child 2"));
  EXPECT_THAT(nursery.producer.asks(), ElementsAre(1, 1));
  EXPECT_EQ(nursery.supervisor.terminate_child(nursery.old), Found::no);
}

SCENARIO(GS_184_TooManyRestartsEndTheSupervisor) {
  Nursery nursery(world, {.max_demand = 1, .min_demand = 0}, {.restart = transient, .max_restarts = 1});
  nursery.send({1});
  nursery.script.now(Script::error);
  nursery.running().front().kill();
  world.settle();
  EXPECT_TRUE(nursery.supervisor.alive());
  world.advance(1ms);
  EXPECT_EQ(world->wait(nursery.supervisor), Reason::shutdown("reached_max_restart_intensity"));
}

SCENARIO(GS_186_ATemporaryChildThatCrashesIsReportedAndItsSlotReleased) {
  Nursery nursery(world, {.max_demand = 1, .min_demand = 0}, {.restart = temporary});
  nursery.send({1});
  nursery.end_first(Reason("boom"));
  EXPECT_THAT(nursery.script.births.all(), ElementsAre("child 1"));
  EXPECT_EQ(world.logged(Severity::error, "ended: failure: boom"), 1U);
  EXPECT_THAT(nursery.producer.asks(), ElementsAre(1, 1));
}

SCENARIO(GS_187_ATransientChildThatEndsPolitelyIsRemovedWithoutAReport) {
  Nursery nursery(world, {.max_demand = 3}, {.restart = transient});
  nursery.send({1, 2, 3});
  nursery.end_first(Reason::shutdown());
  nursery.end_first(Reason::shutdown("enough"));
  nursery.end_first();
  EXPECT_THAT(world.logs(Severity::error), IsEmpty());
  EXPECT_EQ(nursery.supervisor.counts(), (ChildCounts{.specs = 1}));
}

SCENARIO(GS_188_ChildrenOutliveTheirProducerAndReleaseNothing) {
  Nursery nursery(world, {.max_demand = 2, .min_demand = 0, .on_cancel = OnCancel::temporary},
                  {.restart = temporary});
  nursery.send({1, 2});
  nursery.producer.ref().kill();
  world.settle();
  EXPECT_EQ(nursery.supervisor.counts(), (ChildCounts{.specs = 1, .active = 2, .workers = 2}));
  nursery.end_first();
  nursery.end_first();
  EXPECT_THAT(nursery.producer.asks(), ElementsAre(2));
  EXPECT_TRUE(nursery.supervisor.alive());
}

SCENARIO(GS_189_AChildStartedByHandTakesNoSlot) {
  Nursery nursery(world, {.max_demand = 1, .min_demand = 0}, {.restart = temporary});
  nursery.send({1});
  const AnyRef extra = nursery.supervisor.start_child(7);
  EXPECT_THAT(nursery.script.births.all(), ElementsAre("child 1", "child 7"));
  EXPECT_EQ(nursery.supervisor.counts().active, 2U);
  nursery.end(extra, {});
  EXPECT_THAT(nursery.producer.asks(), ElementsAre(1));
}

Reason end_of_children(World& world, Shutdown shutdown) {
  Nursery nursery(world, {.max_demand = 2}, {.restart = temporary, .shutdown = shutdown});
  nursery.send({1, 2});
  const std::vector<AnyRef> children = nursery.running();
  nursery.supervisor.stop(Reason::shutdown());
  EXPECT_EQ(world->wait(children.front()), world->wait(children.back()));
  return world->wait(children.front()).value();
}

SCENARIO(GS_190_ChildrenEndWithTheirSupervisor) {
  EXPECT_EQ(end_of_children(world, Shutdown::kill), Reason::killed());
  EXPECT_EQ(end_of_children(world, forever), Reason::shutdown());
  EXPECT_EQ(end_of_children(world, 1s), Reason::shutdown());
}

SCENARIO(GS_192_CountsChildrenThatAreBeingRestarted) {
  Nursery nursery(world, {.max_demand = 3}, {.restart = transient});
  nursery.send({1, 2, 3});
  nursery.script.now(Script::error);
  nursery.running().front().kill();
  world.settle();
  EXPECT_EQ(nursery.supervisor.counts(), (ChildCounts{.specs = 1, .active = 2, .workers = 3}));
}

SCENARIO(GS_193_MoreEventsThanSlotsAreReportedAndStarted) {
  Nursery nursery(world, {.max_demand = 2, .min_demand = 0}, {.restart = temporary});
  nursery.send({1, 2, 3, 4, 5});
  EXPECT_EQ(world.logged(Severity::error, "3 events too many"), 1U);
  EXPECT_THAT(nursery.running(),
              AllOf(SizeIs(5), Each(::testing::Truly([](const AnyRef& c) { return c.alive(); }))));
}

}  // namespace
}  // namespace sluice::conformance
