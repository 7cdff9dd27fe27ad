#include "stages.hpp"

namespace sluice::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Timers : public ::testing::Test {
 protected:
  std::vector<std::string> lines;
  Simulation runtime{{.log = silence()}};
  Ref<Doer> doer = runtime.start<Doer>(&lines);
};

TEST_F(Timers, FireOnceAfterTheirDelay) {
  doer.call([](Doer& stage) { stage.after(5ms); });
  runtime.advance(4ms);
  EXPECT_THAT(lines, IsEmpty());
  runtime.advance(100ms);
  EXPECT_THAT(lines, ElementsAre("timer at 5"));
}

TEST_F(Timers, RepeatUntilCancelled) {
  const TimerId timer = doer.call([](Doer& stage) { return stage.every(10ms); });
  runtime.advance(35ms);
  EXPECT_THAT(lines, ElementsAre("timer at 10", "timer at 20", "timer at 30"));
  doer.call([timer](Doer& stage) { stage.cancel(timer); });
  runtime.advance(100ms);
  EXPECT_EQ(lines.size(), 3);
}

TEST_F(Timers, CancelledInTheTurnThatArmedThemNeverFire) {
  doer.call([](Doer& stage) { stage.cancel(stage.after(0ms)); });
  runtime.advance(1s);
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(Timers, DoNotFireAfterTheEnd) {
  doer.call([](Doer& stage) { stage.every(10ms); });
  doer.stop();
  runtime.advance(1s);
  EXPECT_THAT(lines, ElementsAre("terminate: normal"));
}

TEST_F(Timers, NeedAPositivePeriod) {
  doer.call([](Doer& stage) { EXPECT_THROW(stage.every(0ms), OptionError); });
}

TEST_F(Timers, LeaveNothingBehindWhenAMillionAreCancelled) {
  doer.call_for(forever, [](Doer& stage) {
    for (int i = 0; i < 1'000'000; ++i) stage.cancel(stage.after(1h));
  });
  runtime.run_until_idle();
  EXPECT_LT(runtime.now().time_since_epoch(), 1h);
}

TEST(ThreadedTimers, WaitForTheClockTheyAreGiven) {
  std::atomic<int> fired = 0;
  class Counts : public Doer {
   public:
    explicit Counts(std::atomic<int>& fired) : fired_(fired) {}

   private:
    void handle_timer(TimerId /*timer*/) override { ++fired_; }
    std::atomic<int>& fired_;
  };
  Runtime runtime({.workers = 1, .clock = std::make_shared<ManualClock>()});
  const auto counts = runtime.start<Counts>(fired);
  counts.call([](Counts& stage) { stage.every(1s); });
  EXPECT_EQ(fired, 0);
  runtime.advance(3500ms);
  EXPECT_EQ(fired, 3);
}

TEST(ThreadedTimers, CannotBeAdvancedOnAClockThatRunsByItself) {
  Runtime runtime({.workers = 1});
  EXPECT_THROW(runtime.advance(1s), std::logic_error);
}

}  // namespace
}  // namespace sluice::tests
