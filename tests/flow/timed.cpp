#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "flow/fed.hpp"
#include "flow/flow.hpp"

namespace sluice::flow_tests {
namespace {

using conformance::World;
using namespace std::chrono_literals;

/// What passed, and when: milliseconds since the log was made.
class PassLogbook {
 public:
  explicit PassLogbook(World& world) : world_(&world), begin_(world->now()) {}

  void add(int event) {
    const std::lock_guard lock(mutex_);
    passed_.emplace_back(now(), event);
  }
  [[nodiscard]] std::vector<std::pair<long, int>> all() const {
    const std::lock_guard lock(mutex_);
    return passed_;
  }
  [[nodiscard]] std::vector<int> events() const {
    std::vector<int> found;
    for (const auto& [at, event] : all()) found.push_back(event);
    return found;
  }
  /// The most events that passed within any stretch of so many milliseconds.
  [[nodiscard]] std::size_t most_within(long period) const {
    const auto passed = all();
    std::size_t most = 0;
    for (const auto& first : passed) {
      const auto within = std::ranges::count_if(passed, [&](const auto& one) {
        return one.first >= first.first && one.first < first.first + period;
      });
      most = std::max(most, static_cast<std::size_t>(within));
    }
    return most;
  }

 private:
  [[nodiscard]] long now() const {
    return static_cast<long>(
        std::chrono::duration_cast<std::chrono::milliseconds>((*world_)->now() - begin_).count());
  }
  World* world_;
  Instant begin_;
  mutable std::mutex mutex_;
  std::vector<std::pair<long, int>> passed_;
};

/// Writes every event into a logbook.
[[nodiscard]] auto noted_in(std::shared_ptr<PassLogbook> book) {
  return flow::map([book = std::move(book)](int event) {
    book->add(event);
    return event;
  });
}
[[nodiscard]] auto one_to(int n, Demand max_demand = 1000) {
  return flow::from(std::views::iota(1, n + 1), {.stages = 1, .max_demand = max_demand});
}
[[nodiscard]] std::vector<int> numbers_to(int n) {
  std::vector<int> all(static_cast<std::size_t>(n));
  std::ranges::generate(all, [next = 1]() mutable { return next++; });
  return all;
}
/// Whether the flow has ended, and how.
template <class Handle>
[[nodiscard]] std::optional<flow::Outcome::Kind> end_of(const Handle& handle, World& world) {
  world.settle();
  const auto outcome = handle.wait(Duration::zero());
  return outcome ? std::optional(outcome->kind) : std::nullopt;
}
constexpr auto completed = flow::Outcome::Kind::completed;

template <class F>
[[nodiscard]] std::string option_error(F make) {
  try {
    static_cast<void>(make());
  } catch (const OptionError& error) {
    return error.what();
  }
  return "no error";
}

// -- throttle

SCENARIO_OF(Throttle, LetsSoManyPassPerPeriodAndDropsNone) {
  const auto book = std::make_shared<PassLogbook>(world);
  const auto handle = one_to(10) | flow::throttle({.events = 3, .per = 100ms}) | noted_in(book) |
                      flow::start(world.runtime());
  world.settle();
  EXPECT_THAT(book->events(), ElementsAre(1, 2, 3));
  world.advance(99ms);
  EXPECT_EQ(book->events().size(), 3U);
  world.advance(1ms);
  EXPECT_THAT(book->events(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_FALSE(end_of(handle, world));
  world.advance(1s);
  EXPECT_EQ(book->events(), numbers_to(10));
  EXPECT_EQ(book->most_within(100), 3U);
  EXPECT_EQ(end_of(handle, world), completed);
}

SCENARIO_OF(Throttle, NoStretchOfTheLengthOfAPeriodHoldsMoreWhateverTheDemand) {
  for (const Demand max : std::vector<Demand>{1, 2, 7, 1000}) {
    const auto book = std::make_shared<PassLogbook>(world);
    const auto handle = one_to(100, max) | flow::throttle({.events = 7, .per = 30ms}, {.max_demand = max}) |
                        noted_in(book) | flow::start(world.runtime());
    for (int i = 0; i != 100; ++i) world.advance(std::chrono::milliseconds(1 + i % 9));
    EXPECT_EQ(book->events(), numbers_to(100));
    EXPECT_EQ(book->most_within(30), 7U);
    EXPECT_EQ(end_of(handle, world), completed);
  }
}

SCENARIO_OF(Throttle, CountsForTheWholeFlow) {
  const auto book = std::make_shared<PassLogbook>(world);
  const auto handle = flow::from_ranges(std::vector{numbers_to(50), numbers_to(50)}, {.stages = 4}) |
                      flow::map([](int n) { return n; }) | flow::throttle({.events = 10, .per = 1s}) |
                      noted_in(book) | flow::start(world.runtime());
  world.advance(20s);
  EXPECT_EQ(book->most_within(1000), 10U);
  EXPECT_EQ(book->events().size(), 100U);
  EXPECT_EQ(end_of(handle, world), completed);
}

/// An endless source that counts what was taken from it.
[[nodiscard]] auto counted(std::shared_ptr<std::atomic<int>> taken) {
  return std::views::iota(1) | std::views::transform([taken = std::move(taken)](int n) {
           ++*taken;
           return n;
         });
}

SCENARIO_OF(Throttle, AsksForNoMoreWhileEventsWait) {
  const auto taken = std::make_shared<std::atomic<int>>(0);
  const auto book = std::make_shared<PassLogbook>(world);
  const auto handle = flow::from(counted(taken), {.stages = 1, .max_demand = 8}) |
                      flow::throttle({.events = 1, .per = 1s}, {.max_demand = 8}) | noted_in(book) |
                      flow::start(world.runtime());
  for (int i = 0; i != 30; ++i) {
    world.advance(1s);
    EXPECT_LE(*taken - static_cast<int>(book->events().size()), 3 * 8 + 1);
  }
  EXPECT_EQ(book->events().size(), 31U);
  handle.stop();
}

SCENARIO_OF(Throttle, WhatWaitsStillComesAfterTheSourceWasCancelled) {
  const auto taken = std::make_shared<std::atomic<int>>(0);
  const auto book = std::make_shared<PassLogbook>(world);
  const auto handle = flow::from(counted(taken), {.stages = 1, .max_demand = 4}) |
                      flow::throttle({.events = 1, .per = 1s}, {.max_demand = 4}) | noted_in(book) |
                      flow::start(world.runtime());
  world.settle();
  handle.cancel();
  world.advance(60s);
  EXPECT_EQ(end_of(handle, world), flow::Outcome::Kind::cancelled);
  EXPECT_EQ(book->events(), numbers_to(*taken));
}

SCENARIO_OF(Throttle, AWindowBehindItSeesOneStreamInOrder) {
  const auto sums = std::make_shared<PassLogbook>(world);
  const auto handle = one_to(10) | flow::throttle({.events = 2, .per = 1s}) | flow::window::count(4) |
                      flow::reduce(0, std::plus{}) | noted_in(sums) | flow::start(world.runtime());
  world.advance(1s);
  EXPECT_THAT(sums->events(), ElementsAre(10));
  world.advance(10s);
  EXPECT_THAT(sums->events(), ElementsAre(10, 26, 19));
  EXPECT_EQ(end_of(handle, world), completed);
}

SCENARIO_OF(Throttle, LetsTheSlowestSourceFailTheFlowAtOnce) {
  const auto book = std::make_shared<PassLogbook>(world);
  const auto handle = one_to(10) | flow::map([](int n) {
                        if (n == 9) throw std::runtime_error("nine");
                        return n;
                      }) |
                      flow::throttle({.events = 2, .per = 1s}) | noted_in(book) |
                      flow::start(world.runtime());
  EXPECT_EQ(end_of(handle, world), flow::Outcome::Kind::failed);
}

/// A shutdown ends sources first and hands out what is under way: also what waits in a throttle.
TEST(Throttle, AShutdownWaitsForWhatWaits) {
  for (std::uint64_t seed = 1; seed <= 32; ++seed) {
    World world(seed);
    const auto taken = std::make_shared<std::atomic<int>>(0);
    const auto book = std::make_shared<PassLogbook>(world);
    const auto handle = flow::from(counted(taken), {.stages = 1, .max_demand = 4}) |
                        flow::throttle({.events = 1, .per = 1s}, {.max_demand = 4}) | noted_in(book) |
                        flow::start(world.runtime());
    world.settle();
    EXPECT_TRUE(world->shutdown(60s).drained);
    EXPECT_EQ(book->events(), numbers_to(*taken));
  }
}

TEST(PassLog, CountsWhatPassedInTheLastPeriod) {
  const auto at = [](int ms) { return Instant{} + std::chrono::milliseconds(ms); };
  flow::PassLog log({.events = 3, .per = 100ms});
  log.pass();
  log.stamp(at(10));
  log.pass();
  log.pass();
  EXPECT_EQ(log.left(), 0U);
  log.stamp(at(60));
  EXPECT_EQ(log.next(), at(110));
  log.stamp(at(109));
  EXPECT_EQ(log.left(), 0U);
  log.stamp(at(110));
  EXPECT_EQ(log.left(), 1U);
  log.stamp(at(159));
  EXPECT_EQ(log.left(), 1U);
  log.stamp(at(160));
  EXPECT_EQ(log.left(), 3U);
}

TEST(Throttle, ChecksItsOptions) {
  EXPECT_EQ(option_error([] { return flow::throttle({.events = 0}); }), "events: must be at least 1, got 0");
  EXPECT_EQ(option_error([] { return flow::throttle({.per = 0s}); }), "per: must be positive, got 0ns");
  EXPECT_EQ(option_error([] { return flow::throttle({.per = -1s}); }),
            "per: must be positive, got -1000000000ns");
  EXPECT_EQ(option_error([] { return flow::throttle({}, {.stages = 4}); }),
            "stages: must be 1, for a throttle counts in one place, got 4");
  EXPECT_EQ(option_error([] { return flow::throttle({}, {.max_demand = 0}); }),
            "max_demand: must be at least 1, got 0");
}

// -- sample

SCENARIO_OF(Sample, EachNth) {
  EXPECT_THAT(events_of(one_to(10) | flow::sample({.every = 3}), world), ElementsAre(3, 6, 9));
  EXPECT_THAT(events_of(one_to(4) | flow::sample({.every = 1}), world), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(events_of(one_to(4) | flow::sample({.every = 5}), world), IsEmpty());
}

SCENARIO_OF(Sample, EachNthOfEveryWindow) {
  const auto firsts = one_to(10) | flow::window::count(4) | flow::sample({.every = 3}) |
                      flow::reduce(std::vector<int>{}, Append<int>{});
  EXPECT_THAT(events_of(firsts, world), ElementsAre(ElementsAre(3), ElementsAre(7), ElementsAre()));
}

SCENARIO_OF(Sample, TheLatestOfEachPeriodAtItsEnd) {
  Fed fed(world);
  const auto book = std::make_shared<PassLogbook>(world);
  const auto handle =
      from(fed) | flow::sample({.per = 100ms}) | noted_in(book) | flow::start(world.runtime());
  fed.push(1);
  world.advance(60ms);
  fed.push(2);
  world.advance(39ms);
  EXPECT_THAT(book->events(), IsEmpty());
  world.advance(1ms);
  EXPECT_THAT(book->all(), ElementsAre(std::pair(100L, 2)));
  world.advance(500ms);  // silence
  fed.push(3);
  world.advance(50ms);
  fed.push(4);
  fed.close();  // what is left comes at once
  EXPECT_THAT(book->all(), ElementsAre(std::pair(100L, 2), std::pair(650L, 4)));
  EXPECT_EQ(end_of(handle, world), completed);
}

SCENARIO_OF(Sample, TheLatestBeforeAndBehindAWindow) {
  Fed fed(world);
  const auto book = std::make_shared<PassLogbook>(world);
  const auto handle = from(fed) | flow::sample({.per = 10ms}) | flow::window::count(2) |
                      flow::sample({.per = 1s}) | noted_in(book) | flow::start(world.runtime());
  for (const int n : {1, 2, 3, 4, 5, 6}) {
    fed.push(n);
    world.advance(5ms);
  }
  EXPECT_THAT(book->events(), ElementsAre(4));  // 2 and 4 are the first window, which ends with 4
  fed.push(7);
  fed.close();
  EXPECT_THAT(book->events(), ElementsAre(4, 7));
  EXPECT_EQ(end_of(handle, world), completed);
}

SCENARIO_OF(Sample, AShareThatDependsOnTheSeedAlone) {
  const auto share = events_of(one_to(10000) | flow::sample({.probability = 0.1}), world);
  EXPECT_GT(share.size(), 800U);
  EXPECT_LT(share.size(), 1200U);
  EXPECT_TRUE(std::ranges::is_sorted(share));
  EXPECT_THAT(events_of(one_to(100) | flow::sample({.probability = 0}), world), IsEmpty());
  EXPECT_EQ(events_of(one_to(100) | flow::sample({.probability = 1}), world).size(), 100U);
}

TEST(Sample, OfOneSeedIsTheSame) {
  const auto drawn = [](std::uint64_t seed) {
    World world(seed);
    return events_of(one_to(1000) | flow::sample({.probability = 0.1}), world);
  };
  EXPECT_EQ(drawn(7), drawn(7));
  EXPECT_NE(drawn(7), drawn(8));
}

TEST(Sample, ChecksItsOptions) {
  EXPECT_EQ(option_error([] { return flow::sample({.every = 0}); }), "every: must be at least 1, got 0");
  EXPECT_EQ(option_error([] { return flow::sample({.per = 0ms}); }), "per: must be positive, got 0ns");
  EXPECT_EQ(option_error([] { return flow::sample({.per = -1ns}); }), "per: must be positive, got -1ns");
  EXPECT_EQ(option_error([] { return flow::sample({.probability = 1.5}); }),
            "probability: must be 0 … 1, got 1.5");
  EXPECT_EQ(option_error([] { return flow::sample({.probability = std::nan("")}); }),
            "probability: must be 0 … 1, got nan");
}

// -- debounce

SCENARIO_OF(Debounce, TheLastBeforeEachSilence) {
  Fed fed(world);
  const auto book = std::make_shared<PassLogbook>(world);
  const auto handle =
      from(fed) | flow::debounce({.quiet = 100ms}) | noted_in(book) | flow::start(world.runtime());
  for (const int n : {1, 2, 3}) {
    fed.push(n);
    world.advance(60ms);
  }
  EXPECT_THAT(book->events(), IsEmpty());
  world.advance(40ms);
  EXPECT_THAT(book->all(), ElementsAre(std::pair(220L, 3)));
  fed.push(4);
  fed.push(5);
  fed.close();
  EXPECT_THAT(book->events(), ElementsAre(3, 5));
  EXPECT_EQ(end_of(handle, world), completed);
}

TEST(Debounce, ChecksItsOptions) {
  EXPECT_EQ(option_error([] { return flow::debounce({.quiet = 0ms}); }), "quiet: must be positive, got 0ns");
  EXPECT_EQ(option_error([] { return flow::debounce({.quiet = -2ns}); }),
            "quiet: must be positive, got -2ns");
}

}  // namespace
}  // namespace sluice::flow_tests
