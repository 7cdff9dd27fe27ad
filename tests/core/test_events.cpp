#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "sluice/core/events.hpp"

using sluice::Events;
using testing::ElementsAre;
using testing::ElementsAreArray;

namespace {

static_assert(std::is_nothrow_move_constructible_v<Events<int>>);
static_assert(!std::is_copy_constructible_v<Events<int>>);
static_assert(sizeof(Events<int>) <= 3 * sizeof(void*));

template <class T>
concept Shareable = requires(Events<T> events) { events.share(); };
static_assert(Shareable<std::string>);
static_assert(!Shareable<std::unique_ptr<int>>);

/// Counts the instances that are alive.
struct Counted {
  static inline int alive = 0;
  static inline int copies = 0;
  int value = 0;
  explicit Counted(int v) : value(v) { ++alive; }
  Counted(const Counted& other) : value(other.value) {
    ++alive;
    ++copies;
  }
  Counted(Counted&& other) noexcept : value(other.value) { ++alive; }
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) noexcept = default;
  ~Counted() { --alive; }
};

class EventsTest : public testing::Test {
 protected:
  void SetUp() override { Counted::alive = Counted::copies = 0; }
  void TearDown() override { EXPECT_EQ(Counted::alive, 0); }
};

Events<Counted> counted(int count) {
  Events<Counted> events;
  for (int i = 0; i < count; ++i) events.push_back(Counted(i));
  return events;
}

std::vector<int> values(const Events<Counted>& events) {
  std::vector<int> out;
  for (const Counted& event : events) out.push_back(event.value);
  return out;
}

TEST_F(EventsTest, AreEmptyWithoutStorage) {
  Events<int> events;
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(events.size(), 0u);
  EXPECT_EQ(events.data(), nullptr);
  EXPECT_TRUE(events.take_front(3).empty());
  EXPECT_TRUE(events.share().empty());
  EXPECT_TRUE(events.mine().empty());
}

TEST_F(EventsTest, AreCutIntoSlicesThatOwnTheirEvents) {
  Events<Counted> events = counted(10);
  const Counted* const place = events.data();
  Events<Counted> front = events.take_front(4);
  EXPECT_EQ(front.data(), place);
  EXPECT_EQ(events.data(), place + 4);
  EXPECT_THAT(values(front), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(values(events), ElementsAre(4, 5, 6, 7, 8, 9));
  EXPECT_FALSE(front.shared());
  EXPECT_EQ(Counted::alive, 10);
  front = {};
  EXPECT_EQ(Counted::alive, 6);
  EXPECT_EQ(Counted::copies, 0);
}

TEST_F(EventsTest, SlicesMayGoInAnyOrder) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<Events<Counted>> slices;
    Events<Counted> rest = counted(50);
    while (!rest.empty()) slices.push_back(rest.take_front(1 + random() % 9));
    while (!slices.empty())
      slices.erase(slices.begin() + static_cast<std::ptrdiff_t>(random() % slices.size()));
    EXPECT_EQ(Counted::alive, 0);
  }
}

TEST_F(EventsTest, TakingEverythingLeavesNothing) {
  Events<Counted> events = counted(3);
  const Events<Counted> all = events.take_front(7);
  EXPECT_EQ(all.size(), 3u);
  EXPECT_TRUE(events.empty());
}

TEST_F(EventsTest, DropTheirFirst) {
  Events<Counted> events = counted(5);
  events.drop_front(2);
  EXPECT_EQ(Counted::alive, 3);
  EXPECT_THAT(values(events), ElementsAre(2, 3, 4));
  events.drop_front(9);
  EXPECT_TRUE(events.empty());
}

TEST_F(EventsTest, AreChangedInPlaceWhileNobodyElseReadsThem) {
  Events<int> events{1, 2, 3};
  const int* const place = events.data();
  for (int& event : events.mine()) event *= 2;
  EXPECT_EQ(events.data(), place);
  EXPECT_THAT(events, ElementsAre(2, 4, 6));
}

TEST_F(EventsTest, AreCopiedOnceBeforeAChangeAfterABroadcast) {
  Events<Counted> events = counted(3);
  Events<Counted> twin = events.share();
  EXPECT_TRUE(events.shared());
  EXPECT_TRUE(twin.shared());
  EXPECT_EQ(twin.data(), events.data());
  EXPECT_EQ(Counted::alive, 3);
  twin.mine()[0].value = 7;
  EXPECT_EQ(Counted::copies, 3);
  EXPECT_FALSE(twin.shared());
  twin.mine()[1].value = 8;
  EXPECT_EQ(Counted::copies, 3);
  EXPECT_THAT(values(events), ElementsAre(0, 1, 2));
  EXPECT_THAT(values(twin), ElementsAre(7, 8, 2));
}

