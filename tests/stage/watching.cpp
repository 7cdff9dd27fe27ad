#include "stages.hpp"

namespace sluice::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Watching : public ::testing::Test {
 protected:
  std::vector<std::string> lines;
  Simulation runtime{{.log = silence()}};
  Ref<Doer> doer = runtime.start<Doer>(&lines);
  Ref<Doer> other = runtime.start<Doer>();

  void linked() {
    doer.call([other = other](Doer& stage) { stage.link(other); });
    runtime.settle();
  }
  void end_other(const Reason& reason) {
    other.stop(reason);
    runtime.settle();
  }
};

TEST_F(Watching, AMonitorHearsOfTheEndOnce) {
  doer.call([other = other](Doer& stage) { stage.monitor(other); });
  runtime.settle();
  EXPECT_THAT(lines, IsEmpty());
  end_other(Reason("boom"));
  EXPECT_THAT(lines, ElementsAre("down: failure: boom"));
}

TEST_F(Watching, AMonitorOfAStageThatIsGoneHearsNoprocAtOnce) {
  other.stop();
  doer.call([other = other](Doer& stage) { stage.monitor(other); });
  runtime.settle();
  EXPECT_THAT(lines, ElementsAre("down: noproc"));
}

TEST_F(Watching, ADemonitorAlsoRemovesWhatIsQueued) {
  doer.call([other = other](Doer& stage) {
    const MonitorId gone = stage.monitor(AnyRef());
    stage.demonitor(gone);
    stage.demonitor(stage.monitor(other));
  });
  end_other(Reason("boom"));
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(Watching, AStageForgetsWhoNoLongerMonitorsIt) {
  MonitorId monitor;
  doer.call([&, other = other](Doer& stage) { monitor = stage.monitor(other); });
  runtime.settle();
  doer.call([&](Doer& stage) { stage.demonitor(monitor); });
  runtime.settle();
  end_other(Reason("boom"));
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(Watching, AnAbnormalEndIsFollowedByALinkedStageWithoutTerminate) {
  linked();
  end_other(Reason("boom"));
  EXPECT_FALSE(doer.alive());
  EXPECT_EQ(runtime.wait(doer), Reason("boom"));
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(Watching, ALinkWorksInBothDirections) {
  linked();
  doer.stop(Reason("boom"));
  runtime.settle();
  EXPECT_EQ(runtime.wait(other), Reason("boom"));
}

TEST_F(Watching, APoliteEndIsNotFollowed) {
  linked();
  end_other(Reason::shutdown());
  EXPECT_TRUE(doer.alive());
}

TEST_F(Watching, AnUnlinkedStageLivesOn) {
  linked();
  doer.call([other = other](Doer& stage) { stage.unlink(other); });
  end_other(Reason("boom"));
  EXPECT_TRUE(doer.alive());
}

TEST_F(Watching, AStageThatTrapsExitsIsToldInstead) {
  const auto trapper = runtime.start<Doer>(StartOptions{.exits = Exits::trap}, &lines);
  trapper.call([other = other](Doer& stage) { stage.link(other); });
  end_other(Reason("boom"));
  EXPECT_TRUE(trapper.alive());
  EXPECT_THAT(lines, ElementsAre("exit: failure: boom"));
}

TEST_F(Watching, AStageStartedLinkedTakesItsParentAlong) {
  const Ref<Doer> child = doer.call([](Doer& stage) { return stage.start_linked<Doer>({}); });
  child.kill();
  runtime.settle();
  EXPECT_EQ(runtime.wait(doer), Reason::killed());
}

}  // namespace
}  // namespace sluice::tests
