#include "stages.hpp"

namespace sluice::supervise_tests {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

DiaryPtr diary() { return std::make_shared<Diary>(); }

/// What the code throws, as text; "nothing" if it does not.
template <class Error = std::exception, class F>
std::string error_of(F code) {
  try {
    code();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}
template <class F>
std::optional<ChildError::Kind> kind_of(F code) {
  try {
    code();
  } catch (const ChildError& error) {
    return error.kind();
  }
  return std::nullopt;
}

/// Throws in terminate.
class SoreLoser : public Hand {
 public:
  using Hand::Hand;

 private:
  void terminate(const Reason& /*reason*/) override { throw std::runtime_error("not like this"); }
};

// -- children

SCENARIO_OF(BadChildren, ThatFailAtEveryStartUseUpTheRestarts) {
  const auto book = diary();
  const auto top = world->start(supervisor({.max_restarts = 3}, hand(book, "a"), hand(book, "b")));
  book->fail_starts("b", 1000);
  crash(world, "b");
  EXPECT_EQ(world->wait(top), Reason::shutdown("reached_max_restart_intensity"));
  EXPECT_EQ(world.logged(Severity::error, "could not be started"), 3U);
  EXPECT_EQ(world.logged(Severity::error, "no start of b; gives up"), 1U);
  EXPECT_THAT(book->take(), ElementsAre("+a", "+b", "-b failure: boom", "-a"));
}

SCENARIO_OF(BadChildren, ThatFailAFewTimesAreTriedAgain) {
  const auto book = diary();
  const auto top = world->start(supervisor({.max_restarts = 3}, hand(book, "a")));
  book->fail_starts("a", 2);
  crash(world, "a");
  EXPECT_EQ(text(top.children()), "a");
}

SCENARIO_OF(BadChildren, ThatThrowInTerminateHaveEndedAllTheSame) {
  const auto book = diary();
  const auto top = world->start(
      supervisor({.strategy = Strategy::one_for_all}, child<SoreLoser>("a", book, "a"), hand(book, "b")));
  crash(world, "b");
  EXPECT_EQ(text(top.children()), "a b");
  top.stop();
  world.settle();
  EXPECT_EQ(world->stage_count(), 0U);
  EXPECT_EQ(world.logged(Severity::error, "terminate threw: failure: not like this"), 2U);
}

SCENARIO_OF(BadChildren, ThatStopThemselvesWhileTheyAreStopped) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  world->find<Hand>("a")->cast(&Hand::finish, Reason("first"));
  top.stop(Reason::shutdown());
  world.settle();
  EXPECT_EQ(world->stage_count(), 0U);
}

SCENARIO_OF(BadChildren, ThatAskTheirSupervisorToStop) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a"), hand(book, "b")));
  const AnyRef ref = top;
  world->find<Hand>("a")->call([ref](Hand&) {
    EXPECT_THROW(ref.stop(), std::logic_error);
    ref.stop_async(Reason::shutdown("as the child says"));
  });
  EXPECT_EQ(world->wait(top), Reason::shutdown("as the child says"));
  EXPECT_THAT(book->take(), ElementsAre("+a", "+b", "-b", "-a"));
}

SCENARIO_OF(BadChildren, ThatAskToBeTerminatedThemselves) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  world->find<Hand>("a")->call([top](Hand& stage) {
    stage.request(top, &Supervisor::terminate_child, std::string("a"), [](Result<Found>) {});
  });
  world.settle();
  EXPECT_EQ(text(top.children()), "a(stopped)");
}

SCENARIO_OF(BadChildren, WhoseNameIsTakenByAStrangerCannotBeRestarted) {
  const auto book = diary();
  const auto top = world->start(supervisor({.max_restarts = 2}, hand(book, "a")));
  EXPECT_EQ(top.terminate_child("a"), Found::yes);
  const auto stranger = world->start<Hand>({.name = "a"}, book, "stranger");
  EXPECT_THAT(error_of<StartError>([&] { static_cast<void>(top.restart_child("a")); }),
              HasSubstr("\"a\" is taken"));
  EXPECT_EQ(text(top.children()), "a(stopped)");
  EXPECT_TRUE(stranger.alive());
  stranger.stop();
  EXPECT_TRUE(top.restart_child("a"));
}

