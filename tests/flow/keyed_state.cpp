#include "sluice/flow/keyed_state.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sluice/core/errors.hpp"

namespace sluice::flow_tests {
namespace {

using flow::Expire;
using flow::KeyedState;
using flow::KeyedStateFull;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto zero = [] { return 0; };
constexpr auto add_one = [](int& n) { ++n; };

Instant at(Duration time) { return Instant(time); }

/// A key that counts its copies, and throws when it is told to.
struct Fickle {
  int number = 0;
  static inline int copies = 0;
  static inline int hashes = 0;
  static inline int bad_to_hash = -1;
  static inline int bad_to_compare = -1;

  explicit Fickle(int n) : number(n) {}
  Fickle(const Fickle& other) : number(other.number) { ++copies; }
  Fickle(Fickle&&) noexcept = default;
  Fickle& operator=(const Fickle&) = default;
  Fickle& operator=(Fickle&&) noexcept = default;
  ~Fickle() = default;
  friend bool operator==(const Fickle& a, const Fickle& b) {
    if (a.number == bad_to_compare || b.number == bad_to_compare) throw std::runtime_error("not comparable");
    return a.number == b.number;
  }
  static void reset() {
    copies = hashes = 0;
    bad_to_hash = bad_to_compare = -1;
  }
};

}  // namespace
}  // namespace sluice::flow_tests

template <>
struct sluice::Hash<sluice::flow_tests::Fickle> {
  std::uint64_t operator()(const sluice::flow_tests::Fickle& key) const {
    using sluice::flow_tests::Fickle;
    ++Fickle::hashes;
    if (key.number == Fickle::bad_to_hash) throw std::runtime_error("not hashable");
    return mix_bits(7);  // all in one place: every look-up compares
  }
};

namespace sluice::flow_tests {
namespace {

/// Numbers from a seed.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return mix_bits(++state_) % limit; }

 private:
  std::uint64_t state_;
};

template <class K, class V>
std::map<K, V> as_map(const KeyedState<K, V>& state) {
  std::map<K, V> all;
  state.for_each([&](const K& key, const V& value) { EXPECT_TRUE(all.emplace(key, value).second); });
  return all;
}

TEST(KeyedStates, AreWhatAMapIs) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Dice dice(seed << 32);
    KeyedState<std::string, int> state;
    std::map<std::string, int> model;
    for (int i = 0; i < 2000; ++i) {
      const std::string key = "a key of some length " + std::to_string(dice.below(200));
      if (dice.below(4) == 0) {
        EXPECT_EQ(state.erase(std::string_view(key)), model.erase(key) == 1);
      } else {
        state.update(std::string_view(key), {}, zero, add_one);
        ++model[key];
      }
      const int* const found = state.find(key);
      ASSERT_EQ(found != nullptr ? *found : -1, model.contains(key) ? model[key] : -1);
    }
    EXPECT_EQ(as_map(state), model);
    EXPECT_EQ(state.size(), model.size());
  }
}

TEST(KeyedStates, CopyAKeyOnceWhenItIsFirstStored) {
  Fickle::reset();
  KeyedState<Fickle, int> state;
  const Fickle key(5);
  for (int i = 0; i < 10; ++i) state.update(key, {}, zero, add_one);
  EXPECT_EQ(Fickle::copies, 1);
  EXPECT_EQ(Fickle::hashes, 10);
  EXPECT_EQ(*state.find(key), 10);
}

TEST(KeyedStates, HashNothingWhenTheyGrow) {
  Fickle::reset();
  KeyedState<Fickle, int> state;
  for (int i = 0; i < 100; ++i) state.update(Fickle(i), {}, zero, add_one);
  EXPECT_EQ(Fickle::copies, 0);
  EXPECT_EQ(Fickle::hashes, 100);
  EXPECT_EQ(state.size(), 100U);
}

