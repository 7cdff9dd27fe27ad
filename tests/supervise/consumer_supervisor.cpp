#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "sluice/sluice.hpp"
#include "sluice/testing/testing.hpp"

namespace sluice::tests {
namespace {

using namespace std::chrono_literals;
using sluice::testing::ProducerProbe;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr JobRestart temporary = JobRestart::temporary;
constexpr JobRestart transient = JobRestart::transient;

/// Lives until somebody ends it.
class Lives : public Consumer<int> {
 public:
  explicit Lives(int /*event*/ = 0) { ++alive; }
  ~Lives() override { --alive; }
  void work(Duration time) { busy_for(time); }
  static inline std::atomic<int> alive{0};

 private:
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
};

/// Emits 0 … end - 1 and stops.
class Numbers : public Producer<int> {
 public:
  explicit Numbers(int end) : Producer<int>({.demand = DemandFlow::accumulate}), end_(end) {}

 private:
  void handle_demand(Demand n) override {
    for (; n != 0 && next_ != end_; --n) emit(next_++);
    if (next_ == end_) info([this] { stop(); });
  }
  int next_ = 0;
  int end_;
};

struct Log {
  std::shared_ptr<std::vector<std::string>> lines = std::make_shared<std::vector<std::string>>();
  [[nodiscard]] LogSink sink() const {
    return [lines = lines](const LogRecord& record) { lines->push_back(record.text); };
  }
};
LogSink silence() {
  return [](const LogRecord&) {};
}

/// A job that runs code with its event.
template <class T>
class Does : public Job {
 public:
  Does(std::function<void(T&)> code, T event) : code_(std::move(code)), event_(std::move(event)) {}

 private:
  void run() override { code_(event_); }
  std::function<void(T&)> code_;
  T event_;
};

template <class T = int, class F>
auto jobs(ConsumerSupervisorOptions<T> options, F code) {
  return consumer_supervisor<T>(std::move(options), child_for_each<Does<T>>(std::function<void(T&)>(code)));
}

TEST(ConsumerSupervisor, MoveOnlyEventsAreMovedIntoTheirChildren) {
  Simulation runtime;
  std::vector<int> got;
  ProducerProbe<std::unique_ptr<int>> producer(runtime);
  const auto supervisor = runtime.start(jobs<std::unique_ptr<int>>(
      {.restart = temporary}, [&](std::unique_ptr<int>& event) { got.push_back(*event); }));
  supervisor.subscribe_to(producer);
  runtime.settle();
  Events<std::unique_ptr<int>> events;
  events.push_back(std::make_unique<int>(1));
  events.push_back(std::make_unique<int>(2));
  producer.send(std::move(events));
  runtime.settle();
  std::sort(got.begin(), got.end());
  EXPECT_THAT(got, ElementsAre(1, 2));
}

TEST(ConsumerSupervisor, TransientChildrenNeedEventsThatCanBeUsedTwice) {
  using Event = std::unique_ptr<int>;
  Simulation runtime;
  try {
    runtime.start(jobs<Event>({.restart = transient}, [](Event&) {}));
    FAIL() << "started";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), HasSubstr("restart: must be temporary"));
  }
  const auto by_reference = runtime.start(consumer_supervisor<Event>(
      {.restart = transient}, [](const Event& event) { return std::make_unique<Lives>(*event); }));
  const AnyRef first = by_reference.start_child(std::make_unique<int>(1));
  first.kill();
  runtime.settle();
  EXPECT_THAT(by_reference.counts().active, 1U);
}

TEST(ConsumerSupervisor, OptionsOutOfRangeAreNamed) {
  Simulation runtime;
  const auto message = [&](ConsumerSupervisorOptions<int> options) -> std::string {
    try {
      runtime.start(jobs(std::move(options), [](int&) {}));
    } catch (const StartError& error) {
      return error.what();
    }
    return "started";
  };
  EXPECT_THAT(message({.restart = temporary, .within = 0s}), HasSubstr("within"));
  EXPECT_THAT(message({.restart = temporary, .shutdown = 0s}), HasSubstr("shutdown"));
  EXPECT_THAT(message({.restart = temporary, .max_restarts = std::size_t(-1)}), HasSubstr("max_restarts"));
}