SCENARIO_OF(BadChildren, MayNotHaveTheNameOfOneThatIsBeingRestarted) {
  const auto book = diary();
  const auto top =
      world->start(supervisor({.strategy = Strategy::one_for_all}, hand(book, "a"), hand(book, "b")));
  world->find<Hand>("b")->cast(&Hand::occupy, Duration(1s));
  world.settle();
  crash(world, "a");
  const auto other = world->start<Hand>(book, "other");
  other.call([top, book](Hand& stage) {
    stage.request(top, &Supervisor::start_child,
                  ChildSpec(child<Hand>({.id = "c", .options = {.name = "a"}}, book, "c")),
                  [book](Result<AnyRef> result) {
                    book->note(error_of([&] { static_cast<void>(std::move(result).value()); }));
                  });
  });
  static_cast<void>(book->take());
  world.advance(1s);
  EXPECT_THAT(book->take(), ElementsAre("-b", "+a", "+b", "start: the name \"a\" is taken"));
  EXPECT_EQ(text(top.children()), "a b");
}

SCENARIO_OF(BadChildren, TerminatedWhileTheyCannotBeStartedStayDown) {
  const auto book = diary();
  const auto top = world->start(supervisor({.max_restarts = unlimited}, hand(book, "a")));
  book->fail_starts("a", 1);
  const auto a = *world->find<Hand>("a");
  a.cast(&Hand::crash);
  EXPECT_EQ(top.terminate_child("a"), Found::yes);
  EXPECT_EQ(text(top.children()), "a(stopped)");
}

SCENARIO_OF(BadChildren, AFailedStartIsWaitedForEvenIfASiblingGoesMeanwhile) {
  const auto book = diary();
  const auto top = world->start(
      supervisor({.strategy = Strategy::rest_for_one}, hand(book, "t", Restart::temporary), hand(book, "a")));
  const auto sibling = *world->find<Hand>("t");
  book->fail_starts("a", 1);
  world->find<Hand>("a")->cast(&Hand::crash);
  sibling.cast(&Hand::finish, Reason::normal());
  world.settle();
  EXPECT_EQ(text(top.children()), "a");
  EXPECT_EQ(world.logged(Severity::error, "could not be started"), 1U);
  EXPECT_EQ(world.logs(Severity::error).size(), 2U);
}

// -- options

SCENARIO_OF(BadSupervision, IntensityZeroEndsAtTheFirstRestart) {
  const auto book = diary();
  const auto top = world->start(supervisor({.max_restarts = 0}, hand(book, "a"), hand(book, "b")));
  crash(world, "a");
  EXPECT_EQ(world->wait(top), Reason::shutdown("reached_max_restart_intensity"));
  EXPECT_THAT(book->take(), ElementsAre("+a", "+b", "-a failure: boom", "-b"));
}

SCENARIO_OF(BadSupervision, OptionsOutOfRangeAreNamed) {
  const auto book = diary();
  const auto start = [&](SupervisorOptions options, ChildSpec spec) {
    return error_of<StartError>(
        [&] { static_cast<void>(world->start(supervisor(options, std::move(spec)))); });
  };
  EXPECT_THAT(start({.within = -1s}, hand(book, "a")),
              AllOf(HasSubstr("within"), HasSubstr("-1000000000 ns")));
  EXPECT_THAT(start({}, {.id = "a"}), AllOf(HasSubstr("make"), HasSubstr("\"a\"")));
  EXPECT_THAT(start({}, hand(book, "")), HasSubstr("id: must not be empty"));
  EXPECT_THAT(start({}, child<Hand>({.id = "a", .options = {.name = ""}}, book, "a")), HasSubstr("name"));
  EXPECT_THAT(start({}, hand(book, "a", Restart::permanent, Shutdown(0s))),
              AllOf(HasSubstr("shutdown"), HasSubstr("\"a\""), HasSubstr("got 0 ns")));
  EXPECT_EQ(world->stage_count(), 0U);
}

SCENARIO_OF(BadSupervision, DuplicateIdsAreRefused) {
  const auto book = diary();
  EXPECT_THAT(error_of<StartError>(
                  [&] { static_cast<void>(world->start(supervisor({}, hand(book, "a"), hand(book, "a")))); }),
              HasSubstr("there is a child \"a\" already"));
  EXPECT_THAT(book->take(), IsEmpty());
  const auto top = world->start(supervisor({}, hand(book, "a")));
  EXPECT_EQ(kind_of([&] { top.start_child(hand(book, "a")); }), ChildError::Kind::already_present);
  EXPECT_EQ(top.terminate_child("a"), Found::yes);
  EXPECT_EQ(kind_of([&] { top.start_child(hand(book, "a")); }), ChildError::Kind::already_present);
  EXPECT_TRUE(top.alive());
}

