#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "sluice/buffer/event_buffer.hpp"

using sluice::EventBuffer;
using sluice::Events;
using sluice::Keep;
using sluice::unlimited;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

static_assert(sizeof(EventBuffer<int>) <= 64);

/// What left the buffer, in order: a text per batch of events or mark.
using Log = std::vector<std::string>;

std::string text(const Events<std::string>& events) {
  std::string out;
  for (const std::string& event : events) out += out.empty() ? event : " " + event;
  return "[" + out + "]";
}

void release(EventBuffer<std::string>& buffer, Log& log) {
  buffer.release_passed([&](std::uint64_t mark) { log.push_back("p" + std::to_string(mark)); });
}

/// Takes n events, in batches that end at marks; returns how many of n are left.
std::size_t take(EventBuffer<std::string>& buffer, std::size_t n, Log& log) {
  while (n != 0 && !buffer.empty()) {
    const auto batch = buffer.front().take_front(n);
    n -= batch.size();
    buffer.note_taken(batch.size());
    log.push_back(text(batch));
    release(buffer, log);
  }
  return n;
}

/// Takes up to n events but none behind the first mark; returns how many of n are left.
std::size_t take_run(EventBuffer<std::string>& buffer, std::size_t n, Log& log) {
  const auto batch = buffer.front().take_front(n);
  buffer.note_taken(batch.size());
  log.push_back(text(batch));
  release(buffer, log);
  return n - batch.size();
}

template <class T>
std::vector<T> all(EventBuffer<T>& buffer) {
  std::vector<T> out;
  while (!buffer.empty()) {
    auto batch = std::exchange(buffer.front(), {});
    buffer.note_taken(batch.size());
    for (T& event : batch.mine()) out.push_back(std::move(event));
    buffer.release_passed([](std::uint64_t) {});
  }
  return out;
}

TEST(Conformance, GS_088_DroppingTheEventAMarkFollowsReleasesIt) {
  EventBuffer<std::string> buffer(3, Keep::last);
  Log log;
  buffer.store({"a", "b"});
  buffer.mark(1);
  const auto stored = buffer.store({"c", "d", "e"});
  release(buffer, log);
  EXPECT_EQ(stored.discarded, 2u);
  EXPECT_THAT(log, ElementsAre("p1"));
  EXPECT_EQ(text(buffer.front()), "[c d e]");
}

TEST(Conformance, GS_090_TakingStopsAtAMark) {
  EventBuffer<std::string> buffer(10);
  Log log;
  buffer.store({"t1", "t2"});
  buffer.mark(3);
  buffer.store({"t4"});
  EXPECT_EQ(take(buffer, 5, log), 2u);
  EXPECT_THAT(log, ElementsAre("[t1 t2]", "p3", "[t4]"));
}

TEST(Conformance, GS_091_MarksAtOnePlaceKeepTheirOrder) {
  EventBuffer<std::string> buffer(10);
  Log log;
  buffer.store({"t1", "t2"});
  for (const std::uint64_t mark : {3U, 4U, 5U}) buffer.mark(mark);
  EXPECT_EQ(take(buffer, 5, log), 3u);
  EXPECT_THAT(log, ElementsAre("[t1 t2]", "p3", "p4", "p5"));
}

TEST(Conformance, GS_092_EachTakeEndsAtTheNextMarks) {
  EventBuffer<std::string> buffer(10);
  Log log;
  buffer.store({"t1", "t2"});
  buffer.mark(3);
  buffer.mark(4);
  buffer.store({"t5", "t6", "t7"});
  buffer.mark(8);
  buffer.mark(9);
  buffer.store({"t10"});
  buffer.mark(11);
  EXPECT_EQ(take_run(buffer, 3, log), 1u);
  EXPECT_EQ(take_run(buffer, 4, log), 1u);
  EXPECT_EQ(take_run(buffer, 2, log), 1u);
  EXPECT_THAT(log, ElementsAre("[t1 t2]", "p3", "p4", "[t5 t6 t7]", "p8", "p9", "[t10]", "p11"));
}

TEST(EventBuffer, KeepsTheFirstOrTheLast) {
  for (const auto& [keep, kept] :
       {std::pair{Keep::first, "[a b c d e]"}, std::pair{Keep::last, "[d e f g h]"}}) {
    EventBuffer<std::string> buffer(5, keep);
    EXPECT_EQ(buffer.store({"a", "b", "c", "d", "e"}).discarded, 0u);
    EXPECT_EQ(buffer.store({"f", "g", "h"}).discarded, 3u);
    EXPECT_EQ(text(buffer.front()), kept);
    EXPECT_EQ(buffer.size(), 5u);
  }
}

