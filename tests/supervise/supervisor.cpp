#include "stages.hpp"

namespace sluice::supervise_tests {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

DiaryPtr diary() { return std::make_shared<Diary>(); }

Ref<Supervisor> family(World& world, const DiaryPtr& book, Strategy strategy) {
  auto ref =
      world->start(supervisor({.strategy = strategy}, hand(book, "a"), hand(book, "b"), hand(book, "c")));
  static_cast<void>(book->take());
  return ref;
}

// -- start and end

SCENARIO_OF(Supervisors, StartChildrenInOrderAndEndThemInReverse) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a"), hand(book, "b"), hand(book, "c")));
  EXPECT_THAT(book->take(), ElementsAre("+a", "+b", "+c"));
  top.stop(Reason::shutdown());
  EXPECT_THAT(book->take(), ElementsAre("-c", "-b", "-a"));
  world.settle();
  EXPECT_EQ(world->stage_count(), 0U);
}

SCENARIO_OF(Supervisors, EachChildIsGoneBeforeTheNextIsAskedToStop) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a"), hand(book, "b")));
  world->find<Hand>("b")->cast(&Hand::occupy, Duration(1s));
  world.settle();
  static_cast<void>(book->take());
  top.stop_async();
  world.settle();
  EXPECT_THAT(book->take(), IsEmpty());
  EXPECT_TRUE(world->find<Hand>("a"));
  world.advance(1s);
  EXPECT_THAT(book->take(), ElementsAre("-b", "-a"));
}

SCENARIO_OF(Supervisors, EndWithTheReasonTheyWereAskedToEndWith) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  top.stop_async(Reason("enough"));
  EXPECT_EQ(world->wait(top), Reason("enough"));
  EXPECT_THAT(book->take(), ElementsAre("+a", "-a"));
}

SCENARIO_OF(Supervisors, MayHaveNoChildren) {
  const auto top = world->start<Supervisor>(SupervisorOptions{});
  EXPECT_THAT(top.children(), IsEmpty());
  top.stop();
  EXPECT_FALSE(top.alive());
}

SCENARIO_OF(Supervisors, AChildThatFailsAtFirstFailsTheStartAndTheOthersGo) {
  const auto book = diary();
  book->fail_starts("c", 1);
  try {
    static_cast<void>(
        world->start(supervisor({}, hand(book, "a"), hand(book, "b"), hand(book, "c"), hand(book, "d"))));
    ADD_FAILURE() << "it started";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("child \"c\""), HasSubstr("no start of c")));
  }
  world.settle();
  world.settle();
  EXPECT_EQ(world->stage_count(), 0U);
  std::vector<std::string> lines = book->take();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_THAT(std::vector(lines.begin(), lines.begin() + 2), ElementsAre("+a", "+b"));
}

SCENARIO_OF(Supervisors, AChildMayIgnoreItsStart) {
  const auto book = diary();
  book->ignore_starts("b");
  book->ignore_starts("t");
  const auto top = world->start(
      supervisor({}, hand(book, "a"), hand(book, "b"), hand(book, "t", Restart::temporary), hand(book, "c")));
  EXPECT_EQ(text(top.children()), "a b(stopped) c");
  EXPECT_EQ(top.counts(), (ChildCounts{.specs = 3, .active = 2, .workers = 3}));
}

// -- strategies

SCENARIO_OF(Supervisors, OneForOneRestartsTheChildAlone) {
  const auto book = diary();
  const auto top = family(world, book, Strategy::one_for_one);
  const auto before = world->find<Hand>("b");
  crash(world, "b");
  EXPECT_THAT(book->take(), ElementsAre("-b failure: boom", "+b"));
  EXPECT_EQ(text(top.children()), "a b c");
  EXPECT_NE(world->find<Hand>("b"), before);
}

SCENARIO_OF(Supervisors, OneForAllRestartsAllInOrder) {
  const auto book = diary();
  const auto top = family(world, book, Strategy::one_for_all);
  crash(world, "b");
  EXPECT_THAT(book->take(), ElementsAre("-b failure: boom", "-c", "-a", "+a", "+b", "+c"));
  EXPECT_EQ(text(top.children()), "a b c");
}