TEST(KeyedStates, LookUpPartsOfCompoundKeysAsTheyCome) {
  KeyedState<std::pair<std::string, int>, int> state;
  state.update(std::pair(std::string_view("a"), 1), {}, zero, add_one);
  state.update(std::pair(std::string("a"), 1), {}, zero, add_one);
  state.update(std::pair(std::string("a"), 2), {}, zero, add_one);
  EXPECT_THAT(as_map(state), ElementsAre(std::pair(std::pair(std::string("a"), 1), 2),
                                         std::pair(std::pair(std::string("a"), 2), 1)));
}

/// Characters that are neither a string nor a view of one.
struct Label {
  std::string text;
  operator std::string_view() const noexcept { return text; }
};

TEST(KeyedStates, LookUpCharactersWhateverHoldsThem) {
  KeyedState<std::string, int> state;
  state.update(Label{"a"}, {}, zero, add_one);
  state.update("a", {}, zero, add_one);
  state.update(std::string("a"), {}, zero, add_one);
  EXPECT_EQ(*state.find(Label{"a"}), 3);
  EXPECT_TRUE(state.erase(Label{"a"}));
  EXPECT_TRUE(state.empty());
}

TEST(KeyedStates, TakeAllNansForOneKeyAndBothZeros) {
  KeyedState<double, int> state;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double key : {nan, -nan, nan, 0.0, -0.0}) state.update(key, {}, zero, add_one);
  EXPECT_EQ(state.size(), 2U);
  EXPECT_EQ(*state.find(nan), 3);
  EXPECT_EQ(*state.find(0.0), 2);
  EXPECT_TRUE(state.erase(nan));
  EXPECT_EQ(state.find(nan), nullptr);
}

TEST(KeyedStates, TakeNansInCompoundKeysForOneToo) {
  KeyedState<std::pair<int, double>, int> state;
  for (int i = 0; i < 3; ++i)
    state.update(std::pair(1, std::numeric_limits<double>::quiet_NaN()), {}, zero, add_one);
  EXPECT_EQ(state.size(), 1U);
}

TEST(KeyedStates, HoldNoMoreThanMaxKeys) {
  KeyedState<std::string, int> state({.name = "reduce_by \"hosts\"", .max_keys = 2});
  for (const char* key : {"a", "b", "a"}) state.update(key, {}, zero, add_one);
  try {
    state.update("c", {}, zero, add_one);
    FAIL() << "a third key was let in";
  } catch (const KeyedStateFull& full) {
    EXPECT_STREQ(full.what(), "reduce_by \"hosts\": another key came, and it holds 2 already; max_keys is 2");
    EXPECT_EQ(full.keys(), 2U);
  }
  EXPECT_THAT(as_map(state), ElementsAre(std::pair("a", 2), std::pair("b", 1)));
  EXPECT_TRUE(state.erase("b"));
  EXPECT_NO_THROW(state.update("c", {}, zero, add_one));
}

TEST(KeyedStates, HoldNoMoreThanMaxBytes) {
  using Words = KeyedState<std::string, std::string>;
  const auto append = [](std::string& all) { all += std::string(100, 'x'); };
  const std::size_t most = 2 * Words::entry_bytes() + 250;
  Words state({.name = "reduce_by", .max_bytes = most});
  state.update("a", {}, [] { return std::string(); }, append);
  state.update("b", {}, [] { return std::string(); }, append);
  try {
    for (int i = 0; i < 100; ++i) state.update("a", {}, [] { return std::string(); }, append);
    FAIL() << "it grew without bound";
  } catch (const KeyedStateFull& full) {
    EXPECT_THAT(full.what(), HasSubstr("bytes in 2 keys; max_bytes is " + std::to_string(most)));
    EXPECT_GT(full.bytes(), most);
    EXPECT_LT(full.bytes(), most + 500);
    EXPECT_EQ(full.keys(), 2U);
  }
}

TEST(KeyedStates, CountBytesOfValuesAsTheyAreTold) {
  KeyedState<int, std::shared_ptr<int>> state(
      {.bytes_of = [](const std::shared_ptr<int>&) { return 1000UL; }});
  for (int i = 0; i < 3; ++i) state.update(i, {}, [] { return std::make_shared<int>(0); }, [](auto&) {});
  EXPECT_EQ(state.bytes(), 3 * (state.entry_bytes() + 1000));
}

