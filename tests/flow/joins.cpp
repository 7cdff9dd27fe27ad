#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "flow/flow.hpp"

namespace sluice::flow_tests {
namespace {

using conformance::World;
using flow::Emit;
using flow::Join;
using flow::JoinOptions;
using flow::Trigger;
using ::testing::HasSubstr;

// -- what joins emit here

using Match = std::pair<int, int>;
inline constexpr auto pair_up = [](int left, int right) { return Match(left, right); };

using Outer = std::pair<std::optional<int>, std::optional<int>>;
inline constexpr auto none = std::nullopt;
inline constexpr auto either = [](const int* left, const int* right) {
  return Outer(left == nullptr ? std::optional<int>() : *left,
               right == nullptr ? std::optional<int>() : *right);
};

[[nodiscard]] auto numbers(int first, int last) { return flow::from(std::views::iota(first, last + 1)); }
inline constexpr auto itself = [](int n) { return n; };
inline constexpr auto less_three = [](int n) { return n - 3; };

[[nodiscard]] std::vector<Outer> outer(Join mode, World& world) {
  return sorted(events_of(
      flow::join(numbers(0, 3), numbers(4, 8), {.mode = mode, .stages = 2}, itself, less_three, either),
      world));
}

// -- sources that the test feeds

/// A stage that runs already.
template <class T>
class StageFeed final : public flow::Feed<T> {
 public:
  explicit StageFeed(ProducerRef<T> stage) : stage_(std::move(stage)) {}
  [[nodiscard]] flow::Upstreams<T> build(flow::Assembly& /*assembly*/,
                                         const flow::Border<T>& /*border*/) const override {
    return {stage_};
  }
  [[nodiscard]] flow::Plan::Emitters outline(flow::Plan& plan,
                                             const flow::Border<T>& /*border*/) const override {
    return plan.add_source("a running stage", 1);
  }
  [[nodiscard]] bool divides() const override { return false; }

 private:
  ProducerRef<T> stage_;
};

/// An inlet and the flow of what is pushed into it.
template <class T>
struct Hand {
  explicit Hand(World& in) : world(&in), started(in->start_inlet<T>({.capacity = 1000})) {}

  [[nodiscard]] flow::Flow<T> flow() const {
    return flow::detail::from_feed<T>(std::make_shared<const StageFeed<T>>(started.ref), {.stages = 1});
  }
  /// Each event on its way to the end before the next one.
  void push(std::vector<T> events) {
    for (T& event : events) {
      started.inlet.push(std::move(event));
      world->settle();
    }
  }
  void close() {
    started.inlet.close();
    world->settle();
  }

  World* world;
  StartedInlet<T> started;
};

/// What came out so far.
template <class T>
class Basket {
 public:
  [[nodiscard]] auto put() const {
    return flow::map([kept = kept_](const T& event) {
      const std::lock_guard lock(kept->mutex);
      kept->events.push_back(event);
      return 0;
    });
  }
  [[nodiscard]] std::vector<T> take() {
    const std::lock_guard lock(kept_->mutex);
    return std::exchange(kept_->events, {});
  }

 private:
  struct Kept {
    std::mutex mutex;
    std::vector<T> events;
  };
  std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
};

// -- a window in event time

/// Windows of 1000 ms that are done when the flow ends.
template <class By>
struct Seconds : flow::WindowOperator {
  template <class T, class Pane>
  class Machine {
   public:
    explicit Machine(const Seconds& window) : by_(window.by) {}