SCENARIO_OF(Supervisors, RestForOneRestartsThoseAfterIt) {
  const auto book = diary();
  const auto top = family(world, book, Strategy::rest_for_one);
  crash(world, "b");
  EXPECT_THAT(book->take(), ElementsAre("-b failure: boom", "-c", "+b", "+c"));
  crash(world, "c");
  EXPECT_THAT(book->take(), ElementsAre("-c failure: boom", "+c"));
  EXPECT_EQ(text(top.children()), "a b c");
}

SCENARIO_OF(Supervisors, AGroupsRestartCountsOnce) {
  const auto book = diary();
  const auto top = family(world, book, Strategy::one_for_all);
  for (int i = 0; i < 3; ++i) crash(world, "b");
  EXPECT_TRUE(top.alive());
  crash(world, "b");
  EXPECT_FALSE(top.alive());
}

SCENARIO_OF(Supervisors, AnEarlierChildThatCrashesMeanwhileJoinsTheGroup) {
  const auto book = diary();
  const auto top = family(world, book, Strategy::rest_for_one);
  world->find<Hand>("c")->cast(&Hand::occupy, Duration(1s));
  world.settle();
  crash(world, "b");
  crash(world, "a");
  EXPECT_THAT(book->take(), ElementsAre("-b failure: boom", "-a failure: boom"));
  world.advance(1s);
  EXPECT_THAT(book->take(), ElementsAre("-c", "+a", "+b", "+c"));
  EXPECT_EQ(text(top.children()), "a b c");
}

SCENARIO_OF(Supervisors, ASiblingThatCrashesWhileItIsStoppedIsStartedOnce) {
  const auto book = diary();
  const auto top = family(world, book, Strategy::one_for_all);
  const auto a = world->find<Hand>("a");
  world->find<Hand>("c")->cast(&Hand::occupy, Duration(1s));
  world.settle();
  crash(world, "b");
  a->cast(&Hand::crash);
  world.advance(1s);
  EXPECT_THAT(book->take(), ElementsAre("-b failure: boom", "-a failure: boom", "-c", "+a", "+b", "+c"));
  EXPECT_EQ(text(top.children()), "a b c");
}

SCENARIO_OF(Supervisors, AGroupsRestartTakesTerminatedSiblingsAlong) {
  const auto book = diary();
  const auto top = family(world, book, Strategy::one_for_all);
  EXPECT_EQ(top.terminate_child("a"), Found::yes);
  EXPECT_EQ(text(top.children()), "a(stopped) b c");
  crash(world, "b");
  EXPECT_EQ(text(top.children()), "a b c");
}

SCENARIO_OF(Supervisors, AStartThatFailsInAGroupStartsTheGroupAgain) {
  const auto book = diary();
  const auto top = family(world, book, Strategy::one_for_all);
  book->fail_starts("b", 1);
  crash(world, "c");
  EXPECT_THAT(book->take(), ElementsAre("-c failure: boom", "-b", "-a", "+a", "-a", "+a", "+b", "+c"));
  EXPECT_EQ(text(top.children()), "a b c");
}

// -- who is restarted

SCENARIO_OF(Supervisors, PermanentChildrenAreRestartedAfterAnyEnd) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  world->find<Hand>("a")->cast(&Hand::finish, Reason::normal());
  world.settle();
  EXPECT_EQ(text(top.children()), "a");
  world->find<Hand>("a")->kill();
  world.settle();
  EXPECT_EQ(text(top.children()), "a");
  EXPECT_THAT(book->take(), ElementsAre("+a", "-a normal", "+a", "+a"));
}

