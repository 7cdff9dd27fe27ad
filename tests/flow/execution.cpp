#include <array>
#include <thread>

#include "flow/actors.hpp"

namespace sluice::flow_tests {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = flow::Outcome::Kind;

[[nodiscard]] auto noting(const Notes<long>& notes) {
  return flow::map([notes](long n) {
    notes.add(n);
    return n;
  });
}
[[nodiscard]] std::vector<long> numbers(long from, long to) {
  std::vector<long> made;
  for (long n = from; n <= to; ++n) made.push_back(n);
  return made;
}
[[nodiscard]] auto one_to(long to, flow::LayerOptions options = {.stages = 1}) {
  return flow::from(numbers(1, to), std::move(options));
}
[[nodiscard]] auto endless() { return flow::from_specs(child<Counter>("counter", 1), {.stages = 2}); }

SCENARIO(FL_117_RunAnswersWhenAllIsDone) {
  const Notes<long> seen;
  const flow::Outcome outcome = one_to(5, {.stages = 2}) | noting(seen) | flow::run(world.runtime());
  EXPECT_EQ(outcome, flow::Outcome());
  EXPECT_THAT(sorted(seen.all()), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(stages_left(world), 0U);
  EXPECT_THAT(world.logs(Severity::error), IsEmpty());
  EXPECT_THAT(world.logs(Severity::warning), IsEmpty());
}

SCENARIO(FL_118_AStartedFlowEndsNormallyAndHasAName) {
  const Notes<long> seen;
  const auto even = one_to(6, {.stages = 2}) | flow::filter([](long n) { return n % 2 == 0; }) | noting(seen);
  const auto handle = even | flow::start(world.runtime(), {.name = "even", .demand = DemandFlow::accumulate});
  const auto found = world->find<flow::Coordinator>("even");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, handle.coordinator());
  EXPECT_EQ(handle.inspect().description, "flow of 2 layers, 3 of 3 stages alive");
  const std::string taken =
      error_of<StartError>([&] { static_cast<void>(even | flow::start(world.runtime(), {.name = "even"})); });
  EXPECT_THAT(taken, HasSubstr("the name \"even\" is taken"));
  handle.demand_flow(DemandFlow::forward);
  EXPECT_EQ(world->wait(handle.coordinator()), Reason::normal());
  EXPECT_EQ(handle.wait()->kind, Kind::completed);
  EXPECT_THAT(sorted(seen.all()), ElementsAre(2, 4, 6));
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO(FL_120_AConsumerOfTheFlowEndsIt) {
  for (const Reason& reason : {Reason("oops"), Reason::shutdown()}) {
    const Notes<long> seen;
    const auto consumer = child<Collector>(
        {.id = "sink", .options = {.name = "sink"}, .restart = Restart::permanent}, seen, Notes<Reason>());
    const auto handle = endless() | flow::into({.max_demand = 10}, consumer) |
                        flow::start(world.runtime(), {.demand = DemandFlow::accumulate});
    world->find<Collector>("sink")->stop_async(reason);
    const Reason end = *world->wait(handle.coordinator());
    EXPECT_EQ(end.kind(), reason.polite() ? Reason::Kind::normal : Reason::Kind::shutdown);
    const flow::Outcome outcome = *handle.wait();
    EXPECT_EQ(outcome.kind, reason.polite() ? Kind::cancelled : Kind::failed);
    if (!reason.polite()) {
      EXPECT_EQ(outcome.stage, "sink");
      EXPECT_EQ(outcome.reason, reason);
    }
    EXPECT_EQ(stages_left(world), 0U);
  }
}

SCENARIO(FL_121_AFlowGoesThroughRunningStages) {
  const std::array<Notes<std::vector<long>>, 2> batches;
  const auto first = world->start<Relay>(batches[0]);
  const auto second = world->start<Relay>(batches[1]);
  const Notes<long> seen;
  const auto handle = one_to(6, {.stages = 1, .max_demand = 6, .min_demand = 3}) | flow::map(same) |
                      flow::through(first, {.max_demand = 6, .min_demand = 3}, {.stages = 1}) |
                      flow::filter([](long n) { return n % 2 == 0; }) |
                      flow::through(second, {}, {.stages = 1}) | noting(seen) | flow::start(world.runtime());
  world.settle();
  EXPECT_THAT(batches[0].all(), ElementsAre(ElementsAre(1, 2, 3), ElementsAre(4, 5, 6)));
  EXPECT_THAT(batches[1].all(), ElementsAre(ElementsAre(2), ElementsAre(4, 6)));
  EXPECT_THAT(seen.all(), ElementsAre(2, 4, 6));
  EXPECT_FALSE(handle.wait(Duration(1))) << "when a running stage ends is the business of its owner";
  first.stop_async();
  EXPECT_EQ(stages_left(world), 1U + 1U + 1U) << "the second one, the layer below, the coordinator";
  second.stop_async();
  EXPECT_EQ(handle.wait()->kind, Kind::completed);
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, StagesOfTheFlowItGoesThroughEndWithIt) {
  const Notes<std::vector<long>> batches;
  const auto relays = std::vector{child<Relay>("one", batches), child<Relay>("two", batches)};
  const auto sum = one_to(1000, {.stages = 2, .max_demand = 10}) | flow::map(same) |
                   flow::through(relays, {.max_demand = 10}, {.stages = 2}) | flow::map(same) |
                   flow::shuffle({.stages = 1}) | flow::reduce(0L, std::plus{});
  EXPECT_THAT(events_of(sum, world), ElementsAre(500500));
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO(FL_122_AConsumerMaySubscribeLater) {
  const auto handle = one_to(5) | flow::map(same) | flow::into() | flow::start(world.runtime());
  world.settle();
  const Notes<long> seen;
  const Notes<Reason> ends;
  const auto consumer = world->start<Collector>(seen, ends);
  EXPECT_EQ(handle.subscribe(consumer, {.max_demand = 1, .on_cancel = OnCancel::transient}).size(), 1U);
  EXPECT_EQ(handle.wait()->kind, Kind::completed);
  world.settle();
  EXPECT_THAT(seen.all(), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_TRUE(consumer.alive()) << "a polite end does not end a transient consumer";
  EXPECT_THAT(handle.subscribe(consumer), IsEmpty()) << "nothing is left to subscribe to";
  consumer.stop();
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO(FL_123_ARangeMaySubscribeLater) {
  const auto odd = one_to(100000) | flow::filter([](long n) { return n % 2 == 1; });
  const auto handle = odd | flow::into() | flow::start(world.runtime());
  world.settle();
  std::vector<long> taken;
  {
    auto range = world->to_range<long>(handle.outputs());
    for (const long n : range) {
      taken.push_back(n);
      if (taken.size() == 5) break;
    }
  }
  EXPECT_THAT(taken, ElementsAre(1, 3, 5, 7, 9));
  const flow::Outcome outcome = *handle.wait();
  EXPECT_EQ(outcome.kind, Kind::cancelled);
  EXPECT_THAT(outcome.reason.to_string(), HasSubstr("nobody wants its events any more"));
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO(FL_124_NothingMovesBeforeDemandIsForwarded) {
  const Notes<long> seen;
  const auto consumer = world->start<Collector>(seen);
  const auto running = world->start<Finite>(13, Reason(), DemandFlow::forward);
  const auto all =
      flow::merge(one_to(3), flow::from_specs(child<Finite>("finite", 5)), flow::from_stages(running));
  const auto handle = all | flow::shuffle({.stages = 2}) | flow::map(same) | flow::into(consumer) |
                      flow::start(world.runtime(), {.demand = DemandFlow::accumulate});
  world.settle();
  EXPECT_THAT(seen.all(), IsEmpty());
  handle.demand_flow(DemandFlow::forward);
  EXPECT_EQ(handle.wait()->kind, Kind::completed);
  world.settle();
  EXPECT_EQ(seen.all().size(), 3U + 5U + 13U);
  consumer.stop();
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, DemandOfARunningFlowCanBeHeldBack) {
  const Notes<long> seen;
  const auto running = world->start<Counter>(0);
  const auto handle = flow::from_stages(running, {.stages = 1, .max_demand = 10}) | noting(seen) |
                      flow::into() | flow::start(world.runtime(), {.demand = DemandFlow::accumulate});
  auto range = world->to_range<long>(handle.outputs({.max_demand = 10, .on_cancel = OnCancel::transient}));
  handle.demand_flow(DemandFlow::forward);
  auto event = range.begin();
  handle.demand_flow(DemandFlow::accumulate);
  world.settle();
  const std::size_t before = seen.all().size();
  std::size_t read = 1;
  for (; seen.all().size() != read; ++read) {
    ++event;
    world.settle();
  }
  EXPECT_LE(read, before + 20) << "what was asked for still comes";
  handle.demand_flow(DemandFlow::forward);
  ++event;
  EXPECT_EQ(*event, static_cast<long>(read));
}

SCENARIO(FL_126_LeavingEarlyEndsEverything) {
  EXPECT_EQ(first_of(endless(), 10, world).size(), 10U);
  EXPECT_EQ(stages_left(world), 0U);
  const auto deep = endless() | flow::map(same) | flow::partition({.stages = 3}) | flow::map(same) |
                    flow::shuffle({.stages = 2}) | flow::map(same);
  EXPECT_EQ(first_of(deep, 10, world).size(), 10U);
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO(FL_127_AReaderThatThrowsEndsTheFlow) {
  const std::string error = error_of<std::runtime_error>([&] {
    for (const long n : endless() | flow::map(same) | flow::to_range(world.runtime()))
      throw std::runtime_error("enough of " + std::to_string(n));
  });
  EXPECT_THAT(error, HasSubstr("enough of "));
  EXPECT_EQ(stages_left(world), 0U);
}

[[noreturn]] long throws(const char* what) { throw std::runtime_error(what); }

SCENARIO(FL_128_AnExceptionFailsTheFlow) {
  const auto broken = one_to(100, {.stages = 2, .max_demand = 10, .name = "broken"}) |
                      flow::map([](long n) { return n == 60 ? throws("cannot do 60") : n; });
  const std::string error = error_of<flow::FlowFailed>(
      [&] { static_cast<void>(broken | flow::to_vector(world.runtime(), {.name = "numbers"})); });
  EXPECT_THAT(error, ::testing::MatchesRegex(
                         "the flow failed: stage \"numbers/broken.[01].\": failure: cannot do 60"));
  const auto handle = broken | flow::start(world.runtime());
  EXPECT_EQ(world->wait(handle.coordinator())->kind(), Reason::Kind::shutdown);
  EXPECT_EQ(handle.wait()->kind, Kind::failed);
  EXPECT_EQ(stages_left(world), 0U);
  EXPECT_EQ(world.logged(Severity::error, "cannot do 60"), 2U) << "each failure is logged once";
}

/// Throws when its 60th element is read.
[[nodiscard]] auto breaking_off() {
  const auto element = [](long n) { return n == 60 ? throws("line 60") : n; };
  return flow::from(std::views::iota(1L, 101L) | std::views::transform(element),
                    {.stages = 1, .max_demand = 10});
}

SCENARIO(FL_129_ARangeThatThrowsFailsTheFlow) {
  const auto bystander = world->start<Counter>(0);
  std::vector<long> read;
  const std::string error = error_of<RangeFailed>([&] {
    for (const long n : breaking_off() | flow::map(same) | flow::to_range(world.runtime())) read.push_back(n);
  });
  EXPECT_THAT(error, HasSubstr("line 60"));
  EXPECT_LT(read.size(), 60U);
  EXPECT_EQ(stages_left(world), 1U);
  EXPECT_TRUE(bystander.alive());
}

SCENARIO(FL_130_DoneDoesNotFireInAFlowThatFailed) {
  const Notes<long> sums;
  const auto handle = breaking_off() | flow::partition({.stages = 2}) | flow::reduce(0L, std::plus{}) |
                      noting(sums) | flow::start(world.runtime());
  const flow::Outcome outcome = *handle.wait();
  EXPECT_EQ(outcome.kind, Kind::failed);
  EXPECT_EQ(outcome.reason.text(), "line 60");
  EXPECT_THAT(sums.all(), IsEmpty());
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO(FL_132_RunDropsWhatAReduceEmits) {
  const Notes<long> seen;
  const auto handled = one_to(10, {.stages = 2}) |
                       flow::emit_and_reduce(0L,
                                             [](long& sum, long n, flow::Emit<long>& out) {
                                               sum += n;
                                               out(n);
                                             }) |
                       noting(seen);
  EXPECT_EQ((handled | flow::run(world.runtime())).kind, Kind::completed);
  EXPECT_EQ(seen.all().size(), 10U + 2U);
  EXPECT_THAT(world.logs(Severity::error), IsEmpty());
}

}  // namespace
}  // namespace sluice::flow_tests
