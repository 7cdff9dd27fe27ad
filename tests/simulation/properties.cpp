#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "run.hpp"

// SLUICE_SEEDS=n runs the seeds 1 … n of each property, SLUICE_SEED=n only n.

namespace sluice::simulation {
namespace {

std::uint64_t number(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct Outcome {
  std::uint64_t trace = 0;
  std::uint64_t turns = 0;
  std::uint64_t digest = 0;
  std::uint64_t events = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome run(std::uint64_t seed, const Weather& weather) {
  Outcome outcome;
  {
    SimulationOptions options{.seed = seed, .log = [](const LogRecord& /*record*/) {}};
    if (weather.late && seed % 2 == 0) options.delay_chance = 0.02 * static_cast<double>(1 + seed % 10);
    Simulation simulation(options);
    Run one(simulation, Dice(seed * 2 + 1), weather);
    one.live();
    outcome = {simulation.trace_hash(), simulation.turns(), one.digest(), one.events_handled()};
    one.end();
  }
  require(Source::alive == 0 && Step::alive == 0 && Sink::alive == 0, "stages leak");
  require(Event::alive == 0, std::to_string(Event::alive) + " events leak");
  return outcome;
}

/// 400 seeds each of five properties.
void for_all_seeds(const char* test, const Weather& weather) {
  const std::uint64_t only = number("SLUICE_SEED", 0);
  const std::uint64_t first = only != 0 ? only : 1;
  const std::uint64_t last = only != 0 ? only : number("SLUICE_SEEDS", 400);
  std::uint64_t events = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    try {
      const Outcome outcome = run(seed, weather);
      events += outcome.events;
      if (seed % 16 == 0) require(run(seed, weather) == outcome, "the same seed gives another run");
    } catch (const std::exception& error) {
      Source::alive = Step::alive = Sink::alive = 0;
      Event::alive = 0;
      ADD_FAILURE() << error.what() << "\nrepeat it with: SLUICE_SEED=" << seed
                    << " test_simulation --gtest_filter=Properties." << test;
      if (number("SLUICE_GO_ON", 0) == 0) return;
    }
  }
  std::cout << last - first + 1 << " seeds, " << events << " events handled\n";
}

TEST(Properties, AnyTopology) { for_all_seeds("AnyTopology", {}); }
TEST(Properties, ChangingSubscriptions) { for_all_seeds("ChangingSubscriptions", {.changes = true}); }
TEST(Properties, LateMessages) { for_all_seeds("LateMessages", {.changes = true, .late = true}); }
TEST(Properties, SlowStages) { for_all_seeds("SlowStages", {.changes = true, .slow = true, .late = true}); }
TEST(Properties, CrashingStages) {
  for_all_seeds("CrashingStages", {.changes = true, .faults = true, .slow = true, .late = true});
}

}  // namespace
}  // namespace sluice::simulation
