#include "stages.hpp"

namespace sluice::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Answers at once, later, or never.
class Answerer : public Consumer<int> {
 public:
  int twice(int n) { return 2 * n; }
  void later(Reply<int> reply) { kept_.push_back(std::move(reply)); }
  void never(Reply<int> reply) { static_cast<void>(std::move(reply)); }
  void drop(Reply<int> reply) { const Reply<int> gone = std::move(reply); }
  void answer_all(int value) {
    for (Reply<int>& reply : kept_) reply(value);
    kept_.clear();
  }
  void later_times(Reply<int> reply, int factor) { reply(7 * factor); }
  void refuse(Reply<int> reply) { reply.fail(std::make_exception_ptr(std::invalid_argument("not today"))); }
  int crash() { throw std::runtime_error("crashed"); }
  int stop_and_answer() {
    stop(Reason::shutdown());
    return 7;
  }

 private:
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
  std::vector<Reply<int>> kept_;
};

CallError::Kind kind_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const CallError& error) {
    return error.kind();
  }
  throw std::runtime_error("it was answered");
}

std::string outcome(Result<int> result) {
  try {
    return std::to_string(std::move(result).value());
  } catch (const CallError& error) {
    return "error: " + std::string(to_string(error.reason().kind()));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

class Calls : public ::testing::Test {
 protected:
  /// What a stage hears that asks `to`, allowing it a second.
  template <class Method>
  void request(const Ref<Answerer>& to, Method method) {
    doer.cast([this, to, method](Doer& stage) {
      stage.ask(to, method, [this](Result<int> result) { heard.push_back(outcome(std::move(result))); }, 1s);
    });
    runtime.settle();
  }
  std::vector<std::string> heard;
  Simulation runtime{{.log = silence()}};
  Ref<Answerer> answerer = runtime.start<Answerer>();
  Ref<Doer> doer = runtime.start<Doer>();
};

TEST_F(Calls, ReturnWhatTheMethodReturns) {
  EXPECT_EQ(answerer.call(&Answerer::twice, 21), 42);
  EXPECT_EQ(answerer.call([](Answerer& stage) { return stage.twice(4); }), 8);
}

TEST_F(Calls, AreAnsweredEvenByAStageThatStops) {
  EXPECT_EQ(answerer.call(&Answerer::stop_and_answer), 7);
  EXPECT_FALSE(answerer.alive());
}

TEST_F(Calls, TellWhenTheStageCrashedOrHadEnded) {
  EXPECT_EQ(kind_of([&] { answerer.call(&Answerer::crash); }), CallError::Kind::down);
  EXPECT_EQ(kind_of([&] { answerer.call(&Answerer::twice, 1); }), CallError::Kind::noproc);
  EXPECT_EQ(kind_of([&] { Ref<Answerer>().call(&Answerer::twice, 1); }), CallError::Kind::noproc);
}

TEST_F(Calls, TimeOut) {
  const Instant before = runtime.now();
  EXPECT_EQ(kind_of([&] { answerer.call_for(3s, &Answerer::later); }), CallError::Kind::timeout);
  EXPECT_EQ(runtime.now() - before, 3s);
  answerer.cast(&Answerer::answer_all, 1);
  runtime.settle();
  EXPECT_TRUE(answerer.alive());
}

TEST_F(Calls, ToldByADroppedReply) {
  EXPECT_EQ(kind_of([&] { answerer.call(&Answerer::drop); }), CallError::Kind::no_reply);
}

TEST_F(Calls, InsideACallbackThrowAtOnce) {
  const auto error = doer.call([to = answerer](Doer&) -> std::string {
    try {
      to.call(&Answerer::twice, 1);
    } catch (const std::logic_error& wrong) {
      return wrong.what();
    }
    return "";
  });
  EXPECT_THAT(error, ::testing::HasSubstr("request()"));
}

TEST_F(Calls, WaitAndShutdownInsideACallbackThrowAtOnce) {
  doer.call([&](Doer&) {
    EXPECT_THROW(runtime.wait(answerer), std::logic_error);
    EXPECT_THROW(runtime.shutdown(), std::logic_error);
    EXPECT_THROW(answerer.stop(), std::logic_error);
  });
}

TEST_F(Calls, ARequestIsAnsweredAsATurnOfItsOwn) {
  request(answerer, [](Answerer& stage) { return stage.twice(5); });
  EXPECT_THAT(heard, ElementsAre("10"));
}

TEST_F(Calls, ARequestMayBeAnsweredLater) {
  request(answerer, &Answerer::later);
  EXPECT_THAT(heard, IsEmpty());
  answerer.cast(&Answerer::answer_all, 3);
  runtime.settle();
  EXPECT_THAT(heard, ElementsAre("3"));
  runtime.advance(10s);
  EXPECT_THAT(heard, ElementsAre("3"));
}

TEST_F(Calls, ARequestMayHaveArguments) {
  doer.cast([this](Doer& stage) {
    const auto then = [this](Result<int> result) { heard.push_back(outcome(std::move(result))); };
    stage.ask(answerer, &Answerer::twice, 21, then);
    stage.ask(answerer, &Answerer::later_times, 3, then, 1s);
  });
  runtime.settle();
  EXPECT_THAT(heard, ElementsAre("42", "21"));
}

TEST_F(Calls, AReplyMayBeAnException) {
  EXPECT_THROW(answerer.call(&Answerer::refuse), std::invalid_argument);
  EXPECT_TRUE(answerer.alive());
  request(answerer, &Answerer::refuse);
  EXPECT_THAT(heard, ElementsAre("not today"));
}

TEST_F(Calls, ALateAnswerToARequestIsDiscarded) {
  request(answerer, &Answerer::later);
  runtime.advance(1s);
  EXPECT_THAT(heard, ElementsAre("error: timeout"));
  answerer.cast(&Answerer::answer_all, 3);
  runtime.advance(10s);
  EXPECT_THAT(heard, ElementsAre("error: timeout"));
}

TEST_F(Calls, ARequestToAStageThatIsGoneHearsNoproc) {
  answerer.stop();
  request(answerer, [](Answerer& stage) { return stage.twice(5); });
  request(Ref<Answerer>(), [](Answerer& stage) { return stage.twice(5); });
  EXPECT_THAT(heard, ElementsAre("error: noproc", "error: noproc"));
}

TEST_F(Calls, ARequestWhoseReplyIsDroppedHearsOfIt) {
  request(answerer, &Answerer::drop);
  EXPECT_THAT(heard, ElementsAre("error: failure"));
}

TEST_F(Calls, CastsToAStageThatIsGoneAreCounted) {
  answerer.stop();
  answerer.cast(&Answerer::answer_all, 1);
  answerer.cast(&Answerer::answer_all, 1);
  EXPECT_EQ(runtime.snapshot().casts_dropped, 2);
}

TEST(Refs, OutliveTheirRuntime) {
  Ref<Answerer> ref;
  {
    Simulation runtime;
    ref = runtime.start<Answerer>();
  }
  EXPECT_FALSE(ref.alive());
  ref.cast(&Answerer::answer_all, 1);
  ref.stop_async();
  ref.kill();
  EXPECT_EQ(kind_of([&] { ref.call(&Answerer::twice, 1); }), CallError::Kind::noproc);
}

}  // namespace
}  // namespace sluice::tests