    template <class Run>
    void begin(Run& /*run*/) {}
    void opened(SubscriptionId /*from*/) {}
    template <class Run>
    void events(std::span<T> events, SubscriptionId /*from*/, Run& run) {
      for (std::size_t i = 0; i != events.size(); ++i) {
        const std::int64_t start = std::invoke(by_, std::as_const(events[i])) / 1000 * 1000;
        auto found = panes_.find(start);
        if (found == panes_.end())
          found = panes_.emplace(start, run.open({flow::WindowKind::fixed, start})).first;
        run.reduce(found->second, events.subspan(i, 1));
      }
    }
    template <class Run>
    void batch_end(SubscriptionId /*from*/, Run& /*run*/) {}
    template <class Run>
    void closed(SubscriptionId /*from*/, Run& /*run*/) {}
    template <class Run>
    void alarm(std::int64_t /*key*/, Run& /*run*/) {}
    template <class Run>
    void finish(Run& run) {
      for (auto& [start, pane] : panes_) run.done(pane);
      panes_.clear();
    }
    template <class F>
    void each_open(F f) {
      for (auto& [start, pane] : panes_) f(pane);
    }

   private:
    By by_;
    std::map<std::int64_t, Pane> panes_;
  };

  template <class Wrap>
  [[nodiscard]] auto asking(Wrap wrap) const {
    return Seconds<decltype(wrap(by))>{{}, wrap(by)};
  }

  By by;
};
template <class By>
[[nodiscard]] auto seconds(By by) {
  return Seconds<By>{{}, std::move(by)};
}

/// Sums each batch: what map_batch sees.
struct SumBatch : flow::Operator {
  static constexpr flow::Role role = flow::Role::batch;
  static constexpr bool batches = true;
  template <class In>
  using Output = int;
  template <class In>
  using State = std::vector<int>;
  template <class In>
  [[nodiscard]] std::vector<int> open(const flow::Context& /*context*/) const {
    return {};
  }
  template <class Next>
  void push(std::vector<int>& batch, flow::Context& /*context*/, int event, const Next& /*next*/) {
    batch.push_back(event);
  }
  template <class Next>
  void batch_end(std::vector<int>& batch, flow::Context& /*context*/, const Next& next) {
    int sum = 0;
    for (const int n : batch) sum += n;
    if (!batch.empty()) next(sum);
    batch.clear();
  }
  template <class Next>
  void fire(std::vector<int>& batch, flow::Context& context, const Trigger& /*trigger*/, const Next& next) {
    batch_end(batch, context, next);
  }
};

// -- what goes wrong

template <class F>
[[nodiscard]] std::string failure_of(const F& flow, World& world) {
  try {
    static_cast<void>(events_of(flow, world));
  } catch (const flow::FlowFailed& failure) {
    return failure.what();
  }
  return "it did not fail";
}
template <class F>
[[nodiscard]] std::string refusal_of(F build) {
  try {
    static_cast<void>(build());
  } catch (const OptionError& error) {
    return error.what();
  }
  return "it was taken";
}

SCENARIO(FL_108_NothingMatches) {
  EXPECT_THAT(
      events_of(flow::join(numbers(0, 3), numbers(4, 8), {.stages = 2}, itself, itself, pair_up), world),
      IsEmpty());
  EXPECT_THAT(
      sorted(events_of(flow::join(numbers(0, 3), numbers(4, 8), {.stages = 2}, itself, less_three, pair_up),
                       world)),
      ElementsAre(Match(1, 4), Match(2, 5), Match(3, 6)));
}

SCENARIO(FL_109_OuterJoinsAddWhatMatchedNothing) {
  EXPECT_THAT(outer(Join::inner, world), ElementsAre(Outer(1, 4), Outer(2, 5), Outer(3, 6)));
  EXPECT_THAT(outer(Join::left_outer, world),
              ElementsAre(Outer(0, none), Outer(1, 4), Outer(2, 5), Outer(3, 6)));
  EXPECT_THAT(outer(Join::right_outer, world),
              ElementsAre(Outer(none, 7), Outer(none, 8), Outer(1, 4), Outer(2, 5), Outer(3, 6)));
  EXPECT_THAT(outer(Join::full_outer, world), ElementsAre(Outer(none, 7), Outer(none, 8), Outer(0, none),
                                                          Outer(1, 4), Outer(2, 5), Outer(3, 6)));
}

SCENARIO(FL_110_AFullOuterJoinOfStrangers) {
  const auto all = flow::join(numbers(0, 3), numbers(4, 8), {.mode = Join::full_outer, .stages = 2}, itself,
                              itself, either);
  EXPECT_THAT(sorted(events_of(all, world)),
              ElementsAre(Outer(none, 4), Outer(none, 5), Outer(none, 6), Outer(none, 7), Outer(none, 8),
                          Outer(0, none), Outer(1, none), Outer(2, none), Outer(3, none)));
}

using Tagged = std::pair<int, char>;
inline constexpr auto tags = [](const Tagged* left, const Tagged* right) {
  return std::string{left == nullptr ? '-' : left->second, right == nullptr ? '-' : right->second};
};

SCENARIO(FL_111_TheMostRecentMatchComesFirst) {
  Hand<Tagged> left(world);
  Hand<Tagged> right(world);
  Basket<std::string> basket;
  const auto handle = flow::join(left.flow(), right.flow(), {.mode = Join::full_outer, .stages = 1},
                                 &Tagged::first, &Tagged::first, tags) |
                      basket.put() | flow::start(world.runtime());
  left.push({{1, 'a'}, {1, 'b'}, {2, 'c'}});
  right.push({{1, 'x'}, {1, 'y'}, {3, 'z'}});
  EXPECT_THAT(basket.take(), ElementsAre("bx", "ax", "by", "ay"));
  left.close();
  right.close();
  EXPECT_EQ(handle.wait(), flow::Outcome{});
  EXPECT_THAT(basket.take(), ElementsAre("c-", "-z"));
}

SCENARIO(FL_112_OperatorsBehindAJoinSeeItsResults) {
  const auto matches = flow::join(numbers(0, 3), numbers(4, 6), {.stages = 2}, itself, less_three, pair_up);
  const auto sums = matches | flow::map([](Match match) { return match.first + match.second; });
  EXPECT_THAT(sorted(events_of(sums, world)), ElementsAre(5, 7, 9));

  const auto totals = sums | flow::reduce(0, std::plus{}) |
                      flow::on_trigger([](int& acc, const Trigger&, Emit<int>& out) { out(acc); });
  const auto both = events_of(totals, world);
  EXPECT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0] + both[1], 21);
}

