#include <memory>
#include <set>

#include "flow/actors.hpp"

namespace sluice::flow_tests {
namespace {

using ::testing::HasSubstr;
using Kind = flow::Outcome::Kind;

/// What one run of the flow under attack has shown.
struct Attack {
  Notes<long> mapped = {};          // by the first layer
  Notes<std::size_t> done_in = {};  // stages of the second layer whose window was done
  Notes<std::size_t> last_done = {};
  Notes<long> results = {};
};

constexpr long top = 200;

/// Two ranges, a layer of two mappers, one of three reducers, one of two that add their sums up.
[[nodiscard]] auto three_layers(const Attack& attack) {
  std::vector<std::vector<long>> ranges(2);
  for (long n = 1; n <= top; ++n) ranges[static_cast<std::size_t>(n % 2)].push_back(n);
  const auto note_done = [](const Notes<std::size_t>& where) {
    return flow::on_trigger([where](long& sum, const flow::Trigger& trigger, flow::Emit<long>& out) {
      if (trigger.done()) where.add(trigger.index);
      out(sum);
    });
  };
  const auto note = [](const Notes<long>& where) {
    return flow::map([where](long n) {
      where.add(n);
      return n;
    });
  };
  return flow::from_ranges(std::move(ranges), {.stages = 2, .max_demand = 10, .name = "map"}) |
         note(attack.mapped) | flow::partition({.stages = 3, .max_demand = 10, .name = "sum"}) |
         flow::reduce(0L, std::plus{}) | note_done(attack.done_in) |
         flow::shuffle({.stages = 2, .name = "total"}) | flow::reduce(0L, std::plus{}) |
         note_done(attack.last_done) | note(attack.results);
}

/// Which stage a seed lets crash, and at which of its callbacks.
[[nodiscard]] std::string crash(Simulation& simulation) {
  static const std::vector<std::string> stages = {"f/1[0]",     "f/1[1]",   "f/map[0]", "f/map[1]",
                                                  "f/sum[0]",   "f/sum[1]", "f/sum[2]", "f/total[0]",
                                                  "f/total[1]", "f"};
  const std::string stage = stages[simulation.seed() % stages.size()];
  simulation.crash(stage, 1 + simulation.seed() / stages.size() % 25);
  return stage;
}

void expect_complete(const Attack& attack) {
  EXPECT_EQ(attack.mapped.all().size(), static_cast<std::size_t>(top));
  EXPECT_EQ(attack.done_in.all().size(), 3U);
  long total = 0;
  for (const long n : attack.results.all()) total += n;
  EXPECT_EQ(total, top * (top + 1) / 2);
}

/// Whoever stands below a stage that crashed must not take what there is for all there is (E4).
void expect_no_done_below(const std::string& crashed, const Attack& attack) {
  const bool mid = crashed.starts_with("f/sum");
  const bool last = crashed.starts_with("f/total");
  if (!last) {
    EXPECT_THAT(attack.last_done.all(), IsEmpty()) << crashed;
  }
  if (!last && !mid) {
    EXPECT_THAT(attack.done_in.all(), IsEmpty()) << crashed;
  }
  const auto mapped = attack.mapped.all();
  const std::set<long> once(mapped.begin(), mapped.end());
  EXPECT_EQ(once.size(), mapped.size()) << "no event comes twice";
}

TEST(FlowFaults, AFlowWhoseStageCrashesFailsOrCompletesAndLeavesNothing) {
  std::size_t failures = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(
        {.seed = seed, .delay_chance = seed % 3 == 0 ? 0.2 : 0.0, .log = [](const LogRecord&) {}});
    const Attack attack;
    const std::string crashed = crash(simulation);
    try {
      const auto handle = three_layers(attack) | flow::start(simulation, {.name = "f"});
      const auto outcome = handle.wait(std::chrono::hours(1));
      ASSERT_TRUE(outcome) << "hangs after a crash of " << crashed;
      if (outcome->kind == Kind::completed) {
        expect_complete(attack);
      } else {
        ++failures;
        EXPECT_EQ(outcome->kind, Kind::failed);
        EXPECT_EQ(outcome->stage, crashed);
        if (crashed != "f") expect_no_done_below(crashed, attack);
      }
    } catch (const StartError&) {
      ++failures;
      EXPECT_THAT(attack.mapped.all(), IsEmpty());
    }
    simulation.settle();
    EXPECT_EQ(simulation.stage_count(), 0U);
    if (HasFailure()) return;
  }
  EXPECT_GT(failures, 300U) << "most of the crashes should have found their stage at work";
}

TEST(FlowFaults, AReaderOfAFlowWhoseStageCrashesNeverTakesAPartForTheWhole) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation({.seed = seed, .log = [](const LogRecord&) {}});
    const Attack attack;
    const std::string crashed = crash(simulation);
    try {
      long total = 0;
      for (const long n : three_layers(attack) | flow::to_vector(simulation, {.name = "f"})) total += n;
      EXPECT_EQ(total, top * (top + 1) / 2);
    } catch (const flow::FlowFailed& failure) {
      EXPECT_EQ(failure.outcome().stage, crashed);
    } catch (const StartError&) {
      EXPECT_THAT(attack.mapped.all(), IsEmpty());
    }
    simulation.settle();
    EXPECT_EQ(simulation.stage_count(), 0U);
    if (HasFailure()) return;
  }
}