TEST_F(EventsTest, TheLastReaderTakesTheSharedEventsOver) {
  Events<Counted> events = counted(5);
  Events<Counted> twin = events.share();
  Events<Counted> middle = twin.take_front(3);
  middle.drop_front(1);
  events = {};
  twin = {};
  EXPECT_EQ(Counted::alive, 5);
  middle.mine()[0].value = 9;
  EXPECT_EQ(Counted::copies, 0);
  EXPECT_EQ(Counted::alive, 2);
  EXPECT_THAT(values(middle), ElementsAre(9, 2));
}

TEST_F(EventsTest, SharedSlicesLiveAsLongAsTheLastReader) {
  Events<Counted> events = counted(6);
  Events<Counted> own = events.take_front(2);
  std::vector<Events<Counted>> readers;
  for (int i = 0; i < 4; ++i) readers.push_back(events.share());
  readers.push_back(readers[0].take_front(1));
  readers.push_back(readers[1].share());
  events = {};
  own = {};
  EXPECT_EQ(Counted::alive, 4);
  readers.clear();
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_EQ(Counted::copies, 0);
}

TEST_F(EventsTest, KeepWhatAPredicateHoldsFor) {
  Events<Counted> events = counted(10);
  EXPECT_EQ(events.keep_if([](const Counted& event) { return event.value % 3 == 0; }), 6u);
  EXPECT_THAT(values(events), ElementsAre(0, 3, 6, 9));
  EXPECT_EQ(Counted::alive, 4);
  EXPECT_EQ(events.keep_if([](const Counted&) { return true; }), 0u);
  EXPECT_EQ(events.keep_if([](const Counted&) { return false; }), 4u);
  EXPECT_TRUE(events.empty());
}

TEST_F(EventsTest, KeepIfLeavesOtherReadersAlone) {
  Events<Counted> events = counted(4);
  Events<Counted> twin = events.share();
  twin.keep_if([](const Counted& event) { return event.value == 2; });
  EXPECT_THAT(values(events), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(values(twin), ElementsAre(2));
}

TEST_F(EventsTest, KeepIfMovesEventsThatCannotBeAssigned) {
  struct Fixed {
    const int value;
  };
  Events<Fixed> events{{1}, {2}, {3}, {4}};
  events.keep_if([](const Fixed& event) { return event.value % 2 == 0; });
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].value, 2);
  EXPECT_EQ(events[1].value, 4);
}

TEST_F(EventsTest, GrowByOne) {
  Events<Counted> events;
  for (int i = 0; i < 1000; ++i) events.push_back(Counted(i));
  EXPECT_EQ(events.size(), 1000u);
  EXPECT_EQ(events[999].value, 999);
  EXPECT_EQ(events.front().value, 0);
  EXPECT_EQ(events.back().value, 999);
  EXPECT_EQ(Counted::copies, 0);
}

TEST_F(EventsTest, ReserveRoomForAll) {
  Events<int> events;
  events.reserve(500);
  events.push_back(0);
  const int* const place = events.data();
  for (int i = 1; i < 500; ++i) events.push_back(i);
  EXPECT_EQ(events.data(), place);
}

TEST_F(EventsTest, AppendTakesOverWhatMeetsAnEmptyBatch) {
  Events<Counted> events;
  Events<Counted> more = counted(3);
  const Counted* const place = more.data();
  events.append(std::move(more));
  EXPECT_EQ(events.data(), place);
  events.append({});
  EXPECT_EQ(events.size(), 3u);
}

TEST_F(EventsTest, AppendMovesBehindTheLast) {
  Events<Counted> events = counted(3);
  events.append(counted(2));
  EXPECT_THAT(values(events), ElementsAre(0, 1, 2, 0, 1));
  EXPECT_EQ(Counted::alive, 5);
  EXPECT_EQ(Counted::copies, 0);
}

TEST_F(EventsTest, AppendNeverWritesIntoAnotherSlice) {
  Events<int> rest{1, 2, 3, 4};
  rest.reserve(64);
  Events<int> front = rest.take_front(2);
  front.append({9, 9});
  rest.append({5});
  EXPECT_THAT(front, ElementsAre(1, 2, 9, 9));
  EXPECT_THAT(rest, ElementsAre(3, 4, 5));
}

TEST_F(EventsTest, AppendCopiesWhatOthersStillRead) {
  Events<Counted> events = counted(2);
  Events<Counted> twin = events.share();
  twin.append(counted(1));
  events.append(events.take_front(1));
  EXPECT_THAT(values(twin), ElementsAre(0, 1, 0));
  EXPECT_THAT(values(events), ElementsAre(1, 0));
}

