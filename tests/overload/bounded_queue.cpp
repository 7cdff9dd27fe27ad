#include "sluice/overload/bounded_queue.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "overload/discards.hpp"
#include "overload/overload.hpp"

namespace sluice::overload_tests {
namespace {

using overload::BoundedQueue;
using overload::Loss;
using overload::Pushed;
using overload::QueueOptions;
using overload::WhenFull;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

struct ByValue {
  std::uint64_t operator()(int event) const { return static_cast<std::uint64_t>(event); }
};
using Queue = BoundedQueue<int>;
using HeavyQueue = BoundedQueue<int, ByValue>;

template <class Q>
std::vector<int> drain(Q& queue) {
  std::vector<int> all;
  while (auto event = queue.pop()) all.push_back(*event);
  return all;
}

/// A queue of three that got 1, 2, 3, and then 4.
struct Overfull {
  explicit Overfull(WhenFull when_full) : queue({.events = 3, .when_full = when_full}) {
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(queue.push(int{i}, discards), Pushed::stored);
    last = queue.push(4, discards);
  }
  Queue queue;
  Discards<int> discards = {};
  Pushed last;
};

TEST(BoundedQueue, KeepFirstDropsWhatArrives) {
  Overfull full(WhenFull::keep_first);
  EXPECT_EQ(full.last, Pushed::dropped);
  EXPECT_THAT(full.discards.all, ElementsAre(Pair(4, Loss::arriving)));
  EXPECT_THAT(drain(full.queue), ElementsAre(1, 2, 3));
}

TEST(BoundedQueue, KeepLastDropsWhatHasWaitedLongest) {
  Overfull full(WhenFull::keep_last);
  EXPECT_EQ(full.last, Pushed::stored);
  EXPECT_THAT(full.discards.all, ElementsAre(Pair(1, Loss::oldest)));
  EXPECT_THAT(drain(full.queue), ElementsAre(2, 3, 4));
}

TEST(BoundedQueue, DropTailDropsTheLastBeforeIt) {
  Overfull full(WhenFull::drop_tail);
  EXPECT_EQ(full.last, Pushed::stored);
  EXPECT_THAT(full.discards.all, ElementsAre(Pair(3, Loss::youngest)));
  EXPECT_THAT(drain(full.queue), ElementsAre(1, 2, 4));
}

TEST(BoundedQueue, DropAllBeginsAgain) {
  Overfull full(WhenFull::drop_all);
  EXPECT_EQ(full.last, Pushed::stored);
  EXPECT_THAT(full.discards.all,
              ElementsAre(Pair(1, Loss::cleared), Pair(2, Loss::cleared), Pair(3, Loss::cleared)));
  EXPECT_THAT(drain(full.queue), ElementsAre(4));
}

TEST(BoundedQueue, BlockAndFailLoseNothing) {
  Overfull blocked(WhenFull::block);
  EXPECT_EQ(blocked.last, Pushed::full);
  EXPECT_THAT(blocked.discards.all, IsEmpty());
  Overfull failed(WhenFull::fail);
  EXPECT_EQ(failed.last, Pushed::overflowed);
  EXPECT_THAT(failed.discards.all, IsEmpty());
  EXPECT_EQ(failed.queue.pushed(), 3U);
}

TEST(BoundedQueue, AnEventThatIsNotTakenStaysWithItsSender) {
  BoundedQueue<std::unique_ptr<int>> queue({.events = 1});
  const auto none = [](std::unique_ptr<int>&&, Loss) { FAIL(); };
  EXPECT_EQ(queue.push(std::make_unique<int>(1), none), Pushed::stored);
  auto event = std::make_unique<int>(2);
  EXPECT_EQ(queue.push(std::move(event), none), Pushed::full);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(**queue.pop(), 1);
  EXPECT_EQ(queue.push(std::move(event), none), Pushed::stored);
}

TEST(BoundedQueue, DropsAsManyAsAHeavyEventNeeds) {
  HeavyQueue queue({.bytes = 10, .when_full = WhenFull::keep_last});
  Discards<int> discards;
  for (const int event : {3, 3, 4, 6}) EXPECT_EQ(queue.push(int{event}, discards), Pushed::stored);
  EXPECT_THAT(discards.all, ElementsAre(Pair(3, Loss::oldest), Pair(3, Loss::oldest)));
  EXPECT_EQ(queue.bytes(), 10U);
  EXPECT_THAT(drain(queue), ElementsAre(4, 6));
}

TEST(BoundedQueue, AnEventHeavierThanTheWholeQueueThrowsNothingElseOut) {
  HeavyQueue queue({.bytes = 10, .when_full = WhenFull::drop_all});
  Discards<int> discards;
  EXPECT_EQ(queue.push(5, discards), Pushed::stored);
  EXPECT_EQ(queue.push(11, discards), Pushed::dropped);
  EXPECT_THAT(discards.all, ElementsAre(Pair(11, Loss::too_heavy)));
  HeavyQueue blocking({.bytes = 10});
  EXPECT_EQ(blocking.push(11, discards), Pushed::overflowed) << "it would block for ever";
}

TEST(BoundedQueue, LowerLimitsDropByItsRule) {
  const auto left = [](WhenFull when_full) {
    Overfull full(when_full);
    full.queue.change({.events = 1, .when_full = when_full}, full.discards);
    EXPECT_TRUE(full.discards.agree(full.queue.losses()));
    return drain(full.queue);
  };
  EXPECT_THAT(left(WhenFull::keep_last), ElementsAre(4));
  EXPECT_THAT(left(WhenFull::keep_first), ElementsAre(1));
  EXPECT_THAT(left(WhenFull::drop_tail), ElementsAre(1));
  EXPECT_THAT(left(WhenFull::drop_all), ElementsAre(4)) << "one fits";
  EXPECT_THAT(left(WhenFull::block), ElementsAre(1, 2, 3));
  EXPECT_THAT(left(WhenFull::fail), ElementsAre(1, 2, 3));
}

TEST(BoundedQueue, AQueueOverItsLoweredLimitsTakesNothingUntilItIsBelow) {
  Overfull full(WhenFull::block);
  full.queue.change({.events = 2}, full.discards);
  EXPECT_EQ(full.queue.push(5, full.discards), Pushed::full);
  static_cast<void>(full.queue.pop());
  EXPECT_EQ(full.queue.push(5, full.discards), Pushed::full);
  EXPECT_EQ(full.queue.pop_youngest(), 3);
  EXPECT_EQ(full.queue.push(5, full.discards), Pushed::stored);
}

TEST(BoundedQueue, GivesNothingWhenItIsEmpty) {
  Queue queue({});
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.pop_youngest(), std::nullopt);
  EXPECT_EQ(queue.popped(), 0U);
}

/// The rules once more, by hand: event i weighs weight(i).
class Model {
 public:
  void push(int event) {
    const std::uint64_t weight = weight_of(event);
    const bool drops = options.when_full != WhenFull::block && options.when_full != WhenFull::fail;
    if (weight > options.bytes && drops) return drop(event, Loss::too_heavy);
    if (!drops && !fits(weight)) return;
    if (options.when_full == WhenFull::keep_first && !fits(weight)) return drop(event, Loss::arriving);
    while (!fits(weight)) {
      const bool head = options.when_full != WhenFull::drop_tail;
      drop_one(head, options.when_full == WhenFull::drop_all ? Loss::cleared
                     : head                                  ? Loss::oldest
                                                             : Loss::youngest);
      while (options.when_full == WhenFull::drop_all && !waiting.empty()) drop_one(true, Loss::cleared);
    }
    waiting.push_back(event);
  }
  void shrink() {
    const WhenFull rule = options.when_full;
    if (rule == WhenFull::block || rule == WhenFull::fail) return;
    if (rule == WhenFull::drop_all && over()) {
      while (!waiting.empty()) drop_one(true, Loss::shrunk);
    }
    while (over()) drop_one(rule == WhenFull::keep_last, Loss::shrunk);
  }
  static std::uint64_t weight_of(int event) { return static_cast<std::uint64_t>(event * 7 % 13); }

