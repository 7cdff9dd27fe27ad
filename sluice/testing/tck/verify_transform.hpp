#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/testing/tck/source.hpp"
#include "sluice/testing/tck/verify_consumer.hpp"
#include "sluice/testing/tck/verify_producer.hpp"

namespace sluice::inline v0::tck {

/// What is expected of a transform under test.
template <class In, class Out>
struct TransformTerms {
  /// Unset: numbers 0, 1, 2 … or their texts.
  Sample<In> sample = {};
  /// What must come out, in order, when exactly these events go in and then the producer ends politely.
  /// Unset: order and number of its events are not checked, and one that emits nothing before its producer's
  /// end cannot be verified.
  std::function<std::vector<Out>(const std::vector<In>&)> expected = {};
  /// Its dispatcher's partitions, each with one consumer; 0: it has none.
  std::size_t partitions = 0;
  Effort effort = {};
};

namespace detail {

/// The scenarios of a transform between a producer by hand and a taker.
template <class Factory>
class TransformScenarios {
 public:
  using In = input_of<Factory>;
  using Out = typename Started<Factory>::Output;
  using Terms = TransformTerms<In, Out>;

  TransformScenarios(Factory& factory, const Terms& terms) : factory_(factory), terms_(terms) {}

  [[nodiscard]] std::vector<Scenario> all() {
    using enum Scenario::Under;
    return {{"X11", [this](Trial& t) { waits_for_demand(t); }, simulation_and_threads},
            {"4.1", [this](Trial& t) { changes_all(t); }, simulation_and_threads},
            {"4.2", [this](Trial& t) { passes_failures_on(t); }, simulation_and_threads},
            {"1.5", [this](Trial& t) { passes_ends_on(t); }, simulation_and_threads}};
  }

 private:
  static constexpr Demand max = 10;

  /// probe -> the transform -> crowd
  struct Line {
    Line(TransformScenarios& of, Trial& trial)
        : scenarios(of),
          probe(trial.runtime()),
          started(detail::start(of.factory_, trial.runtime())),
          crowd(trial, started, of.terms_.partitions) {
      ConsumerRef<In>(started).subscribe_to(probe, {.max_demand = max});
      trial.settle();
    }
    void send(std::size_t n) {
      Events<In> events;
      for (std::size_t i = 0; i != n; ++i) events.push_back(scenarios.terms_.sample(sent++));
      probe.send(std::move(events));
    }
    [[nodiscard]] Demand pending() const {
      Demand asked = 0;
      for (const Demand n : probe.asks()) asked = add_demand(asked, n);
      return take_demand(asked, sent);
    }

    TransformScenarios& scenarios;
    std::size_t sent = 0;
    testing::ProducerProbe<In> probe;
    Started<Factory> started;
    Crowd<Out> crowd;
  };

  void waits_for_demand(Trial& trial) {
    Line line(*this, trial);
    if (line.started.inspect().producers.front().pending == 0) {
      trial.skip("X11", "it asks by hand");
      return;
    }
    trial.expect("X11", line.probe.asks() == std::vector<Demand>{max}, "it was to ask for max_demand ", max,
                 " at once, and has asked ", line.probe.asks().size(), " times for ", line.pending());
    line.send(4);
    line.send(6);
    trial.settle();
    trial.pass(std::chrono::seconds(1));
    trial.expect("X11", line.probe.asks().size() == 1,
                 "nobody has asked it for events, and it asks for more");
    line.crowd.check();
    line.crowd.ask(max);
    trial.expect("X11", trial.eventually([&] { return line.probe.asks().size() > 1; }),
                 "it was asked for events, and does not handle the ", line.sent, " that wait");
  }