SCENARIO_OF(Supervisors, TransientChildrenOnlyAfterAnAbnormalOne) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a", Restart::transient)));
  crash(world, "a");
  EXPECT_EQ(text(top.children()), "a");
  world->find<Hand>("a")->cast(&Hand::finish, Reason::shutdown("done"));
  world.settle();
  EXPECT_EQ(text(top.children()), "a(stopped)");
  EXPECT_TRUE(top.restart_child("a"));
  EXPECT_EQ(text(top.children()), "a");
}

SCENARIO_OF(Supervisors, TemporaryChildrenNeverAndTheirSpecificationGoes) {
  const auto book = diary();
  const auto top =
      world->start(supervisor({}, hand(book, "a", Restart::temporary), hand(book, "b", Restart::temporary)));
  crash(world, "a");
  EXPECT_EQ(text(top.children()), "b");
  EXPECT_EQ(top.terminate_child("b"), Found::yes);
  EXPECT_THAT(top.children(), IsEmpty());
}

SCENARIO_OF(Supervisors, TheFactoryIsAskedAnewForEveryStart) {
  const auto book = diary();
  const auto count = std::make_shared<std::atomic<int>>(0);
  const auto top = world->start(supervisor({}, child_from({.id = "x", .options = {.name = "x"}}, [=] {
                                             return std::make_unique<Hand>(
                                                 book, "x" + std::to_string(count->fetch_add(1)));
                                           })));
  crash(world, "x");
  EXPECT_THAT(book->take(), ElementsAre("+x0", "-x0 failure: boom", "+x1"));
}

// -- intensity

SCENARIO_OF(Supervisors, EndWhenThereAreTooManyRestarts) {
  const auto book = diary();
  const auto top =
      world->start(supervisor({.max_restarts = 2, .within = 5s}, hand(book, "a"), hand(book, "b")));
  crash(world, "a");
  world.advance(1s);
  crash(world, "b");
  world.advance(4s);
  static_cast<void>(book->take());
  crash(world, "a");
  EXPECT_EQ(world->wait(top), Reason::shutdown("reached_max_restart_intensity"));
  EXPECT_THAT(book->take(), ElementsAre("-a failure: boom", "-b"));
  world.settle();
  EXPECT_EQ(world->stage_count(), 0U);
  EXPECT_EQ(world.logged(Severity::error, "gives up"), 1U);
  EXPECT_EQ(
      world.logged(Severity::error,
                   R"(before: "b": failure: boom (4000 ms before), "a": failure: boom (5000 ms before))"),
      1U);
}

SCENARIO_OF(Supervisors, LiveOnWhenRestartsAreFarEnoughApart) {
  const auto book = diary();
  const auto top = world->start(supervisor({.max_restarts = 1, .within = 5s}, hand(book, "a")));
  for (int i = 0; i < 5; ++i) {
    crash(world, "a");
    world.advance(5s + 1ns);
  }
  EXPECT_EQ(text(top.children()), "a");
}

SCENARIO_OF(Supervisors, EachEndIsLoggedOnceWithItsReason) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  crash(world, "a");
  EXPECT_EQ(world.logs(Severity::error).size(), 1U);
  EXPECT_EQ(
      world.logged(Severity::error,
                   "child \"a\" ended: failure: boom; starts it anew (restart 1 of at most 3 within 5 s)"),
      1U);
}

// -- shutting a child down

SCENARIO_OF(Supervisors, AChildThatDoesNotStopInTimeIsKilled) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a", Restart::permanent, Shutdown(2s))));
  world->find<Hand>("a")->cast(&Hand::occupy, Duration(1h));
  world.settle();
  top.stop_async();
  world.advance(2s);
  EXPECT_EQ(world.logged(Severity::warning, "child \"a\" did not stop within 2 s: killed"), 1U);
  EXPECT_TRUE(top.alive());
  world.advance(10s);
  EXPECT_EQ(world.logged(Severity::warning, "its callback has not returned"), 2U);
  world.advance(1h);
  EXPECT_FALSE(top.alive());
  EXPECT_THAT(book->take(), ElementsAre("+a"));
}

