#include <atomic>
#include <csignal>
#include <future>
#include <ranges>
#include <thread>

#include "stages.hpp"

namespace sluice::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Waiting, ReturnsTheReasonOfTheEnd) {
  Runtime runtime({.workers = 1, .log = silence()});
  const auto counts = runtime.start<Counts>();
  EXPECT_EQ(runtime.wait(counts, 1ms), std::nullopt);
  counts.stop_async("boom");
  EXPECT_EQ(runtime.wait(counts), Reason("boom"));
  EXPECT_EQ(runtime.wait(counts), Reason("boom"));
  EXPECT_EQ(runtime.wait(AnyRef()), Reason::noproc());
}

/// Waits until run_until_signal listens, then raises the signal, on a worker.
class Raises : public Numbers {
 public:
  explicit Raises(int signal, Lines* lines) : Numbers(0, lines), signal_(signal) {}

 private:
  Start handle_start() override {
    every(1ms);
    return Start::ok;
  }
  void handle_timer(TimerId timer) override {
    struct sigaction now = {};
    ::sigaction(signal_, nullptr, &now);
    if (now.sa_handler == SIG_DFL) return;
    cancel(timer);
    std::raise(signal_);
  }
  int signal_;
};

TEST(RunUntilSignal, EndsAllStagesAtAnInterruptOrATermination) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Lines lines;
    Runtime runtime({.workers = 1, .log = silence()});
    runtime.start<Raises>(signal, &lines);
    const ShutdownReport report = runtime.run_until_signal();
    EXPECT_TRUE(report.drained);
    EXPECT_EQ(runtime.stage_count(), 0);
    EXPECT_THAT(lines.all(), ElementsAre("numbers"));
    struct sigaction after = {};
    ::sigaction(signal, nullptr, &after);
    EXPECT_EQ(after.sa_handler, SIG_DFL);  // as it was before
  }
}

TEST(RunUntilSignal, ReturnsWhenAllStagesHaveEnded) {
  Runtime runtime({.workers = 1, .log = silence()});
  runtime.start<Counts>().stop_async();
  EXPECT_TRUE(runtime.run_until_signal().drained);
}

TEST(Log, GoesToStderrUnlessThereIsASink) {
  ::testing::internal::CaptureStderr();
  {
    Runtime runtime({.workers = 1});
    const auto counts = runtime.start<Counts>({.name = "counts"});
    counts.cast([](Counts&) { throw std::runtime_error("cannot count"); });
    static_cast<void>(runtime.wait(counts));
  }
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              ::testing::AllOf(::testing::StartsWith("sluice: error: counts: "),
                               ::testing::HasSubstr("cannot count")));
}

TEST(Start, RefusesOptionsThatAreOutOfRange) {
  Runtime runtime({.workers = 1, .log = silence()});
  EXPECT_THROW(runtime.start<Counts>({.start_timeout = 0ns}), OptionError);
  EXPECT_THROW(Runtime({.workers = 0}), OptionError);
  EXPECT_THROW(Simulation({.delay_chance = 1.5}), OptionError);
  EXPECT_EQ(runtime.stage_count(), 0);
}

