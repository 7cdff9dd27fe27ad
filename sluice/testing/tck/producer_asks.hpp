#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "sluice/testing/tck/producer_subject.hpp"

namespace sluice::inline v0::tck::detail {

/// What a producer does with demand.
template <class Factory>
class ProducerAsks final : public ProducerSubject<Factory> {
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
    return {{"3.8", [this](Trial& t) { asks(t); }, simulation_and_threads},
            {"3.2", [this](Trial& t) { asks_one_by_one(t); }, simulation_and_threads, {"3.8"}},
            {"3.17", [this](Trial& t) { asks_without_limit(t); }, simulation_and_threads, {"3.8"}},
            {"X10", [this](Trial& t) { accumulates(t); }, simulation_and_threads, {"3.8"}},
            {"X24", [this](Trial& t) { repeats(t); }, simulation}};
  }

 private:
  /// 3.8, 3.9, 1.9: asks add up, asks for nothing are nothing.
  void asks(Trial& trial) {
    const Producer producer = start(trial);
    Crowd<T> crowd = join(trial, producer);
    trial.expect("1.9", producer.alive() || terms_.events == 0, "it ended when somebody subscribed");
    crowd.check();
    crowd.ask(0);
    trial.settle();
    trial.expect("3.9", crowd.received() == 0, "an ask for 0 brought ", crowd.received(), " events");
    crowd.ask(3);
    crowd.ask(2);
    expect_met(trial, "3.8", producer, crowd, 5);
    Demand asked = 5;
    for (int i = 0; i != 5; ++i) {
      const Demand n = 1 + trial.dice.below(20);
      crowd.ask(n);
      asked += n;
      if (trial.dice.below(2) == 0) expect_met(trial, "3.8", producer, crowd, asked);
    }
    expect_met(trial, "3.8", producer, crowd, asked);
    conserved(trial, producer, crowd);
  }

  void asks_one_by_one(Trial& trial) {
    constexpr Demand n = 200;
    const Producer producer = start(trial);
    if (terms_.partitions != 0) {
      trial.skip("3.2", "with partitions it depends on the route who may ask for more");
      return;
    }
    Crowd<T> crowd = join(trial, producer);
    crowd.takers().front().ask_one_by_one(n);
    expect_met(trial, "3.2", producer, crowd, n);
  }
  void asks_without_limit(Trial& trial) {
    if (!finite()) {
      trial.skip("3.17", "it has no end, so meeting an unlimited demand would have none");
      return;
    }
    const Producer producer = start(trial);
    Crowd<T> crowd = join(trial, producer);
    for (int i = 0; i != 3; ++i) crowd.ask(unlimited - trial.dice.below(2));
    expect_met(trial, "3.17", producer, crowd, unlimited);
  }

  void accumulates(Trial& trial) {
    const Producer producer = start(trial);
    if (!producer.alive()) return;
    if (producer.inspect().kind != StageKind::producer) {
      trial.skip("X10", "only a producer can accumulate");
      return;
    }
    producer.demand_flow(DemandFlow::accumulate);
    trial.settle();
    Crowd<T> crowd = join(trial, producer);
    crowd.ask(3);
    crowd.ask(4);
    trial.settle();
    trial.pass(std::chrono::seconds(1));
    trial.expect("X10", crowd.received() == 0, crowd.received(), " events came while it accumulates");
    producer.demand_flow(DemandFlow::forward);
    expect_met(trial, "X10", producer, crowd, 7);
  }

  /// emitted = delivered + waiting + discarded, and what was delivered has arrived.
  void conserved(Trial& trial, const Producer& producer, const Crowd<T>& crowd) {
    if (!producer.alive()) return;
    const StageInfo info = producer.inspect();
    const EventCounts& n = info.events;
    const std::uint64_t known = n.delivered + info.buffered + n.discarded_buffer_full +
                                n.discarded_lane_full + n.routed_away + n.lost_emitted;
    trial.expect("X2", n.emitted == known || info.dispatcher == "broadcast", "of ", n.emitted,
                 " emitted events ", known, " were delivered, wait, or were discarded");
    trial.expect("X2", n.delivered == crowd.received(), n.delivered, " events were delivered, but ",
                 crowd.received(), " arrived");
  }

  void repeats(Trial& trial) {
    const std::uint64_t seed = trial.simulation()->seed();
    const auto first = life(seed);
    const auto second = life(seed);
    trial.expect("X24", first.trace == second.trace,
                 "two runs with the same seed took different turns: ", first.turns, " and ", second.turns);
    if constexpr (Taker<T>::keeps_events) {
      trial.expect("X24", first.events == second.events, "two runs with the same seed gave different events");
    }
  }
  struct Life {
    std::uint64_t trace;
    std::uint64_t turns;
    std::vector<T> events;
  };
  /// A run of its own that is not judged but for its trace.
  Life life(std::uint64_t seed) {
    Simulation simulation({.seed = seed, .log = [](const LogRecord& /*record*/) {}});
    Findings ignored;
    Trial trial(ignored, simulation, &simulation, seed, terms_.effort.patience);
    Life life{};
    {
      const Producer producer = start(trial);
      Crowd<T> crowd = join(trial, producer);
      for (int i = 0; i != 4; ++i) {
        crowd.ask(1 + trial.dice.below(9));
        trial.pass(std::chrono::milliseconds(trial.dice.below(200)));
      }
      life = {simulation.trace_hash(), simulation.turns(), crowd.takers().front().events()};
    }
    simulation.shutdown(std::chrono::milliseconds(1));
    return life;
  }
};

}  // namespace sluice::inline v0::tck::detail