  QueueOptions options = {};
  std::deque<int> waiting = {};
  std::vector<std::pair<int, Loss>> dropped = {};

 private:
  [[nodiscard]] std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const int event : waiting) sum += weight_of(event);
    return sum;
  }
  [[nodiscard]] bool fits(std::uint64_t weight) const {
    return waiting.size() < options.events && bytes() + weight <= options.bytes;
  }
  [[nodiscard]] bool over() const { return waiting.size() > options.events || bytes() > options.bytes; }
  void drop(int event, Loss why) { dropped.emplace_back(event, why); }
  void drop_one(bool head, Loss why) {
    drop(head ? waiting.front() : waiting.back(), why);
    head ? waiting.pop_front() : waiting.pop_back();
  }
};

struct ByModel {
  std::uint64_t operator()(int event) const { return Model::weight_of(event); }
};

QueueOptions drawn(Random& random) {
  return {.events = 1 + random.below(8),
          .bytes = 5 + random.below(40),
          .when_full = static_cast<WhenFull>(random.below(6))};
}

TEST(BoundedQueue, DoesWhatItsModelDoesForAnySeed) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Random random(seed);
    Model model;
    model.options = drawn(random);
    BoundedQueue<int, ByModel> queue(model.options);
    Discards<int> discards;
    for (int i = 0; i < 300; ++i) {
      if (random.chance(0.6)) {
        const std::size_t before = model.waiting.size() + model.dropped.size();
        model.push(i);
        const Pushed pushed = queue.push(int{i}, discards);
        const bool same = before == model.waiting.size() + model.dropped.size();
        ASSERT_EQ(pushed == Pushed::full || pushed == Pushed::overflowed, same) << seed << ' ' << i;
      } else if (random.chance(0.95)) {
        const bool head = random.chance(0.7);
        const auto popped = head ? queue.pop() : queue.pop_youngest();
        ASSERT_EQ(popped.has_value(), !model.waiting.empty());
        if (!popped) continue;
        ASSERT_EQ(*popped, head ? model.waiting.front() : model.waiting.back()) << seed << ' ' << i;
        head ? model.waiting.pop_front() : model.waiting.pop_back();
      } else {
        model.options = drawn(random);
        model.shrink();
        queue.change(model.options, discards);
      }
      ASSERT_EQ(queue.size(), model.waiting.size()) << seed << ' ' << i;
      ASSERT_EQ(queue.pushed(), queue.popped() + queue.size() + queue.losses().total());
      const WhenFull rule = queue.options().when_full;
      if (rule == WhenFull::block || rule == WhenFull::fail) continue;
      ASSERT_LE(queue.size(), queue.options().events);
      ASSERT_LE(queue.bytes(), queue.options().bytes);
    }
    EXPECT_EQ(discards.all, model.dropped) << seed;
    EXPECT_TRUE(discards.agree(queue.losses())) << seed;
  }
}