struct Post {
  int id;
  std::int64_t at;
};
struct Comment {
  int post;
  std::string text;
  std::int64_t at;
};

SCENARIO(FL_114_OnlyEventsOfOneWindowMatch) {
  const auto posts = flow::from(std::vector<Post>{{1, 0}, {2, 1000}}, {.stages = 1, .max_demand = 1});
  const auto comments = flow::from(
      std::vector<Comment>{
          {1, "excellent", 0}, {1, "outstanding", 1000}, {2, "great", 1000}, {3, "unknown", 1000}},
      {.stages = 1, .max_demand = 1});
  const auto at = [](const auto& event) { return event.at; };
  const auto answers = flow::window_join(
      posts, comments, {.stages = 1, .max_demand = 1}, &Post::id, &Comment::post,
      [](const Post& post, const Comment& comment) { return std::to_string(post.id) + "-" + comment.text; },
      seconds(at));
  EXPECT_THAT(sorted(events_of(answers, world)), ElementsAre("1-excellent", "2-great"));
}

SCENARIO(FL_115_BatchesBehindAJoinAreOfItsResults) {
  const auto add = [](int left, int right) { return left + right; };
  const auto sums =
      flow::join(numbers(0, 3), numbers(4, 6), {.stages = 1}, itself, less_three, add) | SumBatch{};
  int total = 0;
  for (const int sum : events_of(sums, world)) total += sum;
  EXPECT_EQ(total, 21);

  const auto left = [](const int* l, const int* r) { return r == nullptr ? 10 * *l : *l + *r; };
  const auto outer_sums =
      flow::window_join(numbers(0, 3), numbers(4, 6), {.mode = Join::left_outer, .stages = 2}, itself,
                        less_three, left, flow::window::count(100)) |
      SumBatch{} | flow::map(itself);
  total = 0;
  for (const int sum : events_of(outer_sums, world)) total += sum;
  EXPECT_EQ(total, 21);  // of 0 nothing comes: ten times none
}