TEST(EventBuffer, KeepsThePartOfALargeBatchThatFits) {
  EventBuffer<std::string> first(2, Keep::first);
  const auto a = first.store({"a", "b", "c"});
  EXPECT_EQ(a.kept, 2u);
  EXPECT_EQ(a.discarded, 1u);
  EXPECT_EQ(text(first.front()), "[a b]");
  EventBuffer<std::string> last(2, Keep::last);
  last.store({"x"});
  const auto b = last.store({"a", "b", "c"});
  EXPECT_EQ(b.kept, 2u);
  EXPECT_EQ(b.discarded, 2u);
  EXPECT_EQ(text(last.front()), "[b c]");
}

TEST(EventBuffer, OfSizeZeroKeepsNothing) {  // D3
  for (const Keep keep : {Keep::first, Keep::last}) {
    EventBuffer<std::string> buffer(0, keep);
    const auto stored = buffer.store({"a", "b"});
    EXPECT_EQ(stored.kept, 0u);
    EXPECT_EQ(stored.discarded, 2u);
    EXPECT_TRUE(buffer.empty());
  }
}

TEST(EventBuffer, MarksAreNotCounted) {
  EventBuffer<std::string> buffer(unlimited);
  buffer.store({"a", "b"});
  buffer.mark(1);
  buffer.mark(2);
  EXPECT_EQ(buffer.size(), 2u);
  EXPECT_EQ(buffer.capacity(), unlimited);
}

TEST(EventBuffer, AnUnlimitedBufferReleasesAMarkAsSoonAsItIsPassed) {  // D16
  EventBuffer<std::string> buffer(unlimited);
  Log log;
  buffer.store({"1", "2"});
  buffer.mark(7);
  EXPECT_EQ(take(buffer, 2, log), 0u);
  EXPECT_THAT(log, ElementsAre("[1 2]", "p7"));
}

TEST(EventBuffer, FollowsTheExampleOfTheSpecification) {  // §9.3
  EventBuffer<std::string> buffer(3);
  Log log;
  buffer.store({"a", "b", "c"});
  buffer.mark(1);
  take(buffer, 2, log);
  EXPECT_THAT(std::exchange(log, {}), ElementsAre("[a b]"));
  buffer.store({"d", "e"});
  buffer.mark(2);
  take(buffer, 1, log);
  EXPECT_THAT(std::exchange(log, {}), ElementsAre("[c]", "p1"));
  take(buffer, 2, log);
  EXPECT_THAT(log, ElementsAre("[d e]", "p2"));
}

TEST(EventBuffer, ReleasesSeveralMarksThatOneDropPasses) {
  EventBuffer<std::string> buffer(3, Keep::last);
  Log log;
  buffer.store({"a"});
  buffer.mark(1);
  buffer.store({"b"});
  buffer.mark(2);
  buffer.store({"c"});
  buffer.mark(3);
  EXPECT_EQ(buffer.store({"d", "e"}).discarded, 2u);
  release(buffer, log);
  EXPECT_THAT(log, ElementsAre("p1", "p2"));
  take(buffer, 9, log);
  EXPECT_THAT(log, ElementsAre("p1", "p2", "[c]", "p3", "[d e]"));
}

TEST(EventBuffer, ReleasesEveryMarkWhenABatchReplacesAll) {
  EventBuffer<std::string> buffer(2, Keep::last);
  Log log;
  buffer.store({"a"});
  buffer.mark(1);
  buffer.store({"b"});
  buffer.mark(2);
  EXPECT_EQ(buffer.store({"c", "d", "e"}).discarded, 3u);
  take(buffer, 0, log);
  release(buffer, log);
  EXPECT_THAT(log, ElementsAre("p1", "p2"));
  EXPECT_EQ(text(buffer.front()), "[d e]");
}

TEST(EventBuffer, AReleasedMarkMayUseTheBuffer) {
  EventBuffer<std::string> buffer;
  Log log;
  buffer.store({"a"});
  buffer.mark(1);
  buffer.front() = {};
  buffer.note_taken(1);
  buffer.release_passed([&](std::uint64_t) { buffer.store({"b"}); });
  EXPECT_EQ(text(buffer.front()), "[b]");
}

