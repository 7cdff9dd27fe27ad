#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/core/demand_window.hpp"
#include "sluice/testing/tck/fed.hpp"
#include "sluice/testing/tck/report.hpp"
#include "sluice/testing/tck/subject.hpp"
#include "sluice/testing/tck/trial.hpp"

namespace sluice::inline v0::tck {

/// What a consumer under test is fed with.
template <class T>
struct ConsumerTerms {
  /// Unset: numbers 0, 1, 2 … or their texts.
  Sample<T> sample = {};
  Effort effort = {};
};

namespace detail {

/// The scenarios of a consumer, or of the consumer's side of a transform.
template <class Factory>
class ConsumerScenarios {
 public:
  using T = input_of<Factory>;

  ConsumerScenarios(Factory& factory, Sample<T> sample) : factory_(factory), sample_(std::move(sample)) {}

  [[nodiscard]] std::vector<Scenario> all() {
    using enum Scenario::Under;
    return {
        {"2.1", [this](Trial& t) { asks(t); }, simulation_and_threads},
        {"2.13", [this](Trial& t) { handles(t); }, simulation_and_threads},
        {"2.8", [this](Trial& t) { handles_after_cancel(t); }, simulation_and_threads},
        {"2.9", [this](Trial& t) { ends(t, "2.9", Reason::shutdown()); }, simulation_and_threads},
        {"2.10", [this](Trial& t) { ends(t, "2.10", Reason("failed")); }, simulation_and_threads, {"2.9"}},
        {"2.3", [this](Trial& t) { says_nothing_at_the_end(t); }, simulation_and_threads, {"2.9"}},
        {"2.6", [this](Trial& t) { cancels_when_it_ends(t); }, simulation_and_threads},
        {"X14", [this](Trial& t) { follows(t); }, simulation_and_threads, {"2.9", "2.10"}},
        {"X15", [this](Trial& t) { subscribes_to_nobody(t); }, simulation_and_threads, {"2.9", "2.10"}},
        {"X24", [this](Trial& t) { repeats(t); }, simulation}};
  }

 private:
  using Subject = Fed<Factory>;
  static constexpr Demand max = 10;
  static constexpr Demand min = 4;
  static SubscribeOptions temporary() {
    return {.max_demand = max, .min_demand = min, .on_cancel = OnCancel::temporary};
  }

  /// False: it takes part no longer, which is its right if it cancelled or ended politely.
  bool goes_on(Trial& trial, const Subject& subject) {
    if (subject.stage.alive()) return !subject.has_cancelled();
    const Reason reason = subject.end().value_or(Reason());
    trial.expect("2.13", reason.polite(), "it ended while it handled ", subject.sent(),
                 " events: ", reason.to_string());
    return false;
  }

  /// 2.1, X1: what is asked for, and when.
  void asks(Trial& trial) {
    Subject subject(trial, factory_, sample_);
    subject.subscribe(temporary());
    const bool asked = trial.eventually([&] { return !subject.probe.asks().empty(); });
    trial.expect("2.1", asked || subject.has_cancelled(), "it has subscribed and asks for nothing");
    if (!goes_on(trial, subject)) return;
    const std::vector<SubscriptionInfo> table = subject.table();
    if (!table.empty() && table.front().pending != 0 && !table.front().paused) {
      asks_by_the_window(trial, subject);
    } else {
      trial.skip("X1", "it asks by hand");
      asks_by_hand(trial, subject);
    }
  }
  void asks_by_the_window(Trial& trial, Subject& subject) {
    DemandWindow window(max, min);
    std::vector<Demand> expected = {window.start()};
    for (int i = 0; i != 20 && goes_on(trial, subject); ++i) {
      compare(trial, subject, expected);
      std::size_t n = 1 + static_cast<std::size_t>(trial.dice.below(subject.pending()));
      subject.send(n);
      for (Demand allowed = window.open(); n != 0;) {
        const auto batch = std::min(n, static_cast<std::size_t>(window.chunk()));
        n -= batch;
        if (const Demand ask = window.settle(batch, allowed).ask; ask != 0) expected.push_back(ask);
      }
    }
  }
  void compare(Trial& trial, Subject& subject, const std::vector<Demand>& expected) {
    const bool same = trial.eventually([&] {
      return subject.probe.asks() == expected || !subject.stage.alive() || subject.has_cancelled();
    });
    if (!goes_on(trial, subject)) return;
    trial.expect("X1", same, "with max_demand ", max, " and min_demand ", min, " it was sent ",
                 subject.sent(), " events and asked for ", list(subject.probe.asks()), " instead of ",
                 list(expected));
  }
  static std::string list(const std::vector<Demand>& all) {
    std::string text = "[";
    for (const Demand n : all) text.append(text.size() > 1 ? " " : "").append(std::to_string(n));
    return text + "]";
  }
  void asks_by_hand(Trial& trial, Subject& subject) {
    for (int i = 0; i != 10 && goes_on(trial, subject); ++i) {
      const bool more = trial.eventually([&] { return subject.pending() != 0 || subject.has_cancelled(); });
      trial.expect("2.1", more || !subject.stage.alive(), "it has got all ", subject.sent(),
                   " events that it asked for, and asks for no more");
      if (!goes_on(trial, subject) || subject.pending() == 0) return;
      subject.send(1 + static_cast<std::size_t>(trial.dice.below(std::min<Demand>(subject.pending(), 20))));
    }
  }