TEST(ConsumerSupervisor, StartingByHandTellsWhatWentWrong) {
  Simulation runtime;
  const auto supervisor =
      runtime.start(consumer_supervisor<int>({.restart = temporary}, [](int event) -> std::unique_ptr<Lives> {
        if (event == 1) throw std::runtime_error("boom");
        return nullptr;
      }));
  EXPECT_THROW(supervisor.start_child(1), StartError);
  EXPECT_FALSE(supervisor.start_child(2));
  EXPECT_TRUE(supervisor.alive());
  EXPECT_THAT(supervisor.children(), IsEmpty());
}

TEST(ConsumerSupervisor, AJobWhoseConstructorThrowsGivesItsSlotBack) {
  class Choosy : public Job {
   public:
    Choosy(int* runs, int event) : runs_(runs) {
      if (event % 2 == 0) throw std::runtime_error("even");
    }

   private:
    void run() override { ++*runs_; }
    int* runs_;
  };
  Log log;
  Simulation runtime({.log = log.sink()});
  int runs = 0;
  const auto numbers = runtime.start<Numbers>(10);
  const auto supervisor =
      runtime.start(consumer_supervisor<int>({.restart = transient}, child_for_each<Choosy>(&runs)));
  supervisor.subscribe_to(numbers, {.max_demand = 1});
  numbers.demand_flow(DemandFlow::forward);
  EXPECT_EQ(runtime.wait(supervisor), Reason::normal());
  EXPECT_EQ(runs, 5);
  EXPECT_EQ(std::count(log.lines->begin(), log.lines->end(), "no child for an event: even"), 5);
}

TEST(ConsumerSupervisor, EndsAfterItsLastChildWhenItsProducerHasEnded) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Simulation runtime({.seed = seed});
    int done = 0;
    const auto numbers = runtime.start<Numbers>(100);
    const auto supervisor = runtime.start(jobs({.restart = temporary}, [&](int&) { ++done; }));
    supervisor.subscribe_to(numbers, {.max_demand = 7});
    numbers.demand_flow(DemandFlow::forward);
    EXPECT_EQ(runtime.wait(supervisor), Reason::normal());
    EXPECT_EQ(done, 100);
  }
}

TEST(ConsumerSupervisor, AKilledSupervisorTakesItsChildrenAlong) {
  Simulation runtime({.log = silence()});
  const auto supervisor =
      runtime.start(consumer_supervisor<int>({.restart = transient}, child_for_each<Lives>()));
  const AnyRef child = supervisor.start_child(1);
  supervisor.kill();
  runtime.settle();
  EXPECT_EQ(runtime.wait(child), Reason::shutdown("its supervisor has ended"));
  EXPECT_EQ(Lives::alive, 0);
}

TEST(ConsumerSupervisor, AChildThatDoesNotStopInTimeIsKilled) {
  Log log;
  Simulation runtime({.log = log.sink()});
  const auto supervisor = runtime.start(
      consumer_supervisor<int>({.restart = transient, .shutdown = 1s}, child_for_each<Lives>()));
  const Ref<Lives> child(supervisor.start_child(1).host());
  child.call(&Lives::work, Duration(1h));
  EXPECT_EQ(supervisor.terminate_child(child), Found::yes);
  EXPECT_EQ(runtime.wait(child), Reason::killed());
  EXPECT_THAT(*log.lines, Contains(HasSubstr("did not stop within 1 s: killed")));
  EXPECT_THAT(*log.lines, Contains(HasSubstr("its callback has not returned")));
}

