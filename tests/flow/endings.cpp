#include <atomic>

#include "flow/actors.hpp"

namespace sluice::flow_tests {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = flow::Outcome::Kind;
using namespace std::chrono_literals;

[[nodiscard]] auto noting(const Notes<long>& notes) {
  return flow::map([notes](long n) {
    notes.add(n);
    return n;
  });
}
[[nodiscard]] auto endless() { return flow::from_specs(child<Counter>("counter", 1), {.stages = 2}); }
/// Notes its sum when it is done, and at triggers.
[[nodiscard]] auto summed(const Notes<long>& sums) {
  return endless() | flow::map(same) | flow::partition({.stages = 2}) | flow::reduce(0L, std::plus{}) |
         noting(sums);
}
/// Some turns of a simulation; under threads just some time for the others.
void go_on(conformance::World& world) {
  auto* const simulation = dynamic_cast<Simulation*>(&world.runtime());
  for (int turns = 0; simulation != nullptr && turns != 40; ++turns) simulation->step();
}

SCENARIO_OF(Flow, AFlowThatIsStoppedFiresNoDone) {
  const Notes<long> sums;
  const auto handle = summed(sums) | flow::start(world.runtime());
  go_on(world);
  handle.stop();
  EXPECT_EQ(*handle.wait(), (flow::Outcome{Kind::cancelled, Reason::shutdown(), ""}));
  EXPECT_THAT(sums.all(), IsEmpty());
  EXPECT_EQ(stages_left(world), 0U);
  EXPECT_THAT(world.logs(Severity::error), IsEmpty());
}

SCENARIO_OF(Flow, AFlowThatIsCancelledComesToItsEnd) {
  const auto running = world->start<Counter>(1);
  for (const DemandFlow demand : {DemandFlow::forward, DemandFlow::accumulate}) {
    const Notes<long> sums;
    const Notes<long> mapped;
    const auto both = flow::merge(flow::from_stages(running, {.stages = 2}), endless());
    const auto handle = both | flow::shuffle({.stages = 2}) | noting(mapped) |
                        flow::partition({.stages = 2}) | flow::reduce(0L, std::plus{}) | noting(sums) |
                        flow::start(world.runtime(), {.demand = demand});
    go_on(world);
    handle.cancel();
    EXPECT_EQ(*handle.wait(), (flow::Outcome{Kind::cancelled, Reason::shutdown(), ""}));
    long total = 0;
    for (const long n : mapped.all()) total += n;
    const auto fired = sums.all();
    ASSERT_EQ(fired.size(), 2U) << "done fires in both stages";
    EXPECT_EQ(fired[0] + fired[1], total) << "what was under way came through";
    EXPECT_EQ(stages_left(world), 1U);
  }
}

SCENARIO_OF(Flow, AFlowWhoseCoordinatorIsKilledLeavesNothingBehind) {
  const Notes<long> sums;
  const auto handle = summed(sums) | flow::start(world.runtime(), {.name = "sums"});
  go_on(world);
  handle.coordinator().kill();
  EXPECT_EQ(*handle.wait(), (flow::Outcome{Kind::failed, Reason::killed(), "sums"}));
  EXPECT_THAT(sums.all(), IsEmpty());
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, ARuntimeThatShutsDownDrainsItsFlows) {
  const Notes<long> sums;
  const Notes<long> mapped;
  const auto handle = endless() | noting(mapped) | flow::partition({.stages = 2}) |
                      flow::reduce(0L, std::plus{}) | noting(sums) | flow::start(world.runtime());
  go_on(world);
  const ShutdownReport report = world->shutdown(5s);
  EXPECT_TRUE(report.drained);
  EXPECT_THAT(report.still_running, IsEmpty());
  EXPECT_EQ(world->stage_count(), 0U);
  EXPECT_EQ(handle.wait()->kind, Kind::cancelled);
  long total = 0;
  for (const long n : mapped.all()) total += n;
  long fired = 0;
  for (const long n : sums.all()) fired += n;
  EXPECT_EQ(fired, total);
}

SCENARIO_OF(Flow, AFlowThatNeverBeganShutsDown) {
  const auto running = world->start<Counter>(1);
  const auto handle = flow::merge(flow::from_stages(running), endless()) | flow::shuffle({.stages = 2}) |
                      flow::map(same) | flow::into() |
                      flow::start(world.runtime(), {.demand = DemandFlow::accumulate});
  world.settle();
  const ShutdownReport report = world->shutdown(5s);
  EXPECT_THAT(report.still_running, IsEmpty());
  EXPECT_EQ(world->stage_count(), 0U);
  EXPECT_EQ(handle.wait()->kind, Kind::cancelled);
}

SCENARIO_OF(Flow, ATriggerByNameFiresInTheLastLayer) {
  const Notes<std::string> names;
  const auto named = flow::from(std::vector<long>{1, 2, 3}, {.stages = 1}) | flow::shuffle({.stages = 2}) |
                     flow::reduce(0L, std::plus{}) |
                     flow::on_trigger([names](long&, const flow::Trigger& trigger, flow::Emit<long>&) {
                       names.add(to_string(trigger.name));
                     });
  const auto handle = named | flow::start(world.runtime(), {.demand = DemandFlow::accumulate});
  handle.trigger("now");
  world.settle();
  EXPECT_THAT(names.all(), ElementsAre("now", "now"));
  handle.demand_flow(DemandFlow::forward);
  EXPECT_EQ(handle.wait()->kind, Kind::completed);
  EXPECT_THAT(names.all(), ElementsAre("now", "now", "done", "done"));
  handle.trigger("too late");
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, AStageThatDoesNotStopInTimeIsKilled) {
  auto* const simulation = dynamic_cast<Simulation*>(&world.runtime());
  if (simulation == nullptr) return;  // under threads nobody can interrupt a callback
  simulation->slow("slow/2[0]", std::chrono::hours(1));
  const auto handle = flow::from(std::views::iota(1L), {.stages = 1, .max_demand = 2, .shutdown = 3s}) |
                      flow::map(same) | flow::start(world.runtime(), {.name = "slow"});
  world.advance(1ms);
  handle.stop();
  EXPECT_EQ(world.logged(Severity::warning, "stage \"slow/2[0]\" did not stop within 3 s: killed"), 1U);
  EXPECT_GE(world.logged(Severity::warning, "waits for stage \"slow/2[0]\": it was killed"), 1U);
  EXPECT_EQ(handle.wait()->kind, Kind::cancelled);
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, ASupervisedFlowIsStartedAnewAsAWhole) {
  const auto attempts = std::make_shared<std::atomic<int>>(0);
  const Notes<long> sums;
  const auto flaky = flow::from(std::vector<long>{1, 2, 3, 4}, {.stages = 2, .max_demand = 2}) |
                     flow::map([attempts](long n) {
                       if (n == 3 && attempts->fetch_add(1) < 2) throw std::runtime_error("not yet");
                       return n;
                     }) |
                     flow::partition({.stages = 2}) | flow::reduce(0L, std::plus{}) | noting(sums);
  const auto root = world->start(
      supervisor({}, flow::child({.id = "flaky", .restart = Restart::transient}, flaky, {.name = "flaky"})));
  world.settle();
  EXPECT_EQ(attempts->load(), 3);
  EXPECT_EQ(root.counts().active, 0U) << "it has completed, and transient children are not repeated then";
  const auto fired = sums.all();
  ASSERT_EQ(fired.size(), 2U);
  EXPECT_EQ(fired[0] + fired[1], 10);
  EXPECT_EQ(world.logged(Severity::error, "child \"flaky\" ended: failure: not yet; starts it anew"), 2U);
  root.stop();
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, ASupervisorEndsItsFlows) {
  const Notes<long> seen;
  const Notes<Reason> ends;
  const auto root = world->start(supervisor(
      {}, flow::child("endless",
                      endless() | flow::into({.max_demand = 10}, child<Collector>("sink", seen, ends)))));
  go_on(world);
  const auto coordinator = root.child<flow::Coordinator>("endless");
  EXPECT_THAT(coordinator.inspect().description, StartsWith("flow of "));
  root.stop();
  EXPECT_EQ(ends.all().size(), 1U);
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, ConsumersOfTheFlowHandleItsLastEvent) {
  const Notes<long> seen;
  const Notes<Reason> ends;
  const auto sink = child<Collector>("sink", seen, ends);
  const auto all = flow::from(std::views::iota(0L, 1000L), {.stages = 3, .max_demand = 10}) |
                   flow::map(same) | flow::into({.max_demand = 7}, sink, sink);
  for (int times = 1; times != 3; ++times) {
    EXPECT_EQ((all | flow::run(world.runtime())).kind, Kind::completed);
    EXPECT_EQ(seen.all().size(), 1000U * static_cast<std::size_t>(times));
    EXPECT_THAT(ends.all(), ::testing::Each(Reason::normal()));
  }
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, EventsAreDividedAmongConsumersAsOneSays) {
  const Notes<long> first;
  const Notes<long> second;
  const auto one = world->start<Collector>(first);
  const auto two = world->start<Collector>(second);
  const auto shared = flow::from(std::vector<long>{1, 2, 3}, {.stages = 1}) | flow::map(same) |
                      flow::into(one, two) | flow::divided(broadcast());
  EXPECT_EQ((shared | flow::run(world.runtime())).kind, Kind::completed);
  world.settle();
  EXPECT_THAT(first.all(), ElementsAre(1, 2, 3));
  EXPECT_THAT(second.all(), ElementsAre(1, 2, 3));
}

SCENARIO_OF(Flow, AConsumerThatLeavesHalfWayCancelsTheFlow) {
  const auto collector = world->start<Collector>(Notes<long>());
  const auto handle =
      endless() | flow::map(same) | flow::into({.max_demand = 10}, collector) | flow::start(world.runtime());
  go_on(world);
  collector.stop_async("tired");
  const flow::Outcome outcome = *handle.wait();
  EXPECT_EQ(outcome.kind, Kind::cancelled);
  EXPECT_THAT(outcome.reason.to_string(), HasSubstr("tired"));
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, AConsumerThatHadEndedIsMissed) {
  for (const Reason& reason : {Reason(), Reason("burnt")}) {
    const auto collector = world->start<Collector>({.name = "ash"}, Notes<long>());
    collector.stop_async(reason);
    world->wait(collector);
    const auto handle = endless() | flow::map(same) | flow::into(collector) | flow::start(world.runtime());
    const flow::Outcome outcome = *handle.wait();
    EXPECT_EQ(outcome.kind, reason.polite() ? Kind::cancelled : Kind::failed);
    EXPECT_THAT(to_string(outcome), HasSubstr("\"ash\""));
    EXPECT_EQ(stages_left(world), 0U);
  }
}

SCENARIO_OF(Flow, AConsumerMaySubscribeWhenOnlyResultsAreLeft) {
  const auto sum = flow::from(std::vector<long>{}, {.stages = 1}) | flow::reduce(7L, std::plus{});
  const auto handle = sum | flow::into() | flow::start(world.runtime());
  world.settle();
  const Notes<long> seen;
  const auto late = world->start<Collector>(seen);
  EXPECT_EQ(handle.subscribe(late).size(), 1U);
  EXPECT_EQ(handle.wait()->kind, Kind::completed);
  world.settle();
  EXPECT_THAT(seen.all(), ElementsAre(7));
}

SCENARIO_OF(Flow, AnEmptyFlowStillHasItsResultsRead) {
  const auto sum = flow::from(std::vector<long>{}, {.stages = 3}) | flow::reduce(7L, std::plus{});
  for (int times = 0; times != 20; ++times) EXPECT_THAT(events_of(sum, world), ElementsAre(7, 7, 7));
}

/// Nothing begins before the reader has subscribed, however long that takes.
TEST(Flow, AReaderIsWaitedForThatIsLate) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation({.seed = seed, .delay_chance = 0.5, .log = [](const LogRecord&) {}});
    const auto none = flow::from(std::vector<long>{}, {.stages = 2}) | flow::map(same);
    EXPECT_THAT(none | flow::to_vector(simulation), IsEmpty());
    const auto sum = none | flow::reduce(7L, std::plus{});
    EXPECT_THAT(sum | flow::to_vector(simulation), ElementsAre(7, 7));
    if (HasFailure()) return;
  }
}

