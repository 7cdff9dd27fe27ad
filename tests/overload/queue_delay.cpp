#include "sluice/overload/queue_delay.hpp"

#include <algorithm>
#include <deque>
#include <vector>

#include "overload/overload.hpp"
#include "sluice/overload/adaptive_lifo.hpp"
#include "sluice/overload/bounded_queue.hpp"
#include "sluice/overload/expiry.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::AdaptiveLifo;
using overload::BoundedQueue;
using overload::End;
using overload::Loss;
using overload::QueueDelay;
using overload::Shed;
using overload::Waiting;
using ::testing::HasSubstr;

TEST(QueueDelay, KeepsWhatWaitedLongIfAnEventOfTheIntervalDidNot) {
  QueueDelay delay({.target = 5ms, .interval = 100ms});
  for (Duration now = 0ms; now < 1s; now += 1ms) {
    EXPECT_EQ(delay.note(now % 50ms == 0ms ? 1ms : 30ms, at(now)), Shed::keep);
    EXPECT_FALSE(delay.overloaded());
  }
}

TEST(QueueDelay, DiscardsWhatWaitedTooLongAfterAnIntervalWithoutAShortWait) {
  QueueDelay delay({.target = 5ms, .interval = 100ms});
  for (Duration now = 0ms; now < 100ms; now += 1ms) EXPECT_EQ(delay.note(11ms, at(now)), Shed::keep);
  EXPECT_EQ(delay.note(11ms, at(100ms)), Shed::keep) << "it begins the next interval";
  EXPECT_TRUE(delay.overloaded());
  EXPECT_EQ(delay.note(11ms, at(101ms)), Shed::discard);
  EXPECT_EQ(delay.note(10ms, at(102ms)), Shed::keep) << "twice the target is not too long";
  EXPECT_EQ(delay.load(), 1);
  EXPECT_EQ(delay.note(2500us, at(103ms)), Shed::keep);
  EXPECT_EQ(delay.note(11ms, at(104ms)), Shed::discard) << "it ends with the interval";
  EXPECT_EQ(delay.load(), 0.25);
  EXPECT_EQ(delay.note(11ms, at(200ms)), Shed::keep);
  EXPECT_EQ(delay.note(11ms, at(201ms)), Shed::keep);
  EXPECT_FALSE(delay.overloaded());
}

TEST(QueueDelay, ABurstAfterAPauseIsNotTakenForTheOverloadBeforeIt) {
  QueueDelay delay({.target = 5ms, .interval = 100ms});
  for (Duration now = 0ms; now < 150ms; now += 1ms) static_cast<void>(delay.note(30ms, at(now)));
  EXPECT_TRUE(delay.overloaded());
  EXPECT_EQ(delay.note(0ms, at(1h)), Shed::keep);
  EXPECT_EQ(delay.note(30ms, at(1h + 1ms)), Shed::keep);
}

TEST(QueueDelay, OtherTimesHoldAtOnce) {
  QueueDelay delay({.target = 5ms, .interval = 100ms});
  static_cast<void>(delay.note(30ms, at(0ms)));
  static_cast<void>(delay.note(30ms, at(100ms)));
  EXPECT_EQ(delay.note(30ms, at(101ms)), Shed::discard);
  delay.change({.target = 20ms, .interval = 100ms});
  EXPECT_EQ(delay.note(30ms, at(102ms)), Shed::keep);
}

/// A server of 1,000 events/s with a queue before it.
struct Server {
  QueueDelay delay;
  std::deque<Instant> queue = {};
  Instant free = {};
  std::vector<Duration> waits = {};
  std::size_t discarded = 0;

  void serve_until(Instant time) {
    while (!queue.empty() && std::max(free, queue.front()) <= time) {
      const Instant now = std::max(free, queue.front());
      const Duration waited = now - queue.front();
      queue.pop_front();
      if (delay.note(waited, now) == Shed::discard) {
        ++discarded;
        continue;
      }
      waits.push_back(waited);
      free = now + 1ms;
    }
  }
};

TEST(QueueDelay, KeepsWaitsShortAndTheServerBusyUnderOverload) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    Server server{QueueDelay({.target = 5ms, .interval = 100ms})};
    for (Instant now{}; now < at(5s); now += Duration(static_cast<std::int64_t>(random.below(1'333'333)))) {
      server.serve_until(now);
      server.queue.push_back(now);  // 1,500 events/s
    }
    std::vector<Duration> late(server.waits.begin() + static_cast<std::ptrdiff_t>(server.waits.size() / 2),
                               server.waits.end());
    std::sort(late.begin(), late.end());
    EXPECT_GE(server.waits.size(), 4'900U) << seed;
    EXPECT_LE(late[late.size() / 2], 15ms) << seed;
    EXPECT_GE(server.discarded, 2'000U) << seed;
  }
}

TEST(QueueDelay, DiscardsNothingBelowTheServersRate) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    Server server{QueueDelay({.target = 5ms, .interval = 100ms})};
    for (Instant now{}; now < at(5s); now += Duration(static_cast<std::int64_t>(random.below(2'500'000)))) {
      server.serve_until(now);
      server.queue.push_back(now);  // 800 events/s
    }
    EXPECT_EQ(server.discarded, 0U) << seed;
  }
}

TEST(AdaptiveLifo, TakesTheYoungestFromALongWaitUntilTheQueueIsEmpty) {
  AdaptiveLifo lifo({.target = 50ms});
  EXPECT_EQ(lifo.next(50ms), End::oldest);
  EXPECT_EQ(lifo.next(51ms), End::youngest);
  EXPECT_EQ(lifo.next(1ms), End::youngest);
  lifo.emptied();
  EXPECT_EQ(lifo.end(), End::oldest);
  EXPECT_EQ(lifo.next(1ms), End::oldest);
}

TEST(AdaptiveLifo, ServesMoreEventsInTimeThanInOrderUnderOverload) {
  const auto in_time = [](bool adaptive) {
    AdaptiveLifo lifo({.target = 50ms});
    BoundedQueue<Waiting<int>> queue({.events = 1'000});
    const auto ignore = [](Waiting<int>&&, Loss) {};
    int count = 0;
    for (int tick = 0; tick < 10'000; ++tick) {  // one is served each ms, and for 2 s two come
      const Instant now = at(tick * 1ms);
      for (int i = 0; i < (tick < 2'000 ? 2 : 1); ++i) static_cast<void>(queue.push({tick, now}, ignore));
      if (queue.empty()) lifo.emptied();
      const End end = adaptive && !queue.empty() ? lifo.next(now - queue.oldest().since) : End::oldest;
      const auto taken = end == End::oldest ? queue.pop() : queue.pop_youngest();
      if (taken && now - taken->since <= 100ms) ++count;
    }
    return count;
  };
  EXPECT_LT(in_time(false), 300);
  EXPECT_GT(in_time(true), 9'000);
}

TEST(QueueDelay, SaysWhichOptionIsOutOfRange) {
  EXPECT_THAT(message_of([] { QueueDelay({.target = 0s}); }),
              HasSubstr("target: must be positive, got 0 ns"));
  EXPECT_THAT(message_of([] { QueueDelay({.target = 9000h, .interval = 9000h}); }),
              HasSubstr("at most a year"));
  EXPECT_THAT(message_of([] { QueueDelay({.target = 5ms, .interval = 4ms}); }),
              HasSubstr("interval: must be at least target, 5000000 ns, got 4000000 ns"));
  EXPECT_THAT(message_of([] { AdaptiveLifo({.target = 0s}); }), HasSubstr("target: must be positive"));
}

}  // namespace
}  // namespace sluice::overload_tests