TEST(ConsumerSupervisor, ACrashStormEndsIt) {
  Log log;
  Simulation runtime({.log = log.sink()});
  int runs = 0;
  const auto storm = [&](int&) {
    ++runs;
    throw std::runtime_error("boom");
  };
  const auto supervisor = runtime.start(jobs({.restart = transient, .max_restarts = 20}, storm));
  const AnyRef bystander = runtime.start<Lives>();
  static_cast<void>(supervisor.start_child(1));
  static_cast<void>(supervisor.start_child(2));
  EXPECT_EQ(runtime.wait(supervisor), Reason::shutdown("reached_max_restart_intensity"));
  EXPECT_THAT(
      runs, ::testing::AllOf(::testing::Ge(21), ::testing::Le(22)));  // the other child may have been running
  EXPECT_THAT(*log.lines, Contains(HasSubstr("gives up: more than 20 restarts within 5 s")));
  EXPECT_TRUE(bystander.alive());
}

TEST(ConsumerSupervisor, ACrashStormOfTemporaryChildrenDoesNot) {
  Simulation runtime({.log = silence()});
  const auto numbers = runtime.start<Numbers>(1000);
  int runs = 0;
  const auto supervisor = runtime.start(jobs({.restart = temporary, .max_restarts = 0}, [&](int&) {
    ++runs;
    throw std::runtime_error("boom");
  }));
  supervisor.subscribe_to(numbers, {.max_demand = 10});
  numbers.demand_flow(DemandFlow::forward);
  EXPECT_EQ(runtime.wait(supervisor), Reason::normal());
  EXPECT_EQ(runs, 1000);
}

