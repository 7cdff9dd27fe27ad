#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "sluice/testing/tck/producer_subject.hpp"

namespace sluice::inline v0::tck::detail {

/// How subscriptions to a producer begin and end. Rests on ProducerAsks.
template <class Factory>
class ProducerEnds final : public ProducerSubject<Factory> {
  using Base = ProducerSubject<Factory>;
  using Base::expect_met;
  using Base::finite;
  using Base::have;
  using Base::join;
  using Base::start;
  using Base::terms_;
  using typename Base::Producer;
  using typename Base::T;

 public:
  using Base::Base;

  [[nodiscard]] std::vector<Scenario> all() {
    using enum Scenario::Under;
    return {{"1.9", [this](Trial& t) { many(t); }, simulation_and_threads},
            {"X19", [this](Trial& t) { cancels_without_asking(t); }, simulation_and_threads},
            {"3.12", [this](Trial& t) { cancels(t); }, simulation_and_threads, {"3.8", "X19"}},
            {"1.10", [this](Trial& t) { subscribes_twice(t); }, simulation_and_threads, {"3.8", "1.9"}},
            {"1.5", [this](Trial& t) { ends(t); }, simulation_and_threads, {"3.8"}},
            {"1.4", [this](Trial& t) { crashes(t); }, simulation}};
  }

 private:
  /// A leaves in the middle, B comes after it.
  void cancels(Trial& trial) {
    const Producer producer = start(trial);
    Crowd<T> a = join(trial, producer);
    a.ask(4);
    if (trial.dice.below(2) == 0) trial.settle();
    a.ask(1 + trial.dice.below(10));
    a.cancel();
    a.cancel();
    leave(trial, producer, a);
    if (producer.alive()) come_back(trial, producer, a);
  }
  void leave(Trial& trial, const Producer& producer, Crowd<T>& a) {
    const bool ended = trial.eventually([&] { return a.all_ended(); });
    trial.expect("3.12", ended, "a cancel was not answered");
    a.check();
    trial.expect("3.5", a.takers().front().taken().ends == 1, "two cancels were answered ",
                 a.takers().front().taken().ends, " times");
    const Demand received = a.received();
    a.ask(5);
    a.cancel();
    trial.settle();
    trial.pass(std::chrono::seconds(1));
    trial.expect("3.6", a.received() == received, "an ask after the cancel brought ", a.received() - received,
                 " events");
    trial.expect("1.8", a.received() == received, "events came after the end of the subscription");
    trial.expect("3.7", a.takers().front().taken().ends == 1, "a cancel after the cancel was answered too");
    a.check_late();
    if (!producer.alive()) {
      const Reason why = trial.runtime().wait(producer, Duration::zero()).value_or(Reason());
      trial.expect("3.12", why.polite(), "its consumer cancelled, and it ended with ", why.to_string());
      trial.skip("3.13", "it ends when its last consumer leaves");
      return;
    }
    const auto left = producer.inspect().consumers.size();
    trial.expect("3.13", left == 0, left, " consumers are in its table after all have cancelled");
  }
  void come_back(Trial& trial, const Producer& producer, Crowd<T>& a) {
    Crowd<T> b = join(trial, producer);
    b.ask(6);
    const auto expected = [&] {
      if (!producer.alive()) return b.received();
      try {
        const EventCounts counts = producer.inspect().events;
        const Demand gone = a.received() + counts.discarded_buffer_full + counts.routed_away;
        return std::min<Demand>(6, take_demand(terms_.events, gone));
      } catch (const CallError&) {
        return b.received();
      }
    };
    const bool all = terms_.partitions != 0 || trial.eventually([&] { return b.received() >= expected(); });
    trial.settle();
    b.check();
    trial.expect("X9", all,
                 "after a consumer left with unmet demand, the next one asked for 6 events and got ",
                 b.received());
  }

  void cancels_without_asking(Trial& trial) {
    const Producer producer = start(trial);
    Crowd<T> idle = join(trial, producer);
    idle.cancel();
    trial.expect("X19", trial.eventually([&] { return idle.all_ended(); }),
                 "the cancel of a consumer that had asked for nothing was not answered");
    trial.expect("1.1", idle.received() == 0, "a consumer that asked for nothing got ", idle.received(),
                 " events");
  }