SCENARIO_OF(Supervisors, AKilledChildDoesNotTerminate) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a", Restart::permanent, Shutdown::kill)));
  top.stop();
  EXPECT_THAT(book->take(), ElementsAre("+a"));
  world.settle();
  EXPECT_EQ(world->stage_count(), 0U);
}

SCENARIO_OF(Supervisors, ForEverMeansForEver) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a", Restart::permanent, Shutdown(forever))));
  world->find<Hand>("a")->cast(&Hand::occupy, Duration(1h));
  world.settle();
  top.stop_async();
  world.advance(59min);
  EXPECT_TRUE(top.alive());
  world.advance(1min);
  EXPECT_FALSE(top.alive());
  EXPECT_THAT(book->take(), ElementsAre("+a", "-a"));
}

// -- nested

SCENARIO_OF(Supervisors, MayBeNested) {
  const auto book = diary();
  const auto top = world->start(supervisor(
      {}, hand(book, "a"), supervisor("inner", {.max_restarts = 1}, hand(book, "x"), hand(book, "y"))));
  EXPECT_THAT(book->take(), ElementsAre("+a", "+x", "+y"));
  EXPECT_EQ(top.counts(), (ChildCounts{.specs = 2, .active = 2, .workers = 1, .supervisors = 1}));
  EXPECT_EQ(text(top.child<Supervisor>("inner").children()), "x y");
  crash(world, "x");
  EXPECT_THAT(book->take(), ElementsAre("-x failure: boom", "+x"));
  crash(world, "x");  // the inner one gives up, and is itself restarted
  EXPECT_THAT(book->take(), ElementsAre("-x failure: boom", "-y", "+x", "+y"));
  top.stop();
  EXPECT_THAT(book->take(), ElementsAre("-y", "-x", "-a"));
}

SCENARIO_OF(Supervisors, ASupervisorThatIsKilledIsRestartedWhenItsChildrenHaveGone) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, supervisor("inner", {}, hand(book, "x"), hand(book, "y"))));
  world->find<Hand>("x")->cast(&Hand::occupy, Duration(1s));
  world.settle();
  static_cast<void>(book->take());
  top.child<Supervisor>("inner").kill();
  world.settle();
  EXPECT_THAT(book->take(), ElementsAre("-y shutdown: its supervisor has ended"));
  world.advance(1s);
  EXPECT_THAT(book->take(), ElementsAre("-x shutdown: its supervisor has ended", "+x", "+y"));
  EXPECT_EQ(text(top.child<Supervisor>("inner").children()), "x y");
  EXPECT_EQ(world->stage_count(), 4U);
}

SCENARIO_OF(Supervisors, LeaveNothingBehindWhenTheyAreKilled) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a"), supervisor("inner", {}, hand(book, "x")),
                                           hand(book, "k", Restart::permanent, Shutdown::kill),
                                           hand(book, "s", Restart::permanent, Shutdown(2s))));
  world->find<Hand>("s")->cast(&Hand::occupy, Duration(10s));
  world.settle();
  top.kill();
  world.settle();
  EXPECT_EQ(world->stage_count(), 1U);
  world.advance(10s);
  world.settle();
  EXPECT_EQ(world->stage_count(), 0U);
  for (const std::string& line : book->take()) EXPECT_NE(line.substr(0, 2), "-s") << "it was to be killed";
}

SCENARIO_OF(Supervisors, AnAbnormalEndOfALinkedStageWindsThemDown) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a"), hand(book, "b")));
  const auto other = world->start<Hand>(book, "other");
  other.call([top](Hand& stage) { stage.link(top); });
  static_cast<void>(book->take());
  other.cast(&Hand::crash);
  EXPECT_EQ(world->wait(top), Reason("boom"));
  EXPECT_THAT(book->take(), ElementsAre("-other failure: boom", "-b", "-a"));
}

// -- at run time