  void handles(Trial& trial) {
    Subject subject(trial, factory_, sample_);
    subject.subscribe(temporary());
    for (int i = 0; i != 10; ++i) {
      const bool asked = trial.eventually([&] { return subject.pending() != 0; });
      if (!goes_on(trial, subject) || !asked) return;
      subject.send(1 + static_cast<std::size_t>(trial.dice.below(std::min<Demand>(subject.pending(), 20))));
    }
    expect_all_handled(trial, subject, "2.13");
  }
  void expect_all_handled(Trial& trial, Subject& subject, std::string_view rule) {
    const auto all = [&] {
      return !subject.stage.alive() || subject.stage.inspect().events.handled >= subject.sent();
    };
    const bool handled = trial.eventually(all);
    if (!goes_on(trial, subject) && !subject.stage.alive()) return;
    const StageInfo info = subject.stage.inspect();
    const EventCounts& n = info.events;
    trial.expect(rule, handled, "of ", subject.sent(), " events it has handled ", n.handled);
    trial.expect("X2", n.received == n.handled + info.queued + n.lost_received, "of ", n.received,
                 " events that arrived ", n.handled, " were handled and ", info.queued, " wait");
  }

  /// A message that was sent before the cancel arrives.
  void handles_after_cancel(Trial& trial) {
    Subject subject(trial, factory_, sample_);
    subject.subscribe(temporary());
    const bool asked = trial.eventually([&] { return subject.pending() != 0; });
    if (!goes_on(trial, subject) || !asked) return;
    subject.send(static_cast<std::size_t>(std::min<Demand>(subject.pending(), 10)));
    subject.subscription.cancel();
    expect_all_handled(trial, subject, "2.8");
  }

  void ends(Trial& trial, std::string_view rule, const Reason& reason) {
    Subject subject(trial, factory_, sample_);
    subject.subscribe(temporary());
    trial.settle();
    subject.probe.cancel(reason);
    trial.settle();
    expect_not_thrown(trial, subject, rule);
    if (!subject.stage.alive()) return;
    const auto ended = subject.probe.subscription().id();
    const bool gone = trial.eventually([&] {
      return !subject.stage.alive() ||
             std::ranges::none_of(subject.table(), [&](const auto& info) { return info.id == ended; });
    });
    trial.expect("2.4", gone, "a subscription that has ended is still in its table");
  }
  void expect_not_thrown(Trial& trial, const Subject& subject, std::string_view rule) {
    const Reason why = subject.end().value_or(Reason());
    trial.expect(rule, why.polite(), "its temporary subscription ended, and so did it: ", why.to_string());
  }

  /// How many messages the probe got from the end of the subscription on tells whether something was said.
  void says_nothing_at_the_end(Trial& trial) {
    Subject subject(trial, factory_, sample_);
    subject.subscribe(temporary());
    trial.settle();
    testing::ProducerProbe<T> other(trial.runtime());
    Taker<T> model(trial.runtime());
    model.subscribe_to(other.ref());
    trial.settle();
    const auto expected = messages_at_the_end(trial, other);
    const auto seen = messages_at_the_end(trial, subject.probe);
    if (subject.subscriptions() > 1) {
      trial.skip("2.3", "it subscribes again when a subscription ends");
      return;
    }
    trial.expect("2.3", seen <= expected, "when its subscription ended it sent ", seen - expected,
                 " messages more to its producer than a farewell");
  }
  static std::uint64_t messages_at_the_end(Trial& trial, const testing::ProducerProbe<T>& probe) {
    const std::uint64_t before = probe.ref().inspect().messages;
    probe.subscription().cancel();
    trial.settle();
    return probe.ref().inspect().messages - before;
  }