TEST(ConsumerSupervisor, ARestartAmong100000LooksAtOneChild) {
  Runtime runtime({.workers = 1, .log = silence()});
  const auto supervisor = runtime.start(
      consumer_supervisor<int>({.restart = transient, .max_restarts = unlimited}, child_for_each<Lives>()));
  ProducerProbe<int> producer(runtime);
  supervisor.subscribe_to(producer, {.max_demand = 200'000});
  runtime.settle();
  producer.send(Events<int>(std::vector<int>(100'000)));
  runtime.settle();
  const std::vector<ChildInfo> children = supervisor.children();
  ASSERT_THAT(children, SizeIs(100'000));
  const auto visits = [&] { return supervisor.call(&ConsumerSupervisor<int>::visits); };
  const std::uint64_t before = visits();
  for (std::size_t i = 0; i < 100; ++i) children[i * 1000].ref.kill();
  runtime.settle();
  EXPECT_LE(visits() - before, 100 * 20U);
  EXPECT_THAT(supervisor.children(), Contains(Field(&ChildInfo::restarts, 1U)).Times(100));
  EXPECT_EQ(supervisor.counts(), (ChildCounts{.specs = 1, .active = 100'000, .workers = 100'000}));
}

TEST(ConsumerSupervisor, IsStartedAnewOnlyWhenItsChildrenHaveGone) {
  Simulation runtime({.log = silence()});
  const auto make = [] {
    return std::make_unique<ConsumerSupervisor<int>>(ConsumerSupervisorOptions<int>{.restart = temporary},
                                                     child_for_each<Lives>());
  };
  const auto root = runtime.start(supervisor({}, child_from("jobs", make)));
  const auto first = root.child<ConsumerSupervisor<int>>("jobs");
  const Ref<Lives> child(first.start_child(1).host());
  child.call(&Lives::work, Duration(1s));
  first.kill();
  runtime.settle();
  EXPECT_FALSE(root.child<ConsumerSupervisor<int>>("jobs").alive());
  runtime.advance(1s);
  EXPECT_FALSE(child.alive());
  EXPECT_TRUE(root.child<ConsumerSupervisor<int>>("jobs").alive());
}

TEST(ConsumerSupervisor, ADestructorThatThrowsEndsTheProgram) {
  class Throws : public Job {
   public:
    explicit Throws(int /*event*/) {}
    ~Throws() override { fail(); }

   private:
    static void fail() { throw std::runtime_error("out of a destructor"); }
    void run() override {}
  };
  EXPECT_DEATH(
      {
        Simulation runtime;
        const auto supervisor =
            runtime.start(consumer_supervisor<int>({.restart = temporary}, child_for_each<Throws>()));
        static_cast<void>(supervisor.start_child(1));
        runtime.settle();
      },
      "");
}

TEST(ConsumerSupervisor, AShutdownEndsAHundredLiveChildren) {
  Runtime runtime({.workers = 2, .log = silence()});
  const auto supervisor =
      runtime.start(consumer_supervisor<int>({.restart = transient}, child_for_each<Lives>()));
  for (int i = 0; i < 100; ++i) static_cast<void>(supervisor.start_child(i));
  EXPECT_EQ(Lives::alive, 100);
  const ShutdownReport report = runtime.shutdown(60s);
  EXPECT_TRUE(report.drained);
  EXPECT_THAT(report.still_running, IsEmpty());
  EXPECT_EQ(Lives::alive, 0);
}

TEST(ConsumerSupervisor, AShutdownRunsTheJobsThatAreUnderWay) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    int errors = 0;
    Simulation runtime({.seed = seed, .log = [&](const LogRecord& record) {
                          if (record.severity == Severity::error) ++errors;
                        }});
    int done = 0;
    const auto numbers = runtime.start<Numbers>(100'000);
    const auto supervisor =
        runtime.start(jobs({.restart = temporary}, [&](int& n) { EXPECT_EQ(n, done++); }));
    supervisor.subscribe_to(numbers, {.max_demand = 1});
    numbers.demand_flow(DemandFlow::forward);
    static_cast<void>(numbers.inspect());
    for (int i = 0; i < 10; ++i) static_cast<void>(supervisor.counts());
    const ShutdownReport report = runtime.shutdown(60s);
    EXPECT_TRUE(report.drained);
    EXPECT_THAT(report.lost, IsEmpty());
    EXPECT_GT(done, 0);
    EXPECT_EQ(errors, 0);
  }
}

TEST(ConsumerSupervisor, AChildStartedDuringAShutdownIsToldToEnd) {
  class Burst : public Producer<int> {
   private:
    void handle_demand(Demand /*n*/) override {
      for (int i = 0; i < 5; ++i) emit(i);
    }
  };
  Simulation runtime({.log = silence()});
  int made = 0;
  const auto supervisor = runtime.start(consumer_supervisor<int>({.restart = temporary}, [&](int event) {
    ++made;
    return std::make_unique<Lives>(event);
  }));
  supervisor.subscribe_to(runtime.start<Burst>(), {.max_demand = 1});
  runtime.settle();
  EXPECT_EQ(made, 1);
  const Instant before = runtime.now();
  EXPECT_TRUE(runtime.shutdown(60s).drained);
  EXPECT_EQ(made, 5);
  EXPECT_EQ(runtime.now(), before);  // nobody waited for the deadline
}

TEST(ConsumerSupervisor, AJobThatDoesNotStopIsNamedAndWaitedFor) {
  std::promise<void> begun;
  std::promise<void> release;
  bool finished = false;
  {
    Runtime runtime({.workers = 1, .log = silence()});
    const auto supervisor =
        runtime.start(jobs({.restart = temporary, .shutdown = 1ms, .thread = Thread::own}, [&](int&) {
          begun.set_value();
          release.get_future().wait();
          finished = true;
        }));
    const AnyRef child = supervisor.start_child(1);
    begun.get_future().wait();
    const ShutdownReport report = runtime.shutdown(1ms);
    EXPECT_THAT(report.still_running, Contains("#" + std::to_string(child.id().value)));
    release.set_value();
  }
  EXPECT_TRUE(finished);
}

}  // namespace
}  // namespace sluice::tests