SCENARIO_OF(Flow, ARangeReadToItsEndLeavesACompletedFlow) {
  for (int times = 0; times != 5; ++times) {
    std::optional<flow::FlowHandle<long>> handle;
    {
      auto range = flow::from(std::vector<long>{1, 2, 3}, {.stages = 3}) | flow::map(same) |
                   flow::to_range(world.runtime());
      handle = range.handle();
      for (const long n : range) EXPECT_LE(n, 3);
    }
    EXPECT_EQ(*handle->wait(), flow::Outcome());
  }
}

SCENARIO_OF(Flow, ARunThatSomebodyStopsAnswersThat) {
  const auto stopper = [&](long n) {
    if (n == 100) world->find<flow::Coordinator>("mine")->stop_async(Reason::shutdown("changed my mind"));
    return n;
  };
  const flow::Outcome outcome = endless() | flow::map(stopper) | flow::run(world.runtime(), {.name = "mine"});
  EXPECT_EQ(outcome, (flow::Outcome{Kind::cancelled, Reason::shutdown("changed my mind"), ""}));
  const std::string error = error_of<flow::FlowFailed>([&] {
    static_cast<void>(endless() | flow::map(stopper) | flow::to_vector(world.runtime(), {.name = "mine"}));
  });
  EXPECT_EQ(error, "the flow was cancelled: shutdown: changed my mind");
  EXPECT_EQ(stages_left(world), 0U);
}

}  // namespace
}  // namespace sluice::flow_tests