TEST(Shutdown, EndsStagesFromSourceToSinkAndDrains) {
  Runtime runtime({.workers = 2, .log = silence()});
  Lines lines;
  const auto counts = runtime.start<Counts>(&lines);
  const auto passes = runtime.start<PassesOn>(&lines);
  const auto numbers = runtime.start<Numbers>(100'000, &lines);
  counts.subscribe_to(passes);
  passes.subscribe_to(numbers);
  const ShutdownReport report = runtime.shutdown();
  EXPECT_TRUE(report.drained);
  EXPECT_THAT(report.lost, IsEmpty());
  EXPECT_THAT(report.still_running, IsEmpty());
  EXPECT_THAT(lines.all(), ElementsAre("numbers", "passes on", "counts"));
  EXPECT_EQ(runtime.stage_count(), 0);
}

TEST(Shutdown, DrainsUnderEverySeed) {
  testing::for_each_seed(50, [](Simulation& runtime) {
    Lines lines;
    const auto counts = runtime.start<Counts>(&lines);
    const auto passes = runtime.start<PassesOn>(&lines);
    counts.subscribe_to(passes);
    passes.subscribe_to(runtime.start<Numbers>(5'000, &lines));
    EXPECT_TRUE(runtime.shutdown().drained);
    EXPECT_THAT(lines.all(), ElementsAre("numbers", "passes on", "counts"));
  });
}

TEST(Shutdown, SaysWhatWasLostAndWhere) {
  class Hoards : public Producer<int> {
   public:
    void emit_three() { emit_all({1, 2, 3}); }

   private:
    void handle_demand(Demand /*n*/) override {}
  };
  Simulation runtime{{.log = silence()}};
  const auto hoards = runtime.start<Hoards>({.name = "hoards"});
  hoards.call(&Hoards::emit_three);
  const ShutdownReport report = runtime.shutdown(1s);
  EXPECT_FALSE(report.drained);
  EXPECT_THAT(report.lost, ElementsAre(ShutdownReport::Lost{"hoards", 3}));
}

TEST(Shutdown, NamesStagesWhoseCallbackDoesNotReturn) {
  class Blocks : public Consumer<int> {
   public:
    void block(std::shared_future<void> until) { until.wait(); }

   private:
    void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
  };
  std::promise<void> release;
  Runtime runtime({.workers = 1, .log = silence()});
  const auto blocks = runtime.start<Blocks>({.name = "blocks", .thread = Thread::own});
  blocks.cast(&Blocks::block, release.get_future().share());
  const ShutdownReport report = runtime.shutdown(10ms);
  EXPECT_THAT(report.still_running, ElementsAre("blocks"));
  EXPECT_FALSE(report.drained);
  release.set_value();
}

TEST(Shutdown, TakesNoNewStages) {
  Simulation runtime;
  runtime.shutdown();
  try {
    runtime.start<Counts>();
    FAIL() << "started";
  } catch (const StartError& error) {
    EXPECT_EQ(error.kind(), StartError::Kind::shutting_down);
  }
}

TEST(Stopping, IsWhatLongCallbacksLookAt) {
  class Polls : public Consumer<int> {
   public:
    void poll(std::promise<void>& begun) {
      begun.set_value();
      while (!stopping()) std::this_thread::yield();
    }

   private:
    void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
  };
  Runtime runtime({.workers = 1, .log = silence()});
  std::promise<void> begun;
  const auto polls = runtime.start<Polls>({.thread = Thread::own});
  polls.cast([&begun](Polls& stage) { stage.poll(begun); });
  begun.get_future().wait();
  polls.kill();
  EXPECT_EQ(runtime.wait(polls), Reason::killed());
}

TEST(OwnThread, IsTheStagesAlone) {
  class Tells : public Consumer<int> {
   public:
    std::thread::id thread() { return std::this_thread::get_id(); }

   private:
    void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
  };
  Runtime runtime({.workers = 1, .log = silence()});
  const auto own = runtime.start<Tells>({.thread = Thread::own});
  const auto another = runtime.start<Tells>({.thread = Thread::own});
  const auto pooled = runtime.start<Tells>();
  const auto id = own.call(&Tells::thread);
  EXPECT_EQ(own.call(&Tells::thread), id);
  EXPECT_NE(another.call(&Tells::thread), id);
  EXPECT_NE(pooled.call(&Tells::thread), id);
}

TEST(OwnThread, DoesNotHoldUpThePoolWhenItBlocks) {
  class Blocks : public Consumer<int> {
   public:
    void block(std::shared_future<void> until) { until.wait(); }

   private:
    void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
  };
  std::promise<void> release;
  Runtime runtime({.workers = 1, .log = silence()});
  const auto blocks = runtime.start<Blocks>({.thread = Thread::own});
  const auto counts = runtime.start<Counts>();
  blocks.cast(&Blocks::block, release.get_future().share());
  counts.subscribe_to(runtime.start(from_range(std::views::iota(0, 5'000))));
  EXPECT_EQ(runtime.wait(counts), Reason::normal());
  release.set_value();
}

TEST(OwnThread, MayTakeTooLongToStart) {
  class Slow : public Counts {
    Start handle_start() override {
      while (!stopping()) std::this_thread::yield();
      return Start::ok;
    }
  };
  Runtime runtime({.workers = 1, .log = silence()});
  try {
    runtime.start<Slow>({.thread = Thread::own, .start_timeout = 5ms});
    FAIL() << "started";
  } catch (const StartError& error) {
    EXPECT_EQ(error.kind(), StartError::Kind::timeout);
  }
}

}  // namespace
}  // namespace sluice::tests