/// The account kept step by step is what adding everything up gives.
TEST(KeyedStates, KeepTheirAccountOfBytes) {
  using List = std::vector<std::string>;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Dice dice(seed << 32);
    KeyedState<std::string, List> counted({.max_bytes = 100'000'000, .expire_after = 50ns});
    KeyedState<std::string, List> walked({.expire_after = 50ns});
    Duration now = 0ns;
    for (int i = 0; i < 500; ++i) {
      now += Duration(static_cast<std::int64_t>(dice.below(5)));
      const std::string key(dice.below(40), 'k');
      const std::uint64_t what = dice.below(10);
      for (auto* state : {&counted, &walked}) {
        const auto grow = [&](List& list) { list.emplace_back(i % 50, 'v'); };
        if (what == 0) {
          state->erase(key);
        } else if (what == 1) {
          state->expire(at(now), [](auto&&, auto&&) {});
        } else if (what == 2 && i % 7 == 0) {
          state->drain([](auto&&, auto&&, std::uint64_t) {});
        } else {
          state->update(key, at(now), [] { return List(); }, grow);
        }
      }
      ASSERT_EQ(counted.bytes(), walked.bytes()) << "step " << i << ", seed " << seed;
    }
  }
}

TEST(KeyedStates, KeepTheirAccountWhenAChangeThrows) {
  KeyedState<int, std::string> state({.max_bytes = 10'000});
  EXPECT_THROW(state.update(
                   1, {}, [] { return std::string(); },
                   [](std::string& text) {
                     text = std::string(1000, 'x');
                     throw std::runtime_error("no");
                   }),
               std::runtime_error);
  EXPECT_GE(state.bytes(), state.entry_bytes() + 1000);
  state.erase(1);
  EXPECT_EQ(state.bytes(), 0U);
}

TEST(KeyedStates, ForgetWhatWasNotUsedForItsTime) {
  KeyedState<int, int> state({.expire_after = 10ns});
  std::vector<int> gone;
  const auto note = [&](int key, int) { gone.push_back(key); };
  for (const int key : {1, 2, 3}) state.update(key, at(Duration(key)), zero, add_one);
  state.update(1, at(8ns), zero, add_one);
  EXPECT_EQ(state.next_expiry(), at(12ns));
  state.expire(at(11ns), note);
  EXPECT_THAT(gone, ElementsAre());
  state.expire(at(13ns), note);
  EXPECT_THAT(gone, ElementsAre(2, 3));
  EXPECT_EQ(state.next_expiry(), at(18ns));
  state.expire(at(100ns), note);
  EXPECT_THAT(gone, ElementsAre(2, 3, 1));
  EXPECT_TRUE(state.empty());
  EXPECT_EQ(state.next_expiry(), std::nullopt);
}

TEST(KeyedStates, ForgetByCreationWhatIsUsedAllTheTime) {
  KeyedState<int, int> state({.expire_after = 10ns, .expire = Expire::by_creation});
  for (int time = 0; time < 10; ++time) state.update(1, at(Duration(time)), zero, add_one);
  int last = 0;
  state.expire(at(10ns), [&](int, int count) { last = count; });
  EXPECT_EQ(last, 10);
  EXPECT_TRUE(state.empty());
}

TEST(KeyedStates, ExpireAsAListOfTimesDoes) {
  for (const Expire expire : {Expire::by_last_use, Expire::by_creation}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Dice dice(seed << 32);
      KeyedState<int, int> state({.expire_after = 30ns, .expire = expire});
      std::map<int, Duration> times;
      Duration now = 0ns;
      for (int i = 0; i < 1000; ++i) {
        now += Duration(static_cast<std::int64_t>(dice.below(4)));
        const int key = static_cast<int>(dice.below(40));
        if (dice.below(10) == 0) {
          EXPECT_EQ(state.erase(key), times.erase(key) == 1);
        }
        Duration before = 0ns;
        state.expire(at(now), [&](int gone, int) {
          ASSERT_TRUE(times.contains(gone));
          ASSERT_LE(times[gone] + 30ns, now);
          ASSERT_LE(before, times[gone]);
          before = times[gone];
          times.erase(gone);
        });
        for (const auto& [left, time] : times) ASSERT_GT(time + 30ns, now);
        state.update(key, at(now), zero, add_one);
        if (expire == Expire::by_last_use || !times.contains(key)) times[key] = now;
        ASSERT_EQ(state.size(), times.size());
      }
    }
  }
}

TEST(KeyedStates, StayAsTheyWereWhenAHashThrows) {
  Fickle::reset();
  KeyedState<Fickle, int> state;
  state.update(Fickle(1), {}, zero, add_one);
  Fickle::bad_to_hash = 2;
  EXPECT_THROW(state.update(Fickle(2), {}, zero, add_one), std::runtime_error);
  EXPECT_EQ(state.size(), 1U);
  EXPECT_EQ(*state.find(Fickle(1)), 1);
}

TEST(KeyedStates, StayAsTheyWereWhenAComparisonThrows) {
  Fickle::reset();
  KeyedState<Fickle, int> state({.max_bytes = 10'000});
  state.update(Fickle(1), {}, zero, add_one);
  const std::size_t bytes = state.bytes();
  Fickle::bad_to_compare = 2;
  EXPECT_THROW(state.update(Fickle(2), {}, zero, add_one), std::runtime_error);
  Fickle::reset();
  EXPECT_EQ(state.size(), 1U);
  EXPECT_EQ(state.bytes(), bytes);
  EXPECT_EQ(state.find(Fickle(2)), nullptr);
}

TEST(KeyedStates, AreEmptyAfterADrainThatThrew) {
  KeyedState<std::string, int> state({.max_bytes = 10'000});
  for (const char* key : {"a", "b", "c"}) state.update(key, {}, zero, add_one);
  EXPECT_THROW(state.drain([](auto&&, auto&&, std::uint64_t) { throw std::runtime_error("no"); }),
               std::runtime_error);
  EXPECT_TRUE(state.empty());
  EXPECT_EQ(state.bytes(), 0U);
}

TEST(KeyedStates, GiveEachKeyAwayWithItsHash) {
  KeyedState<std::string, std::unique_ptr<int>> state;
  state.update("a", {}, [] { return std::make_unique<int>(1); }, [](auto&) {});
  state.drain([](std::string&& key, std::unique_ptr<int>&& value, std::uint64_t hash) {
    EXPECT_EQ(key, "a");
    EXPECT_EQ(*value, 1);
    EXPECT_EQ(hash, Hash<std::string_view>{}("a"));
  });
}

template <class F>
std::string field_of(F f) {
  try {
    f();
  } catch (const OptionError& error) {
    return error.what();
  }
  return "nothing was wrong";
}

TEST(KeyedStates, SayWhatIsWrongWithTheirOptions) {
  using State = KeyedState<int, int>;
  EXPECT_EQ(field_of([] { State({.max_keys = 0}); }), "max_keys: must be at least 1, got 0");
  EXPECT_EQ(field_of([] { State({.max_bytes = 0}); }), "max_bytes: must be at least 1, got 0");
  EXPECT_EQ(field_of([] { State({.expire_after = 0s}); }), "expire_after: must be positive, got 0ns");
  EXPECT_EQ(field_of([] { State({.expire_after = -1s}); }),
            "expire_after: must be positive, got -1000000000ns");
}

TEST(KeyMaps, CopyAKeyOnlyWhenItIsNew) {
  flow::KeySet<std::string> seen;
  EXPECT_TRUE(flow::detail::add_key(seen, std::string_view("a")));
  EXPECT_FALSE(flow::detail::add_key(seen, std::string_view("a")));
  flow::KeyMap<std::string, int> map;
  ++flow::detail::value_of_key(map, std::string_view("a"));
  ++flow::detail::value_of_key(map, "a");
  EXPECT_EQ(map.at("a"), 2);
}

TEST(KeyMaps, TakeAllNansForOneKey) {
  flow::KeySet<double> seen;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(flow::detail::add_key(seen, nan));
  EXPECT_FALSE(flow::detail::add_key(seen, nan));
}

}  // namespace
}  // namespace sluice::flow_tests
