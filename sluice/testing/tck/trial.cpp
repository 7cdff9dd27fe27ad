#include "sluice/testing/tck/trial.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::tck {

namespace {

constexpr std::uint64_t most_turns = 200'000;

LogSink silence() {
  return [](const LogRecord& /*record*/) {};
}

/// False: it has seen a rule broken.
bool run_in(Runtime& runtime, Simulation* simulation, std::uint64_t seed, Findings& findings,
            const Scenario& scenario, const Effort& effort) {
  bool holds = false;
  try {
    Trial trial(findings, runtime, simulation, seed, effort.patience);
    scenario.run(trial);
    holds = true;
  } catch (const Trial::Broken& broken) {
    findings.broken(broken.rule(), broken.what(), seed);
  } catch (const std::exception& thrown) {
    findings.broken(scenario.rule, std::string("threw: ") + thrown.what(), seed);
  }
  runtime.shutdown(std::chrono::milliseconds(1));  // does not wait for events that nobody asks for
  return holds;
}

bool run_simulated(std::uint64_t seed, Findings& findings, const Scenario& scenario, const Effort& effort) {
  Simulation simulation({.seed = seed, .log = silence()});
  return run_in(simulation, &simulation, seed, findings, scenario, effort);
}

void run_threaded(Findings& findings, const Scenario& scenario, const Effort& effort) {
  Runtime runtime({.workers = 2, .clock = std::make_shared<ManualClock>(), .log = silence()});
  static_cast<void>(run_in(runtime, nullptr, 0, findings, scenario, effort));
}

}  // namespace

void Trial::settle() {
  if (simulation_ == nullptr) {
    runtime_.settle();
    return;
  }
  for (std::uint64_t turns = 0; simulation_->step(); ++turns) {
    if (turns == most_turns)
      throw std::runtime_error("not settled after " + std::to_string(turns) + " turns");
  }
}

void Trial::pass(Duration time) {
  runtime_.advance(time);
  settle();
}

std::vector<std::uint64_t> seeds_of(std::uint64_t count) {
  if (const char* const only = std::getenv("SLUICE_SEED")) return {std::strtoull(only, nullptr, 10)};
  std::vector<std::uint64_t> seeds(static_cast<std::size_t>(count));
  for (std::uint64_t& seed : seeds) seed = 1 + static_cast<std::uint64_t>(&seed - seeds.data());
  return seeds;
}

void run(Findings& findings, const std::vector<Scenario>& scenarios, const Effort& effort) {
  if (effort.seeds == 0) throw OptionError("seeds", "must be at least 1, got 0");
  if (effort.patience <= Duration::zero()) {
    throw OptionError("patience", "must be positive, got " + std::to_string(effort.patience.count()) + " ns");
  }
  for (const Scenario& scenario : scenarios) {
    const auto broken =
        std::ranges::find_if(scenario.needs, [&](std::string_view rule) { return findings.is_broken(rule); });
    if (broken != scenario.needs.end()) {
      findings.skip(scenario.rule, "it rests on rule " + std::string(*broken) + ", which is broken");
      continue;
    }
    bool holds = true;
    for (const std::uint64_t seed : seeds_of(effort.seeds)) {
      holds = run_simulated(seed, findings, scenario, effort);
      if (!holds) break;
    }
    if (holds && scenario.under == Scenario::Under::simulation_and_threads) {
      run_threaded(findings, scenario, effort);
    }
  }
}

}  // namespace sluice::inline v0::tck
