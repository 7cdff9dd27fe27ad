#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sluice/core/errors.hpp"
#include "sluice/testing/tck/dispatcher_bench.hpp"
#include "sluice/testing/tck/report.hpp"
#include "sluice/testing/tck/trial.hpp"

namespace sluice::inline v0::tck {

namespace detail {

/// The scenarios of a dispatcher. No stage runs in them: what a dispatcher decides is a value.
template <class T, class Factory>
class DispatcherScenarios {
 public:
  DispatcherScenarios(Factory& factory, const DispatcherTerms<T>& terms) : factory_(factory), terms_(terms) {
    if (terms_.partitions != 0 && !terms_.route)
      throw OptionError("route", "must be given, as there are partitions");
  }

  [[nodiscard]] std::vector<Scenario> all() {
    using enum Scenario::Under;
    std::vector<Scenario> all = {
        {"1.9", [this](Trial& t) { static_cast<void>(live(t, t.dice.next(), 0)); }, simulation},
        {"3.17", [this](Trial& t) { asks_without_limit(t); }, simulation, {"1.9"}},
        {"X24", [this](Trial& t) { repeats(t); }, simulation, {"1.9"}}};
    if (terms_.sharing == Sharing::all)
      all.push_back({"X5",
                     [this](Trial& t) { static_cast<void>(live(t, t.dice.next(), 3)); },
                     simulation,
                     {"1.9", "X4"}});
    return all;
  }

 private:
  using Bench = DispatcherBench<T>;
  static constexpr std::size_t most_consumers = 5;

  std::unique_ptr<Dispatcher<T>> make() { return DispatcherFor<T>(factory_()).take(); }

  /// Consumers come, ask and leave, events are emitted, most of them asked for: returns the digest.
  std::uint64_t live(Trial& trial, std::uint64_t seed, std::size_t rejects) {
    Random dice(seed);
    const Demand sizes[] = {unlimited, unlimited, 0, 5, 100};
    Bench bench(trial, make(), terms_,
                {.buffer = sizes[dice.below(5)],
                 .keep = dice.below(2) == 0 ? Keep::first : Keep::last,
                 .rejects = rejects});
    for (int i = 0; i != 200; ++i) step(bench, dice);
    return bench.digest();
  }
  void step(Bench& bench, Random& dice) {
    const auto id = static_cast<std::size_t>(dice.below(most_consumers));
    switch (dice.below(9)) {
      case 0:
      case 1: bench.join(id, terms_.partitions == 0 ? 0 : id % terms_.partitions); break;
      case 2: bench.leave(id); break;
      case 3:
      case 4:
      case 5: bench.ask(id, 1 + dice.below(20)); break;
      case 6:
      case 7:
        bench.emit(static_cast<std::size_t>(dice.below(std::min<Demand>(bench.outstanding(), 24) + 1)));
        break;
      default: dice.below(2) == 0 ? bench.info() : bench.emit(static_cast<std::size_t>(dice.below(8)));
    }
  }

  void asks_without_limit(Trial& trial) {
    Bench bench(trial, make(), terms_, {});
    const std::size_t consumers = std::max<std::size_t>(1, terms_.partitions);
    for (std::size_t id = 0; id != consumers; ++id) bench.join(id, id);
    for (int i = 0; i != 3; ++i) {
      for (std::size_t id = 0; id != consumers; ++id) bench.ask(id, unlimited - trial.dice.below(2));
      bench.emit(static_cast<std::size_t>(trial.dice.below(50)));
      trial.expect("3.17", bench.waiting() == 0, "all ask for 2^63 - 1 events, and ", bench.waiting(), " of ",
                   bench.emitted(), " wait");
    }
  }

  void repeats(Trial& trial) {
    const std::uint64_t seed = trial.dice.next();
    Findings ignored;
    Trial unjudged(ignored, trial.runtime(), trial.simulation(), seed, std::chrono::seconds(1));
    trial.expect("X24", live(unjudged, seed, 0) == live(unjudged, seed, 0),
                 "the same operations led to different decisions");
  }

  Factory& factory_;
  const DispatcherTerms<T>& terms_;
};

}  // namespace detail

/// Puts a dispatcher through random lives of its consumers and compares every decision with plain books.
/// `factory` is called for every run and returns a std::unique_ptr<Dispatcher<T>>, or what makes one:
/// `verify_dispatcher<int>([] { return round_robin(); })`. Nothing is thrown for a broken rule; see Report.
/// Throws OptionError where a sample or a route is needed.
template <class T, std::invocable Factory>
  requires std::equality_comparable<T> && std::copy_constructible<T>
[[nodiscard]] Report verify_dispatcher(Factory factory, DispatcherTerms<T> terms = {}) {
  terms.sample = detail::sample_of(std::move(terms.sample));
  Findings findings;
  run(findings, detail::DispatcherScenarios<T, Factory>(factory, terms).all(), terms.effort);
  return findings.report("dispatcher");
}

}  // namespace sluice::inline v0::tck