// -- exceptions in functions of the user, at every place

[[noreturn]] long boom() { throw std::runtime_error("boom"); }
constexpr auto at_50 = [](long n) { return n == 50 ? boom() : n; };
[[nodiscard]] auto hundred(flow::LayerOptions options = {.stages = 2, .max_demand = 10}) {
  return flow::from(std::views::iota(1L, 101L), std::move(options));
}

/// Run and read, the flow fails with "boom" and leaves nothing.
template <class F>
void expect_boom(const F& flow, conformance::World& world) {
  const auto text_of = [](auto code) {
    try {
      code();
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  EXPECT_THAT(text_of([&] { static_cast<void>(events_of(flow, world)); }), HasSubstr("boom"));
  EXPECT_EQ(stages_left(world), 0U);
  EXPECT_THAT(text_of([&] { flow | flow::run(world.runtime()); }), HasSubstr("boom"));
  EXPECT_EQ(stages_left(world), 0U);
}

SCENARIO_OF(FlowFaults, AKeyThatThrows) {
  expect_boom(hundred() | flow::map(same) | flow::partition(at_50, {.stages = 2}) | flow::map(same), world);
  expect_boom(hundred() | flow::partition(at_50, {.stages = 2}) | flow::map(same), world);
}
SCENARIO_OF(FlowFaults, ARouteThatThrowsOrNamesNoPartition) {
  const auto route = [](long& n) -> std::optional<std::size_t> {
    return static_cast<std::size_t>(at_50(n) % 2);
  };
  expect_boom(
      hundred() | flow::map(same) | flow::partition(flow::route(route), {.stages = 2}) | flow::map(same),
      world);
  const auto beyond =
      hundred() | flow::map(same) |
      flow::partition(flow::route([](long& n) -> std::optional<std::size_t> { return n == 50 ? 7U : 0U; }),
                      {.stages = 2}) |
      flow::map(same);
  EXPECT_THROW(beyond | flow::run(world.runtime()), flow::FlowFailed);
  EXPECT_EQ(stages_left(world), 0U);
}
SCENARIO_OF(FlowFaults, AReducerThatThrows) {
  expect_boom(hundred() | flow::reduce(0L, [](long sum, long n) { return sum + at_50(n); }), world);
}
SCENARIO_OF(FlowFaults, ABeginningThatThrows) {
  expect_boom(hundred() | flow::shuffle({.stages = 2}) | flow::reduce([] { return boom(); }, std::plus{}),
              world);
}
SCENARIO_OF(FlowFaults, AnOnTriggerThatThrows) {
  expect_boom(hundred() | flow::partition({.stages = 2}) | flow::reduce(0L, std::plus{}) |
                  flow::on_trigger([](long&, const flow::Trigger&, flow::Emit<long>& out) { out(boom()); }),
              world);
}
SCENARIO_OF(FlowFaults, AnIteratorThatThrows) {
  expect_boom(flow::from(std::views::iota(1L, 101L) | std::views::transform(at_50), {.max_demand = 10}) |
                  flow::map(same),
              world);
}
SCENARIO_OF(FlowFaults, AnOnInitThatThrows) {
  flow::LayerOptions options{.stages = 3};
  options.on_init = [](std::size_t index, std::size_t) {
    if (index == 1) boom();
  };
  expect_boom(hundred() | flow::shuffle(options) | flow::map(same), world);
}
SCENARIO_OF(FlowFaults, AFactoryThatThrows) {
  const auto broken =
      child_from("broken", []() -> std::unique_ptr<Relay> { throw std::runtime_error("boom"); });
  expect_boom(hundred() | flow::through(broken) | flow::map(same), world);
}

}  // namespace
}  // namespace sluice::flow_tests