TEST_F(EventsTest, GoIntoAVectorAndComeFromOne) {
  Events<std::string> events(std::vector<std::string>{"a", "b"});
  Events<std::string> twin = events.share();
  EXPECT_THAT(std::move(twin).to_vector(), ElementsAre("a", "b"));
  EXPECT_THAT(events, ElementsAre("a", "b"));
  EXPECT_EQ(events, (Events<std::string>{"a", "b"}));
}

TEST_F(EventsTest, MayBeMoveOnly) {
  Events<std::unique_ptr<int>> events;
  for (int i = 0; i < 100; ++i) events.push_back(std::make_unique<int>(i));
  auto front = events.take_front(50);
  front.keep_if([](const auto& event) { return *event % 2 == 0; });
  front.append(std::move(events));
  const auto all = std::move(front).to_vector();
  EXPECT_EQ(all.size(), 75u);
  EXPECT_EQ(*all.back(), 99);
}

TEST_F(EventsTest, HonourAlignment) {
  struct alignas(64) Line {
    std::uint64_t value;
  };
  Events<Line> events;
  for (std::uint64_t i = 0; i < 100; ++i) {
    events.push_back({i});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(events.data()) % 64, 0u);
  }
  EXPECT_EQ(events[99].value, 99u);
}

/// Throws at its third copy.
struct Throwing {
  static inline int left = 0;
  std::string text = "a text too long to be stored in place";
  Throwing() = default;
  Throwing(const Throwing& other) : text(other.text) {
    if (--left == 0) throw std::runtime_error("no copy");
  }
  Throwing(Throwing&&) noexcept = default;
  Throwing& operator=(Throwing&&) noexcept = default;
  ~Throwing() = default;
};

TEST_F(EventsTest, SurviveACopyThatThrows) {
  Events<Throwing> events;
  for (int i = 0; i < 5; ++i) events.push_back(Throwing());
  Events<Throwing> twin = events.share();
  Throwing::left = 3;
  EXPECT_THROW(static_cast<void>(twin.mine()), std::runtime_error);
  EXPECT_TRUE(twin.shared());
  EXPECT_EQ(twin.size(), 5u);
  Events<Throwing> target;
  target.push_back(Throwing());
  Throwing::left = 3;
  EXPECT_THROW(target.append(std::move(twin)), std::runtime_error);
  EXPECT_EQ(target.size(), 1u);
  EXPECT_EQ(events.size(), 5u);
}

TEST_F(EventsTest, RefuseAnImpossibleSize) {
  Events<int> events;
  EXPECT_THROW(events.reserve(SIZE_MAX), std::bad_array_new_length);
}

TEST_F(EventsTest, BehaveLikeVectorsWhateverIsDoneToThem) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    std::vector<Events<std::string>> batches(4);
    std::vector<std::vector<std::string>> models(4);
    for (int step = 0; step < 150; ++step) {
      const std::size_t i = random() % 4;
      const std::size_t j = random() % 4;
      const std::size_t n = random() % 6;
      const auto front = models[i].begin() + static_cast<std::ptrdiff_t>(std::min(n, models[i].size()));
      switch (random() % 6) {
        case 0:
          models[i].push_back("event " + std::to_string(step));
          batches[i].push_back(models[i].back());
          break;
        case 1: {
          std::vector<std::string> taken(models[i].begin(), front);
          models[i].erase(models[i].begin(), front);
          auto batch = batches[i].take_front(n);
          models[j] = std::move(taken);
          batches[j] = std::move(batch);
          break;
        }
        case 2:
          if (i == j) break;
          models[i].insert(models[i].end(), models[j].begin(), models[j].end());
          models[j].clear();
          batches[i].append(std::move(batches[j]));
          batches[j] = {};
          break;
        case 3:
          if (i == j) break;
          models[j] = models[i];
          batches[j] = batches[i].share();
          break;
        case 4:
          for (std::string& event : models[i]) event += '!';
          for (std::string& event : batches[i].mine()) event += '!';
          break;
        default: {
          const auto keep = [n](const std::string& event) { return event.size() % 6 != n; };
          std::erase_if(models[i], [&](const std::string& event) { return !keep(event); });
          batches[i].keep_if(keep);
        }
      }
      for (std::size_t k = 0; k < 4; ++k)
        ASSERT_THAT(batches[k], ElementsAreArray(models[k])) << "step " << step;
    }
  }
}

TEST(Events, OfAlignedTypesAreAlignedInTheSmallestBlock) {
  struct alignas(64) Line {
    char bytes[64];
  };
  sluice::detail::Block* const block = sluice::detail::take_block<Line>(1);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(sluice::detail::block_data<Line>(block)) % 64, 0u);
  sluice::detail::release(block);
}

}  // namespace