SCENARIO(FL_116_SidesMayBeDividedBefore) {
  const auto left = numbers(1, 10) | flow::partition({.stages = 2});
  const auto right = numbers(1, 10) | flow::map(itself);
  const auto matches =
      sorted(events_of(flow::join(left, right, {.stages = 2}, itself, itself, pair_up), world));
  std::vector<Match> all;
  for (int n = 1; n <= 10; ++n) all.emplace_back(n, n);
  EXPECT_EQ(matches, all);
}

// -- nested loops find the same

struct Thing {
  double key;
  int id;
  std::int64_t at;
};
using Ids = std::pair<int, int>;  // -1: nobody
inline constexpr auto ids = [](const Thing* left, const Thing* right) {
  return Ids(left == nullptr ? -1 : left->id, right == nullptr ? -1 : right->id);
};

/// Up to 60 things with few keys, some of them NaN, in three seconds.
[[nodiscard]] std::vector<Thing> things(std::mt19937_64& random) {
  const auto below = [&](std::uint64_t n) { return static_cast<int>(random() % n); };
  std::vector<Thing> made(static_cast<std::size_t>(below(60)));
  const auto keys = static_cast<std::uint64_t>(1 + below(20));
  int id = 0;
  for (Thing& thing : made) {
    const double key = below(keys);
    thing = {below(12) == 0 ? std::numeric_limits<double>::quiet_NaN() : key, id++, below(3000)};
  }
  return made;
}

template <class Meets>
[[nodiscard]] std::vector<Ids> by_nested_loops(const std::vector<Thing>& left,
                                               const std::vector<Thing>& right, Join mode, Meets meets) {
  std::vector<Ids> all;
  for (const Thing& l : left) {
    for (const Thing& r : right)
      if (meets(l, r)) all.emplace_back(l.id, r.id);
    if (keeps_left(mode) && std::ranges::none_of(right, [&](const Thing& r) { return meets(l, r); }))
      all.emplace_back(l.id, -1);
  }
  for (const Thing& r : right)
    if (keeps_right(mode) && std::ranges::none_of(left, [&](const Thing& l) { return meets(l, r); }))
      all.emplace_back(-1, r.id);
  std::ranges::sort(all);
  return all;
}

[[nodiscard]] JoinOptions random_join(std::mt19937_64& random) {
  return {.mode = static_cast<Join>(random() % 4),
          .stages = 1 + random() % 5,
          .max_demand = static_cast<Demand>(1 + random() % 40)};
}
[[nodiscard]] flow::LayerOptions random_layer(std::mt19937_64& random) {
  return {.stages = 1 + random() % 3, .max_demand = static_cast<Demand>(1 + random() % 20)};
}

TEST(Joins, FindWhatNestedLoopsFind) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto left = things(random);
    const auto right = things(random);
    const JoinOptions options = random_join(random);
    World world(seed);
    const auto joined =
        flow::join(flow::from(left, random_layer(random)), flow::from(right, random_layer(random)), options,
                   &Thing::key, &Thing::key, ids);
    const auto meets = [](const Thing& l, const Thing& r) { return l.key == r.key; };
    EXPECT_EQ(sorted(events_of(joined, world)), by_nested_loops(left, right, options.mode, meets));
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Joins, FindWhatNestedLoopsFindInWindows) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto left = things(random);
    const auto right = things(random);
    const JoinOptions options = random_join(random);
    World world(seed);
    const auto joined = flow::window_join(
        flow::from(left, random_layer(random)), flow::from(right, random_layer(random)), options, &Thing::key,
        &Thing::key, ids, seconds([](const Thing& thing) { return thing.at; }));
    const auto meets = [](const Thing& l, const Thing& r) {
      return l.key == r.key && l.at / 1000 == r.at / 1000;
    };
    EXPECT_EQ(sorted(events_of(joined, world)), by_nested_loops(left, right, options.mode, meets));
    if (::testing::Test::HasFailure()) return;
  }
}