SCENARIO_OF(Supervisors, ARestartedChildGetsNoMessageOfTheOneBeforeIt) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  const Ref<Hand> old = top.child<Hand>("a");
  const auto sink = world->start(consume<int>([&](int event) { book->note(std::to_string(event)); }));
  const Subscription before = sink.subscribe_to(old, {.on_cancel = OnCancel::temporary});
  old.cast(&Hand::crash);
  old.cast(&Hand::say, 1);  // behind the crash
  world.settle();
  ASSERT_TRUE(top.child<Hand>("a").alive());
  static_cast<void>(book->take());
  old.cast(&Hand::say, 2);
  before.ask(5);
  before.cancel("enough");
  EXPECT_THROW(static_cast<void>(old.call(&Hand::say, 3)), CallError);
  world.settle();
  EXPECT_THAT(book->take(), IsEmpty());
  const StageInfo now = top.child<Hand>("a").inspect();
  EXPECT_EQ(now.events.emitted, 0U);
  EXPECT_THAT(now.consumers, IsEmpty());
}

SCENARIO_OF(Supervisors, CountTheRestartsOfEachChild) {
  const auto book = diary();
  const auto top = world->start(
      supervisor({.strategy = Strategy::rest_for_one}, hand(book, "a"), hand(book, "b"), hand(book, "c")));
  const auto restarts = [&] {
    std::vector<std::uint64_t> all;
    for (const ChildInfo& one : top.children()) all.push_back(one.restarts);
    return all;
  };
  EXPECT_THAT(restarts(), ElementsAre(0, 0, 0));
  crash(world, "b");
  EXPECT_THAT(restarts(), ElementsAre(0, 1, 1));
  book->fail_starts("b", 1);
  crash(world, "b");
  EXPECT_THAT(restarts(), ElementsAre(0, 3, 2));
  top.terminate_child("c");
  EXPECT_THAT(restarts(), ElementsAre(0, 3, 2));
  top.restart_child("c");
  EXPECT_THAT(restarts(), ElementsAre(0, 3, 3));
}

SCENARIO_OF(Supervisors, StartListAndCountChildrenAtRunTime) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  const Ref<Hand> b = top.start_child(hand(book, "b"));
  EXPECT_TRUE(b.alive());
  EXPECT_EQ(top.child<Hand>("b"), b);
  const auto all = top.children();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1], (ChildInfo{.id = "b", .ref = b, .state = ChildState::running}));
  crash(world, "b");
  EXPECT_EQ(text(top.children()), "a b");
  top.stop();
  EXPECT_THAT(book->take(), ElementsAre("+a", "+b", "-b failure: boom", "+b", "-b", "-a"));
}

SCENARIO_OF(Supervisors, TerminateRestartAndDelete) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a"), hand(book, "b")));
  static_cast<void>(book->take());
  EXPECT_EQ(top.terminate_child("a"), Found::yes);
  EXPECT_THAT(book->take(), ElementsAre("-a"));
  EXPECT_EQ(text(top.children()), "a(stopped) b");
  EXPECT_EQ(top.counts(), (ChildCounts{.specs = 2, .active = 1, .workers = 2}));
  EXPECT_EQ(top.terminate_child("a"), Found::yes);
  EXPECT_TRUE(top.restart_child("a"));
  EXPECT_EQ(text(top.children()), "a b");
  EXPECT_EQ(top.terminate_child("a"), Found::yes);
  EXPECT_EQ(top.delete_child("a"), Found::yes);
  EXPECT_EQ(text(top.children()), "b");
  EXPECT_EQ(top.delete_child("a"), Found::no);
  EXPECT_EQ(top.terminate_child("a"), Found::no);
}

SCENARIO_OF(Supervisors, TheSameFromInsideAnotherStage) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  const auto other = world->start<Hand>(book, "other");
  static_cast<void>(book->take());
  other.call([top, book](Hand& stage) {
    stage.request(top, &Supervisor::start_child, ChildSpec(hand(book, "b")), [book](Result<AnyRef> ref) {
      book->note("started " + std::string(std::move(ref).value().name()));
    });
    stage.request(top, &Supervisor::terminate_child, std::string("a"), [book](Result<Found> found) {
      book->note(std::move(found).value() == Found::yes ? "found" : "not found");
    });
    stage.request(top, &Supervisor::restart_child, std::string("nobody"), [book](Result<AnyRef> ref) {
      try {
        static_cast<void>(std::move(ref).value());
      } catch (const ChildError& error) {
        book->note(error.what());
      }
    });
    stage.request(top, &Supervisor::counts, [book](Result<ChildCounts> counts) {
      book->note(std::to_string(std::move(counts).value().specs));
    });
  });
  world.settle();
  EXPECT_THAT(book->take(), ::testing::UnorderedElementsAre("+b", "started b", "-a", "found",
                                                            "there is no child \"nobody\"", "2"));
}

