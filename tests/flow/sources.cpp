#include <thread>

#include "flow/actors.hpp"

namespace sluice::flow_tests {
namespace {

using ::testing::HasSubstr;

/// The sum of each batch: an operator of a user.
struct SumOfBatch : flow::Operator {
  [[maybe_unused]] static constexpr bool batches = true;
  template <class In>
  using Output = In;
  template <class In>
  using State = In;

  template <class In>
  [[nodiscard]] In open(const flow::Context& /*context*/) {
    return {};
  }
  template <class S, class T, class Next>
  void push(S& sum, flow::Context& /*context*/, T event, const Next& /*next*/) {
    sum += event;
  }
  template <class S, class Next>
  void batch_end(S& sum, flow::Context& /*context*/, const Next& next) {
    next(std::exchange(sum, S{}));
  }
};

SCENARIO_EXCLUDED_BY_TYPE(FL_016_AFlowHasASource) {
  static_assert(!std::default_initializable<flow::Flow<long>>);
  EXPECT_THROW(static_cast<void>(flow::from_ranges(std::vector<std::vector<long>>{})), OptionError);
  EXPECT_THROW(static_cast<void>(flow::from_stages(std::vector<Ref<Counter>>{})), OptionError);
  EXPECT_THROW(static_cast<void>(flow::from_specs(std::vector<ChildOf<Counter>>{})), OptionError);
  EXPECT_THROW(static_cast<void>(flow::from_stages(Ref<Counter>())), OptionError);
}

SCENARIO(FL_026_ARunningProducerIsASource) {
  const auto numbers = [&] { return flow::from_stages(world->start<Counter>(0), {.stages = 1}); };
  const auto even = flow::filter([](long n) { return n % 2 == 0; });
  const auto twice = flow::flat_map([](long n) { return std::vector{n, n}; });
  EXPECT_THAT(first_of(numbers(), 5, world), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(first_of(numbers() | even, 5, world), ElementsAre(0, 2, 4, 6, 8));
  EXPECT_THAT(first_of(numbers() | twice, 5, world), ElementsAre(0, 0, 1, 1, 2));
  EXPECT_EQ(stages_left(world), 3U) << "the producers do not belong to the flows";
}

SCENARIO(FL_027_AProducerIsStartedWithTheFlow) {
  const auto sums = flow::from_specs(child<Counter>("counter", 0), {.stages = 1}) | SumOfBatch{};
  for (int times = 0; times != 2; ++times)
    EXPECT_THAT(first_of(sums, 5, world), ElementsAre(124750, 374750, 624750, 874750, 1124750));
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO(FL_028_AFlowWhoseSourcesIgnoreIsEmpty) {
  const auto sum =
      flow::from_specs(child<Unwilling>("unwilling"), {.stages = 2}) | flow::reduce(0L, std::plus{});
  EXPECT_THAT(events_of(sum, world), IsEmpty());
  const auto handle = sum | flow::start(world.runtime());
  EXPECT_FALSE(handle.coordinator());
  EXPECT_EQ(handle.wait()->kind, flow::Outcome::Kind::completed);
  handle.cancel();
  handle.trigger("now");
  handle.stop();
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, ASourceThatIgnoresIsLeftOut) {
  const auto both =
      flow::merge(flow::from_specs(child<Unwilling>("unwilling")), flow::from(std::vector<long>{1, 2, 3}));
  EXPECT_THAT(sorted(events_of(both | flow::shuffle({.stages = 2}) | flow::map(same), world)),
              ElementsAre(1, 2, 3));
}

SCENARIO(FL_030b_EachRangeIsAStageOfItsOwn) {
  const std::vector<std::vector<long>> ranges{{1, 2}, {3, 4}, {5, 6}};
  const auto handle = flow::from_ranges(ranges, {.stages = 2}) | flow::map(same) |
                      flow::start(world.runtime(), {.demand = DemandFlow::accumulate});
  EXPECT_EQ(stages_left(world), 1U + 3U + 2U) << "the coordinator, three sources, two mappers";
  handle.stop();
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO(FL_031_AProducerThatEndedBeforeIsComplete) {
  const auto ended = [&](const Reason& reason) {
    const auto source = world->start<Finite>({.name = "gone"}, 3);
    source.stop_async(reason);
    world->wait(source);
    return source;
  };
  for (const Reason& polite : {Reason(), Reason::shutdown(), Reason::shutdown("closed")}) {
    const auto numbers = flow::from_stages(ended(polite), {.stages = 2});
    EXPECT_THAT(events_of(numbers | flow::map(same), world), IsEmpty());
    const auto sums = numbers | flow::partition({.stages = 2}) | flow::reduce(0L, std::plus{});
    EXPECT_THAT(events_of(sums, world), ElementsAre(0, 0));
  }
  const auto failed = flow::from_stages(ended("disk full"), {.stages = 2}) | flow::map(same);
  const std::string error = error_of<flow::FlowFailed>([&] { static_cast<void>(events_of(failed, world)); });
  EXPECT_EQ(error, "the flow failed: stage \"gone\": failure: disk full");
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, ARunningSourceComesToItsEnd) {
  for (const Reason& polite : {Reason(), Reason::shutdown("empty")}) {
    const auto one = world->start<Finite>(3, polite, DemandFlow::accumulate);
    const auto two = world->start<Finite>(2, polite);
    const auto sum = flow::from_stages(std::vector{one, two}, {.stages = 2}) |
                     flow::partition({.stages = 1}) | flow::reduce(0L, std::plus{});
    EXPECT_THAT(events_of(sum, world), ElementsAre(9));
  }
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, ASourceThatFailsHalfWayFailsTheFlow) {
  const auto numbers =
      flow::from_specs(child<Finite>("numbers", 60, Reason("disk full")), {.stages = 2, .max_demand = 10});
  const std::string error = error_of<flow::FlowFailed>([&] {
    static_cast<void>(numbers | flow::map(same) | flow::to_vector(world.runtime(), {.name = "sums"}));
  });
  EXPECT_EQ(error, "the flow failed: stage \"sums/numbers\": failure: disk full");
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, ASourceThatCannotStartFailsTheStart) {
  const auto broken = flow::from_specs(
      child_from("broken", []() -> std::unique_ptr<Counter> { throw std::runtime_error("no such file"); }));
  const auto both =
      flow::merge(flow::from(std::vector<long>{1}), broken) | flow::shuffle({.stages = 2}) | flow::map(same);
  const std::string error =
      error_of<StartError>([&] { static_cast<void>(both | flow::start(world.runtime(), {.name = "both"})); });
  EXPECT_THAT(error, AllOf(HasSubstr("both/broken"), HasSubstr("no such file")));
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, AnInletIsASource) {
  auto [inlet, ref] = world->start_inlet<long>();
  const auto notes = Notes<long>();
  const auto handle = flow::from_stages(ref, {.stages = 2}) | flow::map([notes](long n) {
                        notes.add(n);
                        return n;
                      }) |
                      flow::start(world.runtime());
  for (const long n : {1, 2, 3}) EXPECT_TRUE(inlet.try_push(n));
  world.settle();
  EXPECT_THAT(sorted(notes.all()), ElementsAre(1, 2, 3));
  EXPECT_FALSE(handle.wait(Duration(1)));
  inlet.close();
  EXPECT_EQ(handle.wait()->kind, flow::Outcome::Kind::completed);
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(Flow, ARunningSourceNeedsNoLayerInFrontOfAShuffle) {
  const auto counter = world->start<Counter>(0);
  const auto stages_of = [&](const auto& flow) {
    const auto handle = flow | flow::start(world.runtime(), {.demand = DemandFlow::accumulate});
    const std::size_t count = stages_left(world) - 2;  // without the counter and the coordinator
    handle.stop();
    world.settle();
    return count;
  };
  const auto numbers = flow::from_stages(counter, {.stages = 2});
  EXPECT_EQ(stages_of(numbers | flow::shuffle({.stages = 3}) | flow::map(same)), 3U);
  EXPECT_EQ(stages_of(numbers | flow::map(same)), 2U);
  EXPECT_EQ(stages_of(numbers | flow::partition({.stages = 3}) | flow::map(same)), 2U + 3U);
}

SCENARIO_OF(Flow, ARunningSourceIsAskedForNothingBeforeItIsTime) {
  const auto counter = world->start<Counter>(0);
  const Notes<long> notes;
  const auto handle = flow::from_stages(counter, {.stages = 1, .max_demand = 10}) |
                      flow::map([notes](long n) {
                        notes.add(n);
                        return n;
                      }) |
                      flow::into() | flow::start(world.runtime(), {.demand = DemandFlow::accumulate});
  const auto collector = world->start<Collector>(Notes<long>());
  handle.subscribe(collector, {.max_demand = 10, .on_cancel = OnCancel::temporary});
  world.settle();
  EXPECT_THAT(notes.all(), IsEmpty());
  EXPECT_TRUE(counter.inspect().consumers.empty());
  handle.stop();
  EXPECT_EQ(stages_left(world), 2U);
}

}  // namespace
}  // namespace sluice::flow_tests
