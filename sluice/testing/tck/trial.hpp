#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/random.hpp"
#include "sluice/runtime/simulation.hpp"
#include "sluice/testing/tck/findings.hpp"

namespace sluice::inline v0::tck {

/// How hard to try.
struct Effort {
  /// Each scenario runs under the seeds 1 … seeds; with SLUICE_SEED=n in the environment only under n.
  std::uint64_t seeds = 50;
  /// Virtual time within which a stage is to do what is expected of it.
  Duration patience = std::chrono::seconds(10);
};

/// One run of one scenario: a runtime, dice, and where to say what was seen. The run ends at the first rule
/// that it sees broken. Thread rule: one thread.
class Trial {
 public:
  /// Ends a run.
  class Broken : public std::runtime_error {
   public:
    Broken(std::string_view rule, const std::string& seen) : std::runtime_error(seen), rule_(rule) {}
    [[nodiscard]] const std::string& rule() const noexcept { return rule_; }

   private:
    std::string rule_;
  };

  Trial(Findings& findings, Runtime& runtime, Simulation* simulation, std::uint64_t seed, Duration patience)
      : findings_(findings), runtime_(runtime), simulation_(simulation), patience_(patience), dice(seed) {}

  [[nodiscard]] Runtime& runtime() const noexcept { return runtime_; }
  /// Null under threads.
  [[nodiscard]] Simulation* simulation() const noexcept { return simulation_; }

  /// The rule is checked; unless it holds the run ends with what was seen: texts and numbers, joined.
  template <class... Parts>
  void expect(std::string_view rule, bool holds, const Parts&... seen) {
    findings_.checked(rule);
    if (holds) return;
    std::string text;
    (append(text, seen), ...);
    throw Broken(rule, text);
  }
  void skip(std::string_view rule, std::string_view why) { findings_.skip(rule, why); }

  /// Until nobody has anything to do. Throws std::runtime_error when that does not come.
  void settle();
  /// Settles, and lets time pass until `done()` holds or patience is over; returns whether it holds.
  template <class F>
  bool eventually(F done) {
    settle();
    for (int i = 0; i != looks && !done(); ++i) pass(patience_ / looks);
    return done();
  }
  /// Lets time pass, and settles.
  void pass(Duration time);

 private:
  static constexpr int looks = 20;

  static void append(std::string& text, std::string_view part) { text += part; }
  static void append(std::string& text, std::integral auto part) { text += std::to_string(part); }

  Findings& findings_;
  Runtime& runtime_;
  Simulation* simulation_;
  Duration patience_;

 public:
  Random dice;
};

/// Something that is done with the subject in a fresh runtime, under each seed.
struct Scenario {
  enum class Under : unsigned char {
    simulation,              ///< only: it needs faults or traces
    simulation_and_threads,  ///< and once with two workers
  };
  std::string_view rule;  ///< the one that is broken when the subject throws
  std::function<void(Trial&)> run;
  Under under = Under::simulation_and_threads;
  /// Rules that it rests on: where one of them is broken, it would only see that again.
  std::vector<std::string_view> needs = {};
};

/// Runs all scenarios, each until it sees a rule broken. Throws OptionError for an effort of nothing.
void run(Findings& findings, const std::vector<Scenario>& scenarios, const Effort& effort);

/// The seeds to run: SLUICE_SEED alone, or 1 … count.
[[nodiscard]] std::vector<std::uint64_t> seeds_of(std::uint64_t count);

}  // namespace sluice::inline v0::tck