TEST(EventBuffer, TakesABatchOverWithoutCopying) {
  EventBuffer<int> buffer;
  Events<int> events{1, 2, 3};
  const int* const place = events.data();
  buffer.store(std::move(events));
  EXPECT_EQ(buffer.front().data(), place);
  const auto batch = buffer.front().take_front(2);
  buffer.note_taken(2);
  EXPECT_EQ(batch.data(), place);
  EXPECT_EQ(buffer.front().data(), place + 2);
}

TEST(EventBuffer, JoinsLaterBatchesIntoOneRun) {
  EventBuffer<int> buffer;
  for (int i = 0; i < 1000; ++i) buffer.store({i});
  EXPECT_EQ(buffer.front().size(), 1000u);
}

TEST(EventBuffer, HoldsEventsThatCannotBeCopied) {
  EventBuffer<std::unique_ptr<int>> buffer(2, Keep::last);
  for (int i = 0; i < 3; ++i) {
    Events<std::unique_ptr<int>> events;
    events.push_back(std::make_unique<int>(i));
    buffer.store(std::move(events));
  }
  const auto rest = all(buffer);
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(*rest[0], 1);
  EXPECT_EQ(*rest[1], 2);
}

TEST(EventBuffer, LeavesTheOtherReadersOfABroadcastAlone) {
  EventBuffer<std::string> buffer;
  Events<std::string> mine{"a", "b"};
  buffer.store(mine.share());
  buffer.store({"c"});
  EXPECT_EQ(text(mine), "[a b]");
  EXPECT_EQ(text(buffer.front()), "[a b c]");
}

/// §9 by the letter: one list of events and marks.
class Model {
 public:
  Model(std::size_t capacity, Keep keep) : capacity_(capacity), keep_(keep) {}
  std::size_t store(const std::vector<int>& events) {
    std::size_t discarded = 0;
    for (int event : events) {
      if (size_ < capacity_) {
        entries_.push_back({false, event});
        ++size_;
      } else if (++discarded; keep_ == Keep::last && capacity_ != 0) {
        pop();
        entries_.push_back({false, event});
        ++size_;
      }
    }
    return discarded;
  }
  void mark(int m) { entries_.push_back({true, m}); }
  std::vector<int> take_run(std::size_t n) {
    std::vector<int> out;
    while (n-- != 0 && !entries_.empty() && !entries_.front().mark) out.push_back(pop_front());
    release();
    return out;
  }
  std::vector<int> released;
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Entry {
    bool mark;
    int value;
  };
  int pop_front() {
    const int value = entries_.front().value;
    entries_.pop_front();
    --size_;
    return value;
  }
  void pop() {
    pop_front();
    release();
  }
  void release() {
    for (; !entries_.empty() && entries_.front().mark; entries_.pop_front())
      released.push_back(entries_.front().value);
  }
  std::size_t capacity_;
  Keep keep_;
  std::deque<Entry> entries_;
  std::size_t size_ = 0;
};

void compare_with_model(std::uint64_t seed) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const std::size_t capacity = random() % 12;
  const Keep keep = random() % 2 == 0 ? Keep::first : Keep::last;
  EventBuffer<int> buffer(capacity, keep);
  Model model(capacity, keep);
  std::vector<int> released;
  int next = 0;
  for (int step = 0; step < 200 && !testing::Test::HasFailure(); ++step) {
    const auto what = random() % 4;
    if (what == 0 && !buffer.empty()) {
      buffer.mark(static_cast<std::uint64_t>(next));
      model.mark(next++);
    } else if (what == 1) {
      std::vector<int> events(random() % 9);
      for (int& event : events) event = next++;
      const std::size_t discarded = model.store(events);
      const std::size_t before = buffer.size();
      const std::size_t count = events.size();
      const auto stored = buffer.store(Events<int>(std::move(events)));
      EXPECT_EQ(stored.discarded, discarded);
      EXPECT_EQ(before + count, buffer.size() + stored.discarded);
    } else {
      const std::size_t n = random() % 5;
      const auto batch = buffer.front().take_front(n);
      buffer.note_taken(batch.size());
      EXPECT_EQ(std::vector<int>(batch.begin(), batch.end()), model.take_run(n));
    }
    buffer.release_passed([&](std::uint64_t mark) { released.push_back(static_cast<int>(mark)); });
    EXPECT_EQ(released, model.released);
    EXPECT_EQ(buffer.size(), model.size());
    EXPECT_EQ(buffer.empty(), model.size() == 0);
  }
}

TEST(EventBuffer, BehavesLikeAListOfEventsAndMarks) {
  for (std::uint64_t seed = 0; seed < 1000 && !HasFailure(); ++seed) compare_with_model(seed);
}

}  // namespace