// -- keys

SCENARIO_OF(Joins, ANumberThatIsNoneMatchesNothing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto some = flow::from(std::vector{nan, 1.0, nan, -0.0});
  const auto others = flow::from(std::vector{nan, 1.0, 0.0});
  const auto count = [](const double* left, const double* right) {
    return std::pair(left != nullptr, right != nullptr);
  };
  const auto all = flow::join(some, others, {.mode = Join::full_outer, .stages = 3}, std::identity{},
                              std::identity{}, count);
  EXPECT_THAT(sorted(events_of(all, world)),
              ElementsAre(std::pair(false, true), std::pair(true, false), std::pair(true, false),
                          std::pair(true, true), std::pair(true, true)));
}

struct Name {
  std::string text;
  std::string_view view() const { return text; }
};

SCENARIO_OF(Joins, TextIsOneKeyHoweverItIsHeld) {
  const auto names = flow::from(std::vector<Name>{{"a"}, {"a name too long to be short"}, {"c"}});
  const auto texts = flow::from(std::vector<std::string>{"a name too long to be short", "c", "d"});
  const auto matches =
      flow::join(names, texts, {.stages = 2}, &Name::view, std::identity{},
                 [](const Name& name, const std::string& text) { return name.text + "=" + text; });
  EXPECT_THAT(sorted(events_of(matches, world)),
              ElementsAre("a name too long to be short=a name too long to be short", "c=c"));
}

struct Prickly {
  int n = 0;
  friend bool operator==(const Prickly& a, const Prickly& b) {
    return a.n == 13 ? throw std::runtime_error("thirteen equals nothing") : a.n == b.n;
  }
};

}  // namespace
}  // namespace sluice::flow_tests

template <>
struct sluice::Hash<sluice::flow_tests::Prickly> {
  std::uint64_t operator()(const sluice::flow_tests::Prickly& key) const noexcept {
    return sluice::mix_bits(static_cast<std::uint64_t>(key.n));
  }
};