TEST(BoundedQueue, ABoundIsNeverExceededByWhatIsPushed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    BoundedQueue<int, ByModel> queue(drawn(random));
    Discards<int> discards;
    for (int i = 0; i < 300; ++i) {
      if (random.chance(0.6)) {
        static_cast<void>(queue.push(int{i}, discards));
      } else {
        static_cast<void>(queue.pop());
      }
      ASSERT_LE(queue.size(), queue.options().events);
      ASSERT_LE(queue.bytes(), queue.options().bytes);
    }
  }
}

TEST(BoundedQueue, SaysWhichOptionIsOutOfRange) {
  EXPECT_THAT(message_of([] { Queue({.events = 0}); }), HasSubstr("events: must be at least 1, got 0"));
  EXPECT_THAT(message_of([] { Queue({.bytes = 0}); }), HasSubstr("bytes: must be at least 1, got 0"));
  Queue queue({.events = 7});
  EXPECT_THROW(queue.change({.events = 0}, [](int&&, Loss) {}), OptionError);
  EXPECT_EQ(queue.options().events, 7U);
}

TEST(Loss, EveryReasonHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < overload::losses; ++i) names.insert(to_string(static_cast<Loss>(i)));
  EXPECT_EQ(names.size(), overload::losses);
  EXPECT_EQ(to_string(Loss::sampled), "sampled");
}

}  // namespace
}  // namespace sluice::overload_tests
