#include "sluice/overload/priority_queue.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "overload/discards.hpp"
#include "overload/overload.hpp"

namespace sluice::overload_tests {
namespace {

using namespace std::chrono_literals;
using overload::Loss;
using overload::PriorityOptions;
using overload::PriorityQueue;
using overload::Pushed;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

struct Queue : PriorityQueue<int> {
  using PriorityQueue::PriorityQueue;
  Pushed put(Duration now, std::size_t priority, int event) {
    return push(at(now), priority, int{event}, discards);
  }
  std::vector<int> drain(Duration now) {
    std::vector<int> all;
    while (auto event = pop(at(now), discards)) all.push_back(*event);
    return all;
  }
  Discards<int> discards = {};
};

TEST(PriorityQueue, HigherClassesGoFirstAndAClassIsInOrder) {
  Queue queue({.classes = 3});
  queue.put(0s, 0, 1);
  queue.put(0s, 2, 2);
  queue.put(0s, 1, 3);
  queue.put(1h, 2, 4);
  EXPECT_THAT(queue.drain(2h), ElementsAre(2, 4, 3, 1));
}

TEST(PriorityQueue, WhoHasWaitedLongEnoughRanksOneClassHigher) {
  Queue queue({.classes = 2, .ageing = 10s});
  queue.put(0s, 0, 1);
  queue.put(9s, 1, 2);
  queue.put(10s, 1, 3);
  queue.put(11s, 1, 4);
  EXPECT_THAT(queue.drain(11s), ElementsAre(2, 1, 3, 4)) << "1 and 3 rank the same, and 1 came first";
}

TEST(PriorityQueue, AgeingLetsNoClassStarve) {
  Queue queue({.classes = 2, .ageing = 1s});
  queue.put(0s, 0, -1);
  int gone_at = 0;
  for (int i = 0; i < 100 && gone_at == 0; ++i) {
    queue.put(i * 100ms, 1, i);
    queue.put(i * 100ms, 1, i);
    if (queue.pop(at(i * 100ms), queue.discards) == -1) gone_at = i;
  }
  EXPECT_EQ(gone_at, 20) << "events of class 1 of before 1 s go first, two each 100 ms";
}

TEST(PriorityQueue, AFullOneEvictsTheOldestOfTheLowestClass) {
  Queue queue({.classes = 3, .events = 3});
  queue.put(0s, 1, 1);
  queue.put(1s, 1, 2);
  queue.put(2s, 2, 3);
  EXPECT_EQ(queue.put(3s, 2, 4), Pushed::stored);
  EXPECT_EQ(queue.put(3s, 0, 5), Pushed::dropped);
  EXPECT_EQ(queue.put(3s, 1, 6), Pushed::dropped) << "equal is not lower";
  EXPECT_THAT(queue.discards.all,
              ElementsAre(Pair(1, Loss::outranked), Pair(5, Loss::outranked), Pair(6, Loss::outranked)));
  EXPECT_THAT(queue.drain(3s), ElementsAre(3, 4, 2));
}

TEST(PriorityQueue, WhatHasWaitedTooLongExpiresWhenItsTurnComes) {
  Queue queue({.classes = 2, .time_to_live = 5s});
  queue.put(0s, 1, 1);
  queue.put(1s, 0, 2);
  queue.put(3s, 0, 3);
  EXPECT_EQ(queue.pop(at(5s), queue.discards), 1) << "exactly as long is still fresh";
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_THAT(queue.drain(7s), ElementsAre(3));
  EXPECT_THAT(queue.discards.all, ElementsAre(Pair(2, Loss::expired)));
}

struct Entry {
  int event;
  std::size_t priority;
  Instant since;
};

/// What the queue promises, by looking at all that waits.
struct Model {
  PriorityOptions options;
  std::vector<Entry> waiting = {};
  std::vector<std::pair<int, Loss>> dropped = {};

  void push(Instant now, std::size_t priority, int event) {
    if (waiting.size() == options.events) {
      const auto lowest = std::min_element(waiting.begin(), waiting.end(),
                                           [](auto& a, auto& b) { return a.priority < b.priority; });
      if (lowest->priority >= priority) return dropped.emplace_back(event, Loss::outranked), void();
      dropped.emplace_back(lowest->event, Loss::outranked);
      waiting.erase(lowest);
    }
    waiting.push_back({event, priority, now});
  }
  std::optional<int> pop(Instant now) {
    const auto score = [&](const Entry& entry) {  // in nanoseconds, exact
      const auto steps = static_cast<std::int64_t>(entry.priority);
      return options.ageing ? (now - entry.since) + steps * *options.ageing : Duration(steps);
    };
    while (!waiting.empty()) {
      const auto best = std::max_element(waiting.begin(), waiting.end(),
                                         [&](auto& a, auto& b) { return score(a) < score(b); });
      const Entry entry = *best;
      waiting.erase(best);
      if (now - entry.since <= options.time_to_live) return entry.event;
      dropped.emplace_back(entry.event, Loss::expired);
    }
    return std::nullopt;
  }
};

TEST(PriorityQueue, DoesWhatItsModelDoesForAnySeed) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    PriorityOptions options{.classes = 1 + random.below(5), .events = 1 + random.below(12)};
    if (random.chance(0.7)) options.ageing = Duration(1 + static_cast<std::int64_t>(random.below(30)));
    if (random.chance(0.5)) options.time_to_live = Duration(1 + static_cast<std::int64_t>(random.below(60)));
    Queue queue(options);
    Model model{options};
    Duration now = 0ns;
    for (int i = 0; i < 400; ++i) {
      now += Duration(static_cast<std::int64_t>(random.below(6)));
      if (random.chance(0.6)) {
        const std::size_t priority = random.below(options.classes);
        model.push(at(now), priority, i);
        queue.put(now, priority, i);
      } else {
        ASSERT_EQ(queue.pop(at(now), queue.discards), model.pop(at(now))) << seed << ' ' << i;
      }
      ASSERT_LE(queue.size(), options.events);
      ASSERT_EQ(queue.pushed(), queue.popped() + queue.size() + queue.losses().total());
    }
    EXPECT_EQ(queue.discards.all, model.dropped) << seed;
    EXPECT_TRUE(queue.discards.agree(queue.losses())) << seed;
  }
}

TEST(PriorityQueue, SaysWhichOptionOrClassIsOutOfRange) {
  EXPECT_THAT(message_of([] { Queue({.classes = 0}); }), HasSubstr("classes: must be 1 to 256, got 0"));
  EXPECT_THAT(message_of([] { Queue({.classes = 257}); }), HasSubstr("got 257"));
  EXPECT_THAT(message_of([] { Queue({.events = 0}); }), HasSubstr("events: must be at least 1, got 0"));
  EXPECT_THAT(message_of([] { Queue({.ageing = 0s}); }), HasSubstr("ageing: must be positive, got 0 ns"));
  EXPECT_THAT(message_of([] { Queue({.ageing = 9000h}); }), HasSubstr("ageing: must be at most a year"));
  EXPECT_THAT(message_of([] { Queue({.time_to_live = 0s}); }), HasSubstr("time_to_live: must be positive"));
  Queue queue({.classes = 2});
  EXPECT_THAT(message_of([&] { queue.put(0s, 2, 1); }), AllOf(HasSubstr("priority"), HasSubstr("got 2")));
  EXPECT_EQ(queue.pushed(), 0U);
}

}  // namespace
}  // namespace sluice::overload_tests
