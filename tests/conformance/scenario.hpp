#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/sluice.hpp"
#include "sluice/testing/testing.hpp"

namespace sluice::conformance {

/// What a scenario gets: a runtime that is simulated or threaded, and what it has logged.
class World {
 public:
  /// A simulation with this seed.
  explicit World(std::uint64_t seed)
      : runtime_(std::make_unique<Simulation>(SimulationOptions{.seed = seed, .log = sink()})) {}
  /// Two workers and a clock that stands still until advance().
  World()
      : runtime_(std::make_unique<Runtime>(
            RuntimeOptions{.workers = 2, .clock = std::make_shared<ManualClock>(), .log = sink()})) {}

  /// Does not wait for events that nobody asks for.
  ~World() { runtime_->shutdown(std::chrono::milliseconds(1)); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Runtime& runtime() { return *runtime_; }
  Runtime* operator->() { return runtime_.get(); }
  /// Runs until nobody has anything to do.
  void settle() { runtime_->settle(); }
  void advance(Duration time) { runtime_->advance(time); }

  [[nodiscard]] std::vector<LogRecord> logs(Severity severity) const {
    const std::lock_guard lock(*mutex_);
    std::vector<LogRecord> found;
    for (const LogRecord& record : *records_) {
      if (record.severity == severity) found.push_back(record);
    }
    return found;
  }
  /// How many records of this severity contain the text.
  [[nodiscard]] std::size_t logged(Severity severity, std::string_view text) const {
    std::size_t count = 0;
    for (const LogRecord& record : logs(severity))
      count += record.text.find(text) != std::string::npos ? 1 : 0;
    return count;
  }

 private:
  LogSink sink() {
    return [mutex = mutex_, records = records_](const LogRecord& record) {
      const std::lock_guard lock(*mutex);
      records->push_back(record);
    };
  }
  std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
  std::shared_ptr<std::vector<LogRecord>> records_ = std::make_shared<std::vector<LogRecord>>();
  std::unique_ptr<Runtime> runtime_;
};

inline constexpr std::uint64_t seeds = 32;

/// Runs a scenario under the simulation with each seed and once under threads; stops at the first failure.
template <class Scenario>
void everywhere(Scenario scenario) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("simulation, seed " + std::to_string(seed));
    World world(seed);
    scenario(world);
    if (::testing::Test::HasFailure()) return;
  }
  SCOPED_TRACE("threads");
  World world;
  scenario(world);
}

}  // namespace sluice::conformance

/// `SCENARIO(GS_021_AsksAgainAtMinDemand) { … world … }`: one CTest entry that runs everywhere.
#define SCENARIO(name) SCENARIO_OF(Conformance, name)

/// The same in a suite of its own, for what has no number.
#define SCENARIO_OF(suite, name)                                      \
  static void name##_body(sluice::conformance::World& world);         \
  TEST(suite, name) { sluice::conformance::everywhere(name##_body); } \
  static void name##_body([[maybe_unused]] sluice::conformance::World& world)

/// A scenario whose wrong input C++ types exclude: the body holds static_assert(!requires …).
#define SCENARIO_EXCLUDED_BY_TYPE(name)        \
  static void name##_body();                   \
  TEST(Conformance, name) {                    \
    RecordProperty("excluded_by_type", "yes"); \
    name##_body();                             \
  }                                            \
  static void name##_body()