  void cancels_when_it_ends(Trial& trial) {
    Subject subject(trial, factory_, sample_);
    subject.subscribe(temporary());
    trial.settle();
    if (!subject.stage.alive()) return;
    subject.stage.stop_async();
    const bool told = trial.eventually([&] { return subject.has_cancelled(); });
    trial.expect("2.6", told, "it was stopped and its producer has not heard of it");
  }

  /// X14 for each policy and each way to end.
  void follows(Trial& trial) {
    for (const OnCancel policy : {OnCancel::permanent, OnCancel::transient, OnCancel::temporary}) {
      for (const Reason& reason :
           {Reason::normal(), Reason::shutdown(), Reason("failed"), Reason::killed()}) {
        follows(trial, policy, reason);
      }
    }
  }
  void follows(Trial& trial, OnCancel policy, const Reason& reason) {
    Subject subject(trial, factory_, sample_);
    subject.subscribe({.max_demand = max, .on_cancel = policy});
    trial.settle();
    reason == Reason::killed() ? subject.probe.ref().kill() : subject.probe.cancel(reason);
    const bool must_end =
        policy == OnCancel::permanent || (policy == OnCancel::transient && !reason.polite());
    if (must_end) trial.eventually([&] { return !subject.stage.alive(); });
    trial.settle();
    const std::string_view name = policy == OnCancel::permanent   ? "permanent"
                                  : policy == OnCancel::transient ? "transient"
                                                                  : "temporary";
    trial.expect("X14", !must_end || !subject.stage.alive(), "its ", name, " subscription ended with ",
                 reason.to_string(), ", and it lives on");
    const Reason why = subject.end().value_or(Reason());
    trial.expect("X14", must_end || why.polite(), "its ", name, " subscription ended with ",
                 reason.to_string(), ", and it ended with ", why.to_string());
  }

  void subscribes_to_nobody(Trial& trial) {
    for (const OnCancel policy : {OnCancel::permanent, OnCancel::temporary}) {
      Subject subject(trial, factory_, sample_);
      subject.probe.ref().kill();
      trial.settle();
      subject.subscribe({.max_demand = max, .on_cancel = policy});
      trial.settle();
      const Reason why = subject.end().value_or(Reason());
      if (policy == OnCancel::temporary) {
        trial.expect("X15", why.polite(),
                     "it subscribed as temporary to a stage that is gone, and ended with ", why.to_string());
      } else {
        trial.expect("X15", !subject.stage.alive(),
                     "it subscribed as permanent to a stage that is gone, and ", "lives on");
      }
    }
  }

  void repeats(Trial& trial) {
    const std::uint64_t seed = trial.simulation()->seed();
    const auto first = life(seed);
    trial.expect("X24", first == life(seed), "two runs with the same seed took different turns");
  }
  std::uint64_t life(std::uint64_t seed) {
    Simulation simulation({.seed = seed, .log = [](const LogRecord& /*record*/) {}});
    Findings ignored;
    Trial trial(ignored, simulation, &simulation, seed, std::chrono::seconds(1));
    {
      Subject subject(trial, factory_, sample_);
      subject.subscribe(temporary());
      trial.settle();
      for (int i = 0; i != 4 && subject.stage.alive() && subject.pending() != 0; ++i) {
        subject.send(1 + static_cast<std::size_t>(trial.dice.below(std::min<Demand>(subject.pending(), 20))));
        trial.pass(std::chrono::milliseconds(trial.dice.below(200)));
      }
    }
    const std::uint64_t hash = simulation.trace_hash();
    simulation.shutdown(std::chrono::milliseconds(1));
    return hash;
  }

  Factory& factory_;
  Sample<T> sample_;
};

}  // namespace detail

/// Puts a consumer through the rules of the consumer's side: what it asks for and when, what it does with
/// events and with the ends of subscriptions, under many seeds and under threads. `factory` is called for
/// every run: see StageFactoryLike. Nothing is thrown for a broken rule; see Report. Throws OptionError where
/// a sample is needed.
template <StageFactoryLike Factory>
[[nodiscard]] Report verify_consumer(Factory factory, ConsumerTerms<detail::input_of<Factory>> terms = {}) {
  Findings findings;
  detail::ConsumerScenarios<Factory> scenarios(factory, detail::sample_of(std::move(terms.sample)));
  run(findings, scenarios.all(), terms.effort);
  return findings.report("consumer");
}

}  // namespace sluice::inline v0::tck
