#include "stress.hpp"

namespace sluice::stress {
namespace {

/// Passes on one event at a time; before the last of `events` it waits until the one before has arrived.
class Stopper final : public ProducerConsumer<long, long> {
 public:
  Stopper(long events, Latch* arrived) : events_(events), arrived_(arrived) {}

 private:
  void handle_events(Events<long> events, const Subscription&) override {
    for (const long event : events) {
      if (event == events_ - 1) static_cast<void>(arrived_->wait_for(forever));
      emit(event);
    }
  }

  long events_;
  Latch* arrived_;
};

/// Opens the latch when the last event but one has come.
class Taker final : public Consumer<long> {
 public:
  Taker(long events, Latch* arrived, std::vector<long>* taken)
      : events_(events), arrived_(arrived), taken_(taken) {}

 private:
  void handle_events(Events<long> events, const Subscription&) override {
    for (const long event : events) {
      taken_->push_back(event);
      if (event == events_ - 2) arrived_->open();
    }
  }

  long events_;
  Latch* arrived_;
  std::vector<long>* taken_;
};

std::vector<long> numbers(long count) {
  std::vector<long> out;
  for (long i = 0; i < count; ++i) out.push_back(i);
  return out;
}

TEST(HandOver, IsTakenAwayFromBehindACallbackThatDoesNotReturn) {
  const Watchdog watchdog("IsTakenAwayFromBehindACallbackThatDoesNotReturn");
  for (int round = 0; round < 3 * scale; ++round) {
    Latch arrived;
    std::vector<long> taken;
    Runtime runtime(workers(2));
    const auto taker = runtime.start<Taker>(4, &arrived, &taken);
    const auto stopper = runtime.start<Stopper>(4, &arrived);
    taker.subscribe_to(stopper, {.max_demand = 4, .min_demand = 3});
    const auto source = runtime.start<Numbers>(ProducerOptions<long>{.demand = DemandFlow::accumulate}, 4);
    stopper.subscribe_to(source, {.max_demand = 4, .min_demand = 3});  // one message, cut into four batches
    runtime.settle();
    source.demand_flow(DemandFlow::forward);
    EXPECT_TRUE(arrived.wait_for(forever));  // without a message to anybody
    EXPECT_EQ(runtime.wait(taker), Reason::normal());
    EXPECT_EQ(taken, numbers(4));
  }
}

/// Is occupied for a second by each event.
class Slow final : public Consumer<long> {
 public:
  explicit Slow(std::vector<long>* taken) : taken_(taken) {}

 private:
  void handle_events(Events<long> events, const Subscription&) override {
    for (const long event : events) taken_->push_back(event);
    busy_for(std::chrono::seconds(1));
  }

  std::vector<long>* taken_;
};

TEST(HandOver, WaitsForAStageThatIsBusy) {
  std::vector<long> taken;
  Runtime runtime({.workers = 1, .clock = std::make_shared<ManualClock>()});
  const auto slow = runtime.start<Slow>(&taken);
  std::vector<Ref<Numbers>> sources;
  for (int i = 0; i < 2; ++i) {  // while it is busy with an event of one, the other sends
    sources.push_back(runtime.start<Numbers>(ProducerOptions<long>{.demand = DemandFlow::accumulate}, 3));
    slow.subscribe_to(sources.back(), {.max_demand = 1, .on_cancel = OnCancel::transient});
  }
  runtime.settle();
  for (const auto& source : sources) source.demand_flow(DemandFlow::forward);
  for (std::size_t second = 1; second <= 6; ++second) {
    runtime.settle();
    EXPECT_EQ(taken.size(), second);
    runtime.advance(std::chrono::seconds(1));
  }
}

}  // namespace
}  // namespace sluice::stress