SCENARIO_OF(Supervisors, OperationsWaitForTheGroupToBeRestarted) {
  const auto book = diary();
  const auto top = family(world, book, Strategy::one_for_all);
  const auto other = world->start<Hand>(book, "other");
  world->find<Hand>("c")->cast(&Hand::occupy, Duration(1s));
  world.settle();
  crash(world, "b");
  static_cast<void>(book->take());
  other.call([top, book](Hand& stage) {
    stage.request(top, &Supervisor::start_child, ChildSpec(hand(book, "d")), [](Result<AnyRef>) {});
    stage.request(top, &Supervisor::terminate_child, std::string("a"), [](Result<Found>) {});
  });
  world.settle();
  EXPECT_THAT(book->take(), IsEmpty());
  world.advance(1s);
  EXPECT_THAT(book->take(), ElementsAre("-c", "-a", "+a", "+b", "+c", "+d", "-a"));
  EXPECT_EQ(text(top.children()), "a(stopped) b c d");
}

// -- the end of the runtime

SCENARIO_OF(Supervisors, RestartNothingWhileTheRuntimeShutsDown) {
  const auto book = diary();
  const auto top = world->start(supervisor({.max_restarts = 0}, hand(book, "a"), hand(book, "b"),
                                           supervisor("inner", {}, hand(book, "x"))));
  static_cast<void>(book->take());
  const ShutdownReport report = world->shutdown(5s);
  EXPECT_TRUE(report.drained);
  EXPECT_THAT(report.still_running, IsEmpty());
  world.settle();
  EXPECT_EQ(world->stage_count(), 0U);
  for (const std::string& line : book->take()) EXPECT_EQ(line[0], '-') << line;
  EXPECT_THAT(world.logs(Severity::error), IsEmpty());
}

// -- many children

/// Crashes again and again, as often as there are lives left.
class Phoenix : public Producer<int> {
 public:
  explicit Phoenix(std::shared_ptr<std::atomic<int>> lives) : lives_(std::move(lives)) {}

 private:
  Start handle_start() override {
    if (lives_->fetch_sub(1) > 0) info([] { throw std::runtime_error("boom"); });
    return Start::ok;
  }
  void handle_demand(Demand /*n*/) override {}
  std::shared_ptr<std::atomic<int>> lives_;
};

TEST(Supervisors, RestartOneOfAHundredThousandThousandsOfTimes) {
  constexpr int count = 100'000;
  constexpr int restarts = 5000;
  Runtime runtime({.workers = 1, .log = [](const LogRecord&) {}});
  const auto lives = std::make_shared<std::atomic<int>>(0);
  std::vector<ChildSpec> specs;
  for (int i = 0; i < count; ++i) specs.push_back(child<Phoenix>(std::to_string(i), lives));
  const auto top = runtime.start<Supervisor>(SupervisorOptions{.max_restarts = unlimited}, std::move(specs));
  EXPECT_EQ(top.terminate_child(std::to_string(count / 2)), Found::yes);
  lives->store(restarts);
  static_cast<void>(top.restart_child(std::to_string(count / 2)));
  runtime.settle();
  EXPECT_EQ(lives->load(), -1);
  EXPECT_EQ(top.counts().active, static_cast<std::size_t>(count));
  top.stop();
  runtime.settle();
  EXPECT_EQ(runtime.stage_count(), 0U);
}

}  // namespace
}  // namespace sluice::supervise_tests
