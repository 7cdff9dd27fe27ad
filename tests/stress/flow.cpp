#include <map>
#include <numeric>
#include <set>

#include "stress.hpp"

namespace sluice::stress {
namespace {

/// The sum of 0 … n-1.
constexpr long sum_to(long n) { return n * (n - 1) / 2; }

TEST(Flow, EveryEventOfADiamondArrivesOnce) {
  const Watchdog watchdog("EveryEventOfADiamondArrivesOnce");
  constexpr long count = 20'000 * scale;
  Runtime runtime(workers(4));
  const auto total = std::make_shared<std::atomic<long>>(0);
  const auto numbers = runtime.start<Numbers>(ProducerOptions<long>{.demand = DemandFlow::accumulate}, count);
  std::vector<Ref<Raise>> middle;
  for (int i = 0; i < 5; ++i) {
    middle.push_back(
        runtime.start<Raise>(ProducerConsumerOptions<long, long>{}, std::chrono::microseconds(i * 5)));
    middle.back().subscribe_to(numbers, {.max_demand = 64});
  }
  const auto account = runtime.start<Account>(total);
  for (const auto& raise : middle) {
    account.subscribe_to(raise, {.max_demand = 50, .min_demand = 7, .on_cancel = OnCancel::temporary});
  }
  numbers.demand_flow(DemandFlow::forward);
  while (total->load() != count) std::this_thread::yield();
  EXPECT_EQ(account.call(&Account::balance), sum_to(count) + count);
}

/// Squares in place what others read at the same time.
class Squares : public Consumer<long> {
 public:
  explicit Squares(long factor) : factor_(factor) {}
  std::pair<long, long> result() const { return {count_, sum_}; }