namespace sluice::flow_tests {
namespace {

SCENARIO_OF(Joins, AKeyThatThrowsFailsTheFlow) {
  const auto thrown = [](int n) { return n == 5 ? throw std::runtime_error("no key of five") : n; };
  EXPECT_THAT(
      failure_of(flow::join(numbers(1, 9), numbers(1, 9), {.stages = 2}, thrown, itself, pair_up), world),
      HasSubstr("no key of five"));
  const auto prickly = [](int n) { return Prickly{n}; };
  EXPECT_THAT(
      failure_of(flow::join(numbers(1, 15), numbers(1, 15), {.stages = 2}, prickly, prickly, pair_up), world),
      HasSubstr("thirteen equals nothing"));
}

// -- sides

SCENARIO_OF(Joins, ASideWithoutEvents) {
  const auto all = flow::join(numbers(1, 3), flow::from(std::vector<int>{}),
                              {.mode = Join::left_outer, .stages = 2}, itself, itself, either);
  EXPECT_THAT(sorted(events_of(all, world)), ElementsAre(Outer(1, none), Outer(2, none), Outer(3, none)));
}

SCENARIO_OF(Joins, AFlowWithItself) {
  const auto some = numbers(1, 3) | flow::map(itself);
  EXPECT_THAT(sorted(events_of(flow::join(some, some, {.stages = 2}, itself, itself, pair_up), world)),
              ElementsAre(Match(1, 1), Match(2, 2), Match(3, 3)));
}

SCENARIO_OF(Joins, AJoinOfAJoin) {
  const auto pairs = flow::join(numbers(1, 5), numbers(2, 6), {.stages = 2}, itself, itself, pair_up);
  const auto sum = [](Match match, int third) { return match.first + match.second + third; };
  EXPECT_THAT(
      sorted(events_of(flow::join(pairs, numbers(4, 9), {.stages = 3}, &Match::first, itself, sum), world)),
      ElementsAre(12, 15));
}

SCENARIO_OF(Joins, WhatOnlyMovesIsJoined) {
  using Owned = std::unique_ptr<int>;
  const auto own = flow::map([](int n) { return std::make_unique<int>(n); });
  const auto value = [](const Owned& owned) { return *owned; };
  const auto sums = flow::join(numbers(1, 5) | own, numbers(4, 9) | own, {.stages = 2}, value, value,
                               [](const Owned& left, const Owned& right) { return *left + *right; });
  EXPECT_THAT(sorted(events_of(sums, world)), ElementsAre(8, 10));
}

SCENARIO_OF(Joins, ASideThatFailsFailsTheFlowAndNothingIsUnmatched) {
  const auto broken =
      numbers(1, 60) | flow::map([](int n) { return n == 50 ? throw std::runtime_error("fifty") : n; });
  Basket<Outer> basket;
  const auto all = flow::join(broken, flow::from(std::vector<int>{}), {.mode = Join::full_outer, .stages = 2},
                              itself, itself, either) |
                   basket.put();
  EXPECT_THAT(failure_of(all, world), HasSubstr("fifty"));
  EXPECT_THAT(basket.take(), IsEmpty());
}

SCENARIO_OF(Joins, AReaderThatLeavesEndsBothSides) {
  const std::size_t before = world->stage_count();
  {
    auto matches = flow::join(flow::from(std::views::iota(0)), flow::from(std::views::iota(0)),
                              {.stages = 2, .max_demand = 10}, itself, itself, pair_up) |
                   flow::to_range(world.runtime());
    int count = 0;
    for ([[maybe_unused]] const Match& match : matches)
      if (++count == 20) break;
    EXPECT_EQ(count, 20);
  }
  world.settle();
  EXPECT_EQ(world->stage_count(), before);
}

// -- windows and triggers

/// Left 1 2 3, then right 1 2 3, in a window that fires at each second event.
[[nodiscard]] std::vector<Outer> at_triggers(JoinOptions options, World& world) {
  Hand<int> left(world);
  Hand<int> right(world);
  Basket<Outer> basket;
  options.stages = 1;
  const auto handle = flow::window_join(left.flow(), right.flow(), options, itself, itself, either,
                                        flow::window::global({.trigger = flow::every(2)})) |
                      basket.put() | flow::start(world.runtime());
  left.push({1, 2, 3});
  right.push({1, 3, 2});
  left.close();
  right.close();
  EXPECT_EQ(handle.wait(), flow::Outcome{});
  return basket.take();
}

SCENARIO_OF(Joins, TriggersLeaveWhatIsKept) {
  EXPECT_THAT(at_triggers({.mode = Join::full_outer}, world),
              ElementsAre(Outer(1, 1), Outer(3, 3), Outer(2, 2)));
}

SCENARIO_OF(Joins, TriggersClearWhatIsKeptWhenTold) {
  EXPECT_THAT(at_triggers({.mode = Join::full_outer, .clear_at_triggers = true}, world),
              ElementsAre(Outer(1, none), Outer(2, none), Outer(3, none), Outer(none, 1), Outer(none, 3),
                          Outer(none, 2)));
}

SCENARIO_OF(Joins, AWindowThatIsDoneIsForgotten) {
  Hand<int> left(world);
  Hand<int> right(world);
  Basket<Outer> basket;
  const auto handle = flow::window_join(left.flow(), right.flow(), {.mode = Join::left_outer, .stages = 1},
                                        itself, itself, either, flow::window::count(3)) |
                      basket.put() | flow::start(world.runtime());
  left.push({1, 2});
  right.push({1});
  EXPECT_THAT(basket.take(), ElementsAre(Outer(1, 1), Outer(2, none)));
  right.push({2});
  left.close();
  right.close();
  EXPECT_EQ(handle.wait(), flow::Outcome{});
  EXPECT_THAT(basket.take(), IsEmpty());
}

SCENARIO_OF(Joins, AWindowBehindAJoinSeesItsResults) {
  const auto lists = flow::join(numbers(1, 5), numbers(1, 7), {.mode = Join::right_outer, .stages = 1},
                                itself, itself, either) |
                     flow::window::count(2) | flow::reduce(0, [](int& count, const Outer&) { ++count; });
  EXPECT_THAT(events_of(lists, world), ElementsAre(2, 2, 2, 1));
}

SCENARIO_OF(Joins, ADepartitionBehindAJoin) {
  const auto total = flow::join(numbers(1, 5), numbers(3, 7), {.stages = 3}, itself, itself,
                                [](int left, int right) { return left + right; }) |
                     flow::reduce(0, std::plus{}) | flow::departition(0, std::plus{}, std::identity{});
  EXPECT_THAT(events_of(total, world), ElementsAre(24));
}

// -- options

SCENARIO_OF(Joins, MoreKeysThanAllowedFailTheFlow) {
  const auto few =
      flow::join(numbers(1, 9), numbers(1, 9), {.max_keys = 9, .stages = 1}, itself, itself, pair_up);
  EXPECT_EQ(events_of(few, world).size(), 9U);
  const auto many =
      flow::join(numbers(1, 10), numbers(1, 9), {.max_keys = 9, .stages = 1}, itself, itself, pair_up);
  const std::string said = failure_of(many, world);
  EXPECT_THAT(said, HasSubstr("join: 10 keys"));
  EXPECT_THAT(said, HasSubstr(".max_keys = 9"));
}

TEST(Joins, OptionsAreCheckedWhereTheyAreGiven) {
  const auto join = [](JoinOptions options) {
    return flow::join(numbers(1, 2), numbers(1, 2), std::move(options), itself, itself, pair_up);
  };
  EXPECT_THAT(refusal_of([&] { return join({.mode = Join::left_outer}); }), HasSubstr("left_outer"));
  EXPECT_THAT(refusal_of([&] { return join({.max_keys = 0}); }), HasSubstr("max_keys"));
  EXPECT_THAT(refusal_of([&] { return join({.stages = 0}); }), HasSubstr("stages"));
  EXPECT_THAT(refusal_of([&] { return join({.max_demand = 0}); }), HasSubstr("max_demand"));
}

// -- the table, without stages

TEST(JoinTable, KnowsTheMostRecentFirstAndWhoNeverMatched) {
  flow::JoinTable<int, char, char> table;
  std::string seen;
  const auto note = [&](char event, char other) { seen += {event, other, ' '}; };
  table.meet<0>(1, 'a', note);
  table.meet<0>(1, 'b', note);
  table.meet<0>(2, 'c', note);
  auto moved = std::move(table);
  moved.meet<1>(1, 'x', note);
  moved.meet<1>(3, 'z', note);
  moved.meet<0>(3, 'd', note);
  EXPECT_EQ(seen, "xb xa dz ");
  EXPECT_EQ(moved.keys(), 3U);
  std::string alone;
  moved.each_unmatched<0>([&](char event) { alone += event; });
  moved.each_unmatched<1>([&](char event) { alone += event; });
  EXPECT_EQ(alone, "c");
  moved.clear();
  EXPECT_EQ(moved.keys(), 0U);
  moved.each_unmatched<0>([&](char) { FAIL() << "something was left"; });
}

}  // namespace
}  // namespace sluice::flow_tests