  /// Feeds events as they are asked for, cut at random, to takers that ask for few at a time.
  void changes_all(Trial& trial) {
    if (!terms_.expected || terms_.partitions != 0) {
      trial.skip("4.1", "terms.expected is not given, or there are partitions");
      return;
    }
    Line line(*this, trial);
    for (int i = 0; i != 30; ++i) {
      line.crowd.ask(trial.dice.below(20));
      if (trial.dice.below(2) == 0) trial.settle();
      if (const Demand n = line.pending(); n != 0) {
        line.send(1 + static_cast<std::size_t>(trial.dice.below(std::min<Demand>(n, 20))));
      }
    }
    finish(trial, line);
    compare(trial, line);
  }
  void finish(Trial& trial, Line& line) {
    line.probe.cancel();
    line.crowd.ask(unlimited);
    const bool ended = trial.eventually([&] { return line.crowd.all_ended(); });
    trial.expect("1.5", ended, "its permanent producer ended politely, and it does not end");
    line.crowd.check();
  }
  void compare(Trial& trial, Line& line) {
    if constexpr (Taker<Out>::keeps_events) {
      std::vector<In> in;
      for (std::size_t i = 0; i != line.sent; ++i) in.push_back(terms_.sample(i));
      const std::vector<Out> wanted = terms_.expected(in);
      const std::vector<Out> got = line.crowd.takers().front().events();
      trial.expect("X2", got.size() == wanted.size(), "of ", line.sent, " events it was to make ",
                   wanted.size(), ", and has made ", got.size());
      const auto other = std::ranges::mismatch(got, wanted).in1;
      trial.expect("4.1", other == got.end(), "event number ", other - got.begin(), " of ", got.size(),
                   " is not the one that was to come there");
    } else {
      trial.skip("4.1", "its events cannot be compared");
    }
  }

  void passes_failures_on(Trial& trial) {
    Line line(*this, trial);
    if (trial.dice.below(2) == 0)
      line.send(std::min<std::size_t>(3, static_cast<std::size_t>(line.pending())));
    line.crowd.ask(trial.dice.below(5));
    line.probe.cancel("its producer failed");
    line.crowd.ask(unlimited);
    const bool told = trial.eventually([&] { return line.crowd.all_ended(); });
    trial.expect("4.2", told, "its permanent producer failed, and its consumers were not told");
    const Reason reason = line.crowd.takers().front().taken().end.reason;
    trial.expect("4.2", !reason.polite(),
                 "its permanent producer failed, and its consumers were told: ", reason.to_string());
  }

  void passes_ends_on(Trial& trial) {
    Line line(*this, trial);
    line.send(std::min<std::size_t>(5, static_cast<std::size_t>(line.pending())));
    finish(trial, line);
    const Reason reason = line.crowd.takers().front().taken().end.reason;
    trial.expect("1.5", reason.polite(),
                 "its producer ended politely, and its consumers were told: ", reason.to_string());
  }

  Factory& factory_;
  const Terms& terms_;
};

/// The transform behind a source of its own, which has `length` events.
template <class Factory, class Terms>
auto with_source(Factory& factory, const Terms& terms, Demand length) {
  using In = input_of<Factory>;
  using Out = typename Started<Factory>::Output;
  return [&factory, &terms, length](Runtime& runtime, StartOptions options) -> ProducerRef<Out> {
    const auto transform = detail::start(factory, runtime, std::move(options));
    const auto source = runtime.start<SampleSource<In>>(terms.sample, length);
    ConsumerRef<In>(transform).subscribe_to(source, {.max_demand = 10});
    return transform;
  };
}

}  // namespace detail

/// Puts a transform through the rules of both sides (4.1) and its own: what goes in comes out in order, no
/// more is asked for than downstream wants, ends and failures travel. `factory` is called for every run: see
/// StageFactoryLike. Nothing is thrown for a broken rule; see Report. Throws OptionError where a sample is
/// needed.
template <StageFactoryLike Factory>
[[nodiscard]] Report verify_transform(
    Factory factory,
    TransformTerms<detail::input_of<Factory>, typename detail::Started<Factory>::Output> terms = {}) {
  using In = detail::input_of<Factory>;
  terms.sample = detail::sample_of(std::move(terms.sample));
  Findings findings;
  run(findings, detail::TransformScenarios<Factory>(factory, terms).all(), terms.effort);
  run(findings, detail::ConsumerScenarios<Factory>(factory, terms.sample).all(), terms.effort);

  const std::size_t length = 60;  // of its input where there is a model
  ProducerTerms as_producer{.partitions = terms.partitions, .effort = terms.effort};
  if (terms.expected) {
    std::vector<In> in;
    for (std::size_t i = 0; i != length; ++i) in.push_back(terms.sample(i));
    as_producer.events = terms.expected(in).size();
  }
  auto whole = detail::with_source(factory, terms, terms.expected ? length : unlimited);
  detail::run_as_producer(findings, whole, as_producer);
  return findings.report("transform");
}

}  // namespace sluice::inline v0::tck