 private:
  void handle_events(Events<long> events, const Subscription& /*from*/) override {
    if (factor_ != 1) {
      for (long& n : events.mine()) n *= factor_;
    }
    for (const long n : events) sum_ += n;
    count_ += static_cast<long>(events.size());
  }
  long factor_;
  long count_ = 0;
  long sum_ = 0;
};

TEST(Flow, ABroadcastIsChangedByEachForItself) {
  const Watchdog watchdog("ABroadcastIsChangedByEachForItself");
  constexpr long count = 10'000 * scale;
  Runtime runtime(workers(4));
  const auto numbers = runtime.start<Numbers>(
      ProducerOptions<long>{.dispatcher = broadcast(), .demand = DemandFlow::accumulate}, count);
  std::vector<Ref<Squares>> readers;
  for (long factor = 1; factor <= 6; ++factor) {
    readers.push_back(runtime.start<Squares>(factor));
    readers.back().subscribe_to(
        numbers, {.max_demand = static_cast<Demand>(factor * 30), .on_cancel = OnCancel::temporary});
  }
  numbers.demand_flow(DemandFlow::forward);
  static_cast<void>(runtime.wait(numbers));
  for (std::size_t i = 0; i < readers.size(); ++i) {
    std::pair<long, long> result;
    do {
      result = readers[i].call(&Squares::result);
    } while (result.first != count);
    EXPECT_EQ(result.second, sum_to(count) * static_cast<long>(i + 1));
  }
}

TEST(Flow, SubscriptionsComeAndGo) {
  const Watchdog watchdog("SubscriptionsComeAndGo");
  Runtime runtime(workers(4));
  std::vector<Ref<Numbers>> producers{
      runtime.start<Numbers>(), runtime.start<Numbers>(ProducerOptions<long>{.dispatcher = round_robin()}),
      runtime.start<Numbers>(ProducerOptions<long>{.dispatcher = broadcast()})};
  std::vector<Ref<Raise>> middle;
  for (int i = 0; i < 3; ++i) middle.push_back(runtime.start<Raise>());
  std::vector<Ref<Account>> consumers;
  for (int i = 0; i < 6; ++i) consumers.push_back(runtime.start<Account>());
  on_threads(4, [&](int thread) {
    Random dice(static_cast<std::uint64_t>(thread) + 11);
    std::vector<Subscription> mine;
    const auto terms = [&] {
      SubscribeOptions options;
      options.max_demand = 1 + dice.below(60);
      options.on_cancel = OnCancel::temporary;
      return options;
    };
    for (int i = 0; i < 60 * scale; ++i) {
      const auto& producer = producers[dice.below(producers.size())];
      const auto& step = middle[dice.below(middle.size())];
      const auto& consumer = consumers[dice.below(consumers.size())];
      switch (dice.below(6)) {
        case 0: mine.push_back(step.subscribe_to(producer, terms())); break;
        case 1: mine.push_back(consumer.subscribe_to(step, terms())); break;
        case 2: mine.push_back(consumer.subscribe_to(producer, terms())); break;
        case 3:
          if (!mine.empty()) mine[dice.below(mine.size())].cancel();
          break;
        case 4:
          if (!mine.empty())
            mine.push_back(
                consumer.resubscribe(mine[dice.below(mine.size())], Reason("moved"), step, terms()));
          break;
        default:
          if (!mine.empty()) {
            const Subscription& one = mine[dice.below(mine.size())];
            one.pause();
            one.change_demand(1 + dice.below(20), 0);
            one.resume();
          }
      }
    }
    for (const Subscription& one : mine) one.cancel();
  });
  // What the last cancels leave behind: nothing.
  const auto left = [&] {
    std::size_t edges = 0;
    for (const auto& producer : producers) edges += producer.inspect().consumers.size();
    for (const auto& step : middle)
      edges += step.inspect().consumers.size() + step.inspect().producers.size();
    for (const auto& consumer : consumers) edges += consumer.inspect().producers.size();
    return edges;
  };
  // A producer_consumer hears of a cancel behind the events that wait in it, so somebody has to ask (R7.9).
  for (const auto& step : middle) {
    const auto tap = runtime.start<Account>();
    tap.subscribe_to(step, {.max_demand = 1'000'000, .on_cancel = OnCancel::temporary});
    while (!step.inspect().producers.empty()) std::this_thread::yield();
    tap.stop();
  }
  while (left() != 0) std::this_thread::yield();
  for (const auto& producer : producers) {
    const StageInfo info = producer.inspect();
    if (info.dispatcher == "broadcast") continue;
    EXPECT_EQ(info.events.emitted, info.events.delivered + info.buffered + info.events.discarded_buffer_full);
  }
  for (const auto& consumer : consumers) {
    const EventCounts events = consumer.inspect().events;
    EXPECT_EQ(events.received, events.handled + events.lost_received);
  }
}

TEST(Flow, ConsumersEndWhileEventsFlow) {
  const Watchdog watchdog("ConsumersEndWhileEventsFlow");
  {
    Runtime runtime(workers(4));
    const auto numbers = runtime.start<Numbers>();
    const auto raise = runtime.start<Raise>();
    raise.subscribe_to(numbers, {.max_demand = 100});
    on_threads(4, [&](int thread) {
      for (int i = 0; i < 30 * scale; ++i) {
        const auto account = runtime.start<Account>();
        account.subscribe_to(raise, {.max_demand = static_cast<Demand>(1 + i % 50)});
        while (account.call(&Account::balance) == 0) std::this_thread::yield();
        if (thread % 2 == 0) {
          account.kill();
        } else {
          account.stop();
        }
      }
    });
    while (!numbers.inspect().consumers.empty() && !raise.inspect().consumers.empty())
      std::this_thread::yield();
    const StageInfo info = raise.inspect();
    EXPECT_EQ(info.events.emitted, info.events.delivered + info.buffered);
    EXPECT_EQ(info.events.received, info.events.handled + info.queued);
  }
  EXPECT_EQ(Account::alive, 0);
}

TEST(Flow, EightThreadsPushIntoASmallInlet) {
  const Watchdog watchdog("EightThreadsPushIntoASmallInlet");
  constexpr long each = 400 * scale;
  Runtime runtime(workers(2));
  const auto total = std::make_shared<std::atomic<long>>(0);
  auto [inlet, ref] = runtime.start_inlet<long>({.capacity = 3});
  const auto account = runtime.start<Account>(total);
  account.subscribe_to(ref, {.max_demand = 5, .on_cancel = OnCancel::temporary});
  on_threads(8, [&, in = inlet](int thread) mutable {
    for (long i = 0; i < each; ++i) {
      if (thread % 2 == 0) {
        EXPECT_TRUE(in.push(i));
      } else {
        while (!in.try_push(i)) std::this_thread::yield();
      }
    }
  });
  inlet.close();
  EXPECT_EQ(runtime.wait(ref), Reason());
  while (total->load() != 8 * each) std::this_thread::yield();
  EXPECT_EQ(account.call(&Account::balance), 8 * sum_to(each));
  EXPECT_FALSE(inlet.push(1));
}

TEST(Flow, AnInletWhoseStageEndsLetsItsThreadsGo) {
  const Watchdog watchdog("AnInletWhoseStageEndsLetsItsThreadsGo");
  Runtime runtime(workers(2));
  for (int round = 0; round < 10 * scale; ++round) {
    auto started = runtime.start_inlet<long>({.capacity = 2});
    std::atomic<int> pushing{0};
    std::thread killer([&, ref = started.ref] {
      while (pushing.load() < 4) std::this_thread::yield();
      ref.kill();
    });
    on_threads(4, [&, in = started.inlet](int /*thread*/) mutable {
      ++pushing;
      while (in.push(1)) {
      }
    });
    killer.join();
  }
}

TEST(Flow, SeveralThreadsReadRangesAtOnce) {
  const Watchdog watchdog("SeveralThreadsReadRangesAtOnce");
  constexpr long count = 4'000 * scale;
  Runtime runtime(workers(3));
  on_threads(4, [&](int thread) {
    for (int round = 0; round < 3; ++round) {
      const auto numbers = runtime.start<Numbers>(ProducerOptions<long>{}, count);
      long sum = 0;
      long seen = 0;
      for (const long n :
           runtime.to_range<long>({{numbers, {.max_demand = 37, .on_cancel = OnCancel::transient}}})) {
        sum += n;
        if (++seen == 100 && thread % 2 == 1) break;  // leaving early cancels
      }
      if (thread % 2 == 0) {
        EXPECT_EQ(sum, sum_to(count));
      } else {
        numbers.stop_async();
      }
    }
  });
  while (runtime.stage_count() != 0) std::this_thread::yield();
}

TEST(Flow, AShutdownWhileEverythingRuns) {
  const Watchdog watchdog("AShutdownWhileEverythingRuns");
  for (int round = 0; round < 8 * scale; ++round) {
    const auto total = std::make_shared<std::atomic<long>>(0);
    ShutdownReport report;
    {
      Runtime runtime(workers(4));
      const auto numbers = runtime.start<Numbers>();
      for (int i = 0; i < 3; ++i) {
        const auto raise =
            runtime.start<Raise>(ProducerConsumerOptions<long, long>{}, std::chrono::microseconds(i * 20));
        raise.subscribe_to(numbers, {.max_demand = 100});
        for (int j = 0; j < 2; ++j) runtime.start<Account>(total).subscribe_to(raise, {.max_demand = 10});
      }
      auto [inlet, ref] = runtime.start_inlet<long>({.capacity = 4});
      runtime.start<Account>(total).subscribe_to(ref, {.max_demand = 10});
      std::thread pusher([in = inlet]() mutable {
        while (in.push(1)) {
        }
      });
      while (total->load() < 1000) std::this_thread::yield();
      report = runtime.shutdown(std::chrono::seconds(20));
      EXPECT_EQ(runtime.stage_count(), 0U);
      inlet.close();
      pusher.join();
    }
    EXPECT_TRUE(report.still_running.empty());
    EXPECT_EQ(Account::alive, 0);
  }
}

/// Emits one by one to a stage that has ended, before it has heard of that.
class EmitsTooLate : public Producer<long> {
 public:
  explicit EmitsTooLate(AnyRef victim)
      : Producer<long>({.demand = DemandFlow::accumulate}), victim_(std::move(victim)) {}

