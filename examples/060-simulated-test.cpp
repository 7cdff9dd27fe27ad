// Testing your own stages. In a simulation the order of everything is drawn from a seed and time is virtual:
// a test runs under many seeds in no time, and a failing seed fails again. Probes stand in for the
// neighbours.
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "sluice/sluice.hpp"
#include "sluice/testing/testing.hpp"

using namespace std::chrono_literals;

// The stage under test: sums of three, and what is left after a minute without events.
class SumOfThree : public sluice::ProducerConsumer<int, int> {
  void handle_events(sluice::Events<int> numbers, const sluice::Subscription&) override {
    for (int n : numbers) {
      sum_ += n;
      if (++count_ == 3) finish_sum();
    }
    cancel(timer_);
    timer_ = after(1min);
  }
  void handle_timer(sluice::TimerId) override {
    if (count_ != 0) finish_sum();
  }
  void finish_sum() {
    emit(sum_);
    sum_ = count_ = 0;
  }
  int sum_ = 0;
  int count_ = 0;
  sluice::TimerId timer_;
};

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

// By hand: what goes in, what was asked for, what came out, and when.
void test_with_probes(sluice::Simulation& simulation) {
  sluice::testing::ProducerProbe<int> producer(simulation);
  sluice::testing::ConsumerProbe<int> consumer(simulation);
  auto stage = simulation.start<SumOfThree>();
  consumer.subscribe_to(stage);
  stage.subscribe_to(producer.ref(), {.max_demand = 4, .min_demand = 2});
  consumer.ask(10);
  simulation.settle();
  producer.expect_asks({4});

  producer.send({1, 2, 3, 4});
  simulation.settle();
  consumer.expect_events({6});
  producer.expect_asks({4, 2, 2});

  simulation.advance(59s);
  consumer.expect_events({6});
  simulation.advance(1s);
  consumer.expect_events({6, 4});
}

// A whole pipeline, with late messages and a slow stage: whatever the order, nothing is lost.
void test_whole(sluice::Simulation& simulation) {
  auto source = simulation.start(
      sluice::from_range(std::vector<int>(300, 1), {.demand = sluice::DemandFlow::accumulate}));
  auto stage = simulation.start<SumOfThree>({.name = "sums"});
  int total = 0;
  auto sink = simulation.start(sluice::consume<int>([&](int sum) { total += sum; }));
  sink.subscribe_to(stage, {.max_demand = 7});
  stage.subscribe_to(source, {.max_demand = 10});
  source.demand_flow(sluice::DemandFlow::forward);
  simulation.slow("sums", 5ms);
  simulation.run_until_idle();
  expect(total == 300, "every number is in a sum");
}

int main() {
  sluice::testing::for_each_seed(50, test_with_probes);
  sluice::testing::for_each_seed(50, test_whole, {.delay_chance = 0.3, .delay_up_to = 20ms});
  std::printf("both tests hold under 50 seeds\n");
}