// -- operations

SCENARIO_OF(BadSupervision, DeletingARunningChildIsAnError) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  EXPECT_EQ(kind_of([&] { top.delete_child("a"); }), ChildError::Kind::running);
  EXPECT_THAT(error_of([&] { top.delete_child("a"); }), HasSubstr("child \"a\" is running"));
  EXPECT_EQ(text(top.children()), "a");
}

SCENARIO_OF(BadSupervision, RestartingAChildThatRunsIsAnError) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  EXPECT_EQ(kind_of([&] { top.restart_child("a"); }), ChildError::Kind::running);
  EXPECT_EQ(kind_of([&] { top.restart_child("b"); }), ChildError::Kind::not_found);
}

SCENARIO_OF(BadSupervision, AnAddedChildThatCannotStartIsNotAdded) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  book->fail_starts("b", 1);
  EXPECT_THAT(error_of<StartError>([&] { top.start_child(hand(book, "b")); }), HasSubstr("no start of b"));
  EXPECT_THAT(error_of<OptionError>([&] { top.start_child(ChildSpec{.id = "b"}); }), HasSubstr("make"));
  EXPECT_EQ(text(top.children()), "a");
  EXPECT_TRUE(top.start_child(hand(book, "b")));
}

SCENARIO_OF(BadSupervision, LookingUpAChildFailsClearly) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  EXPECT_EQ(kind_of([&] { static_cast<void>(top.child<Hand>("b")); }), ChildError::Kind::not_found);
  EXPECT_THAT(error_of<WrongType>([&] { static_cast<void>(top.child<Supervisor>("a")); }),
              AllOf(HasSubstr("Hand"), HasSubstr("Supervisor")));
  EXPECT_EQ(top.terminate_child("a"), Found::yes);
  EXPECT_EQ(kind_of([&] { static_cast<void>(top.child<Hand>("a")); }), ChildError::Kind::not_running);
}

SCENARIO_OF(BadSupervision, NothingStartsInASupervisorThatEnds) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  const auto other = world->start<Hand>(book, "other");
  world->find<Hand>("a")->cast(&Hand::occupy, Duration(1s));
  world.settle();
  top.stop_async();
  world.settle();
  static_cast<void>(book->take());
  other.call([top, book](Hand& stage) {
    stage.request(top, &Supervisor::start_child, ChildSpec(hand(book, "b")), [book](Result<AnyRef> result) {
      book->note(error_of<ChildError>([&] { static_cast<void>(std::move(result).value()); }));
    });
  });
  world.settle();
  EXPECT_THAT(book->take(), ElementsAre("the supervisor is ending and starts nothing any more"));
  world.advance(1s);
  EXPECT_THAT(error_of<CallError>([&] { top.start_child(hand(book, "b")); }), HasSubstr("noproc"));
}

SCENARIO_OF(BadSupervision, CallsInsideACallbackThrowAtOnce) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  world->find<Hand>("a")->call([top](Hand&) {
    EXPECT_THROW(static_cast<void>(top.children()), std::logic_error);
    EXPECT_THROW(top.terminate_child("a"), std::logic_error);
  });
}

SCENARIO_OF(BadSupervision, InfoAtASupervisorRunsAtOnce) {
  const auto book = diary();
  const auto top = world->start(supervisor({}, hand(book, "a")));
  static_cast<void>(book->take());
  top.info([book](Supervisor&) { book->note("info"); }, 1s);
  EXPECT_THAT(book->take(), ElementsAre("info"));
}

SCENARIO_OF(BadSupervision, AFactoryMayFail) {
  const auto book = diary();
  const auto broken =
      child_from("x", []() -> std::unique_ptr<Hand> { throw std::runtime_error("no parts"); });
  EXPECT_THAT(error_of<StartError>([&] { static_cast<void>(world->start(supervisor({}, broken))); }),
              HasSubstr("no parts"));
  const auto empty = child_from("x", []() -> std::unique_ptr<Hand> { return nullptr; });
  EXPECT_EQ(text(world->start(supervisor({}, empty)).children()), "x(stopped)");
}

}  // namespace
}  // namespace sluice::supervise_tests