 private:
  void handle_demand(Demand n) override {
    while (victim_.alive()) std::this_thread::yield();
    for (; n != 0; --n) {
      emit(1);
      flush();
    }
    stop();
  }
  AnyRef victim_;
};

TEST(Flow, EventsThatComeForAnEndedStageAreCountedUnderItsName) {
  const Watchdog watchdog("EventsThatComeForAnEndedStageAreCountedUnderItsName");
  constexpr std::size_t producers = 4;
  constexpr Demand each = 20'000 * scale;
  Runtime runtime(workers(2));
  const auto victim = runtime.start<Account>({.name = "victim", .thread = Thread::own});
  std::vector<Ref<EmitsTooLate>> all;
  for (std::size_t i = 0; i < producers; ++i) {
    all.push_back(runtime.start<EmitsTooLate>({.thread = Thread::own}, victim));
    victim.subscribe_to(all.back(), {.max_demand = each});
  }
  for (const auto& one : all) one.demand_flow(DemandFlow::forward);
  victim.kill();
  for (const auto& one : all) static_cast<void>(runtime.wait(one, std::chrono::seconds(30)));
  static_cast<void>(runtime.shutdown());
  std::map<std::string, EventCounts> counts;
  for (const EndedStages& one : runtime.snapshot().ended) counts[one.name] = one.events;
  EXPECT_EQ(counts[""].delivered, producers * each);
  EXPECT_EQ(counts["victim"], (EventCounts{.received = producers * each, .lost_received = producers * each}));
}

}  // namespace
}  // namespace sluice::stress