  void subscribes_twice(Trial& trial) {
    const Producer producer = start(trial);
    if (terms_.partitions != 0) {
      trial.skip("1.10", "with partitions it depends on the route who gets events");
      return;
    }
    Taker<T> taker(trial.runtime());
    taker.subscribe_to(producer);
    taker.subscribe_to(producer);
    trial.settle();
    trial.expect("1.10", taker.taken().ends <= 1, "a second subscription ended the first one");
    const Demand open = 2 - taker.taken().ends;  // the second one may be refused
    taker.ask(5);
    const bool all = trial.eventually([&] { return taker.received() == have(5 * open); });
    trial.expect("1.10", all, "a consumer subscribed twice and asked for 5 events on each of ", open,
                 " open subscriptions, and got ", taker.received());
  }

  void many(Trial& trial) {
    const Producer producer = start(trial);
    std::deque<Crowd<T>> crowds;
    for (int i = 0; i != 3; ++i) crowds.push_back(join(trial, producer));
    trial.expect("1.9", producer.alive() || terms_.events == 0, "it ended when three consumers subscribed");
    for (Crowd<T>& crowd : crowds) crowd.ask(7);
    trial.settle();
    trial.pass(std::chrono::seconds(1));
    for (Crowd<T>& crowd : crowds) crowd.check();
    const StageInfo info = producer.alive() ? producer.inspect() : StageInfo{};
    if (info.dispatcher == "broadcast") {
      all_the_same(trial, crowds);
    } else {
      trial.skip("X4", "its dispatcher is no broadcast");
    }
  }
  void all_the_same(Trial& trial, std::deque<Crowd<T>>& crowds) {
    if constexpr (!Taker<T>::keeps_events) {
      trial.skip("X4", "its events cannot be compared");
    } else {
      const std::vector<T> first = crowds.front().takers().front().events();
      trial.expect("X4", first.size() == have(7), "each of three consumers asked for 7 events and got ",
                   first.size());
      for (Crowd<T>& crowd : crowds) {
        trial.expect("X4", crowd.takers().front().events() == first,
                     "two consumers of a broadcast got different events");
      }
    }
  }

  void ends(Trial& trial) {
    if (!finite()) {
      for (const char* rule : {"1.2", "1.5", "1.6"}) trial.skip(rule, "it never ends");
      return;
    }
    if (terms_.when_exhausted == WhenExhausted::waits) {
      for (const char* rule : {"1.2", "1.5", "1.6"}) trial.skip(rule, "it waits for more events");
      return;
    }
    const Producer producer = start(trial);
    Crowd<T> crowd = join(trial, producer);
    while (!crowd.all_ended()) {
      const Demand before = crowd.received();
      crowd.ask(1 + trial.dice.below(terms_.events + 10));
      const bool goes_on = trial.eventually([&] { return crowd.all_ended() || crowd.received() != before; });
      crowd.check();
      trial.expect("1.5", goes_on, "it has given ", crowd.received(), " of ", terms_.events,
                   " events and was asked for more, and neither gives them nor ends");
    }
    check_end(trial, crowd);
  }
  void check_end(Trial& trial, Crowd<T>& crowd) {
    const Reason reason = crowd.takers().front().taken().end.reason;
    trial.expect("1.5", reason.polite(), "it ended with ", reason.to_string());
    trial.expect("1.2", true);
    const Demand received = crowd.received();
    if (terms_.partitions == 0) {
      trial.expect("X2", received == terms_.events, "of its ", terms_.events, " events ", received,
                   " had come when it ended");
    }
    crowd.ask(5);
    trial.settle();
    trial.expect("1.6", crowd.received() == received, "events came after the end");
    crowd.check();
    crowd.check_late();
  }

  void crashes(Trial& trial) {
    const std::string name = "under test";
    trial.simulation()->crash(name, 2 + trial.dice.below(3));
    Producer producer;
    try {
      producer = start(trial, {.name = name});
    } catch (const StartError&) {
      trial.skip("1.4", "it runs so many callbacks when it starts that the crash came there");
      return;
    }
    Crowd<T> crowd = join(trial, producer);
    for (int i = 0; i != 3; ++i) {
      crowd.ask(2);
      trial.settle();
    }
    trial.pass(std::chrono::seconds(1));
    crowd.check();
    if (producer.alive() || !crowd.all_ended()) {
      trial.skip("1.4", "it runs so few callbacks that the crash never came");
      return;
    }
    for (Taker<T>& taker : crowd.takers()) {
      const Taken taken = taker.taken();
      trial.expect("1.4", taken.ends == 1, "a failure was told ", taken.ends, " times");
    }
  }
};

}  // namespace sluice::inline v0::tck::detail
