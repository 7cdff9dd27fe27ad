#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "flow/fed.hpp"
#include "flow/flow.hpp"

namespace sluice::flow_tests {
namespace {

using conformance::World;
using namespace std::chrono_literals;
namespace failure = flow::failure;

[[nodiscard]] auto one_to(int n, Demand max_demand = 1000) {
  return flow::from(std::views::iota(1, n + 1), {.stages = 1, .max_demand = max_demand});
}
/// Fails for multiples of ten.
[[nodiscard]] int no_tens(int n) {
  if (n % 10 == 0) throw std::runtime_error(std::to_string(n));
  return n;
}

/// A list that stages of several threads write to.
template <class T>
class Shared {
 public:
  void add(T one) const {
    const std::lock_guard lock(state_->mutex);
    state_->all.push_back(std::move(one));
  }
  [[nodiscard]] std::vector<T> all() const {
    const std::lock_guard lock(state_->mutex);
    return state_->all;
  }

 private:
  struct State {
    std::mutex mutex;
    std::vector<T> all;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

template <class T>
[[nodiscard]] auto noted_in(Shared<T> list) {
  return flow::map([list = std::move(list)](T event) {
    list.add(event);
    return event;
  });
}

/// Fails for each number as often as the number says, then answers it.
class FailsSoOften {
 public:
  int operator()(const int& n) const {
    const std::lock_guard lock(state_->mutex);
    if (state_->calls[n]++ < n) throw std::runtime_error("not yet");
    return n;
  }
  [[nodiscard]] int calls_for(int n) const {
    const std::lock_guard lock(state_->mutex);
    return state_->calls[n];
  }

 private:
  struct State {
    std::mutex mutex;
    std::map<int, int> calls;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

template <class Handle>
[[nodiscard]] std::optional<flow::Outcome> end_of(const Handle& handle, World& world) {
  world.settle();
  return handle.wait(Duration::zero());
}
template <class F>
[[nodiscard]] Reason failure_of(const F& flow, World& world) {
  try {
    static_cast<void>(events_of(flow, world));
  } catch (const flow::FlowFailed& failed) {
    return failed.outcome().reason;
  }
  return Reason::normal();
}

// -- stop

SCENARIO_OF(Guard, StopFailsTheFlowAsWithoutAGuard) {
  EXPECT_EQ(failure_of(one_to(30) | flow::guard(failure::stop(), flow::map(no_tens)), world), Reason("10"));
  EXPECT_EQ(failure_of(one_to(30) | flow::map(no_tens), world), Reason("10"));
}

// -- skip

SCENARIO_OF(Guard, SkipLeavesOutWhatFailsAndCountsIt) {
  const flow::FailureCount failures;
  const auto left = events_of(one_to(100) | flow::guard(failure::skip(failures), flow::map(no_tens)), world);
  EXPECT_EQ(left.size(), 90U);
  EXPECT_TRUE(std::ranges::is_sorted(left));
  EXPECT_EQ(failures.value(), 10U);
  EXPECT_EQ(world.logged(Severity::warning, "skipped 10 events that failed; the last: failure: 100"), 1U);
}

SCENARIO_OF(Guard, EachStageThatSkippedLogsOnce) {
  const flow::FailureCount failures;
  const auto left =
      events_of(flow::from(std::views::iota(1, 101), {.stages = 4, .max_demand = 4}) |
                    flow::partition([](int n) { return n; }, {.stages = 4, .max_demand = 4}) |
                    flow::guard(failure::skip(failures), flow::filter([](int n) { return no_tens(n) != 7; })),
                world);
  EXPECT_EQ(left.size(), 89U);
  EXPECT_EQ(failures.value(), 10U);
  EXPECT_LE(world.logged(Severity::warning, "skipped"), 4U);
  EXPECT_GE(world.logged(Severity::warning, "skipped"), 1U);
}

SCENARIO_OF(Guard, SkipAlsoBeforeAndBehindAWindow) {
  const flow::FailureCount before;
  const flow::FailureCount behind;
  const auto sums = one_to(25) | flow::guard(failure::skip(before), flow::map(no_tens)) |
                    flow::window::count(5) | flow::guard(failure::skip(behind), flow::map([](int n) {
                                                           if (n == 12) throw std::runtime_error("twelve");
                                                           return 1;
                                                         })) |
                    flow::reduce(0, std::plus{});
  EXPECT_THAT(events_of(sums, world), ElementsAre(5, 5, 4, 5, 3));
  EXPECT_EQ(before.value(), 2U);
  EXPECT_EQ(behind.value(), 1U);
  EXPECT_EQ(world.logged(Severity::warning, "skipped 2 events"), 1U);
  EXPECT_EQ(world.logged(Severity::warning, "skipped 1 events"), 1U);
}

/// Emits 1 … n, and fails between the second and the third if n is to fail.
struct Steps {
  int upto;
  struct Iterator {
    int at;
    int end;
    int operator*() const {
      if (at == 3 && end % 10 == 0) throw std::runtime_error("third");
      return at;
    }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at != other.at; }
  };
  [[nodiscard]] Iterator begin() const { return {1, upto}; }
  [[nodiscard]] Iterator end() const { return {upto + 1, upto}; }
};

SCENARIO_OF(Guard, WhatWasHandedOnBeforeTheFailureIsForgotten) {
  const auto steps = flow::guard(failure::skip(), flow::flat_map([](int n) { return Steps{n}; }));
  const auto left = events_of(flow::from(std::vector{2, 10, 3}, {.stages = 1}) | steps, world);
  EXPECT_THAT(left, ElementsAre(1, 2, 1, 2, 3));
}

SCENARIO_OF(Guard, WhatFailsBehindItIsNotItsBusiness) {
  const flow::FailureCount failures;
  const auto flow = one_to(30) | flow::guard(failure::skip(failures), flow::map([](int n) { return n; })) |
                    flow::map(no_tens);
  EXPECT_EQ(failure_of(flow, world), Reason("10"));
  EXPECT_EQ(failures.value(), 0U);
}

SCENARIO_OF(Guard, WhatIsNoExceptionOfTheLibraryIsSkippedToo) {
  const auto odd = flow::guard(failure::skip(), flow::map([](int n) {
                                 if (n == 2) throw 2;
                                 return n;
                               }));
  EXPECT_THAT(events_of(one_to(3) | odd, world), ElementsAre(1, 3));
}

// -- dead letters

SCENARIO_OF(Guard, ADeadLetterIsTheEventAndItsError) {
  const Shared<std::pair<int, std::string>> letters;
  const auto flow = one_to(25) | flow::guard(failure::dead_letter([letters](int&& n, const Reason& why) {
                                               letters.add({n, std::string(why.text())});
                                             }),
                                             flow::map(no_tens));
  EXPECT_EQ(events_of(flow, world).size(), 23U);
  EXPECT_THAT(letters.all(), ElementsAre(std::pair(10, std::string("10")), std::pair(20, std::string("20"))));
}

SCENARIO_OF(Guard, ADeadLetterIsWholeAlsoWhereTheFunctionTookTheEvent) {
  const Shared<std::string> letters;
  const auto flow =
      flow::from(std::vector<std::string>{"a long text that lives on the heap", "b"}, {.stages = 1}) |
      flow::guard(failure::dead_letter(
                      [letters](std::string&& text, const Reason&) { letters.add(std::move(text)); }),
                  flow::map([](std::string&& text) {
                    const std::string taken = std::move(text);
                    if (taken.size() > 1) throw std::runtime_error("long");
                    return taken;
                  }));
  EXPECT_THAT(events_of(flow, world), ElementsAre("b"));
  EXPECT_THAT(letters.all(), ElementsAre("a long text that lives on the heap"));
}

SCENARIO_OF(Guard, EventsThatOnlyMoveSurviveTheirFailure) {
  using Box = std::unique_ptr<int>;
  const Shared<int> letters;
  const auto into = failure::dead_letter([letters](Box&& box, const Reason&) { letters.add(*box); });
  const auto boxes = one_to(20) | flow::map([](int n) { return std::make_unique<int>(n); });
  const auto mapped = boxes | flow::guard(into, flow::map([](const Box& box) { return no_tens(*box); }));
  EXPECT_EQ(events_of(mapped, world).size(), 18U);
  EXPECT_THAT(letters.all(), ElementsAre(10, 20));
  const auto kept = boxes |
                    flow::guard(into, flow::filter([](const Box& box) { return no_tens(*box) > 4; })) |
                    flow::map([](const Box& box) { return *box; });
  EXPECT_THAT(events_of(kept, world), ElementsAre(5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19));
  EXPECT_THAT(letters.all(), ElementsAre(10, 20, 10, 20));
}

SCENARIO_OF(Guard, DeadLettersReachARunningConsumerThroughAnInlet) {
  auto [inlet, letters] = world->start_inlet<flow::DeadLetter<int>>({.capacity = 10});
  const auto flow = one_to(30) | flow::guard(failure::dead_letter(inlet), flow::map(no_tens));
  EXPECT_EQ(events_of(flow, world).size(), 27U);
  inlet.close();
  std::vector<int> dead;
  for (const auto& letter :
       world->to_range<flow::DeadLetter<int>>({{letters, {.on_cancel = OnCancel::transient}}})) {
    EXPECT_EQ(letter.reason, Reason(std::to_string(letter.event)));
    dead.push_back(letter.event);
  }
  EXPECT_THAT(dead, ElementsAre(10, 20, 30));
}

SCENARIO_OF(Guard, AnInletWithoutRoomFailsTheFlow) {
  auto [inlet, letters] = world->start_inlet<flow::DeadLetter<int>>({.capacity = 2});
  const auto flow = one_to(30) | flow::guard(failure::dead_letter(inlet), flow::map(no_tens));
  EXPECT_EQ(failure_of(flow, world),
            Reason("dead_letter: the inlet has no room or is closed; the event had failed with failure: 30"));
}

SCENARIO_OF(Guard, ADeadLetterFunctionThatThrowsFailsTheFlow) {
  const auto flow =
      one_to(30) |
      flow::guard(failure::dead_letter([](int, const Reason&) { throw std::runtime_error("no post today"); }),
                  flow::map(no_tens));
  EXPECT_EQ(failure_of(flow, world), Reason("no post today"));
}

// -- retry

constexpr auto kind_of = [](const std::optional<flow::Outcome>& outcome) {
  return outcome ? std::optional(outcome->kind) : std::nullopt;
};
constexpr auto completed = flow::Outcome::Kind::completed;

SCENARIO_OF(Guard, RetryRunsTheElementAgainWhileOthersGoOn) {
  const Shared<int> passed;
  const FailsSoOften often;
  const auto handle = flow::from(std::vector{0, 2, 0, 1, 0}, {.stages = 1}) |
                      flow::guard(failure::retry({.first = 100ms}), flow::map(often)) | noted_in(passed) |
                      flow::start(world.runtime());
  world.settle();
  EXPECT_THAT(passed.all(), ElementsAre(0, 0, 0));
  world.advance(79ms);  // each delay is 20 % more or less
  EXPECT_EQ(passed.all().size(), 3U);
  world.advance(42ms);
  EXPECT_THAT(passed.all(), ElementsAre(0, 0, 0, 1));
  EXPECT_FALSE(end_of(handle, world));  // the flow does not end before
  world.advance(250ms);
  EXPECT_THAT(passed.all(), ElementsAre(0, 0, 0, 1, 2));
  EXPECT_EQ(often.calls_for(2), 3);
  EXPECT_EQ(kind_of(end_of(handle, world)), completed);
}

SCENARIO_OF(Guard, EachElementWaitsForItsOwnDelay) {
  Fed fed(world);
  const Shared<int> passed;
  const FailsSoOften often;
  const auto handle = from(fed) | flow::guard(failure::retry({.first = 100ms}), flow::map(often)) |
                      noted_in(passed) | flow::start(world.runtime());
  fed.push(1);
  world.advance(70ms);
  fed.push(2);
  world.advance(51ms);
  EXPECT_THAT(passed.all(), ElementsAre(1));
  EXPECT_EQ(often.calls_for(2), 1);  // its time is at 150 ms at the earliest
  world.advance(70ms);
  EXPECT_EQ(often.calls_for(2), 2);
  world.advance(1s);
  EXPECT_THAT(passed.all(), ElementsAre(1, 2));
  fed.close();
  EXPECT_EQ(kind_of(end_of(handle, world)), completed);
}

SCENARIO_OF(Guard, AfterTheLastAttemptTheNextPolicyDecides) {
  const flow::FailureCount failures;
  const Shared<int> passed;
  const FailsSoOften often;
  const auto skipping =
      one_to(3) |
      flow::guard(failure::retry({.first = 10ms, .attempts = 2}, failure::skip(failures)), flow::map(often)) |
      noted_in(passed) | flow::start(world.runtime());
  world.advance(10s);
  EXPECT_THAT(passed.all(), ElementsAre(1, 2));
  EXPECT_EQ(failures.value(), 1U);
  EXPECT_EQ(often.calls_for(3), 3);
  EXPECT_EQ(kind_of(end_of(skipping, world)), completed);

  const auto stopping =
      one_to(3) | flow::guard(failure::retry({.first = 10ms, .attempts = 2}), flow::map(FailsSoOften{})) |
      flow::start(world.runtime());
  world.advance(10s);
  EXPECT_EQ(end_of(stopping, world).value_or(flow::Outcome{}).reason, Reason("not yet"));
}

SCENARIO_OF(Guard, RetriesBeforeAWindowReachIt) {
  const Shared<int> sums;
  const auto handle = one_to(4) | flow::guard(failure::retry({.first = 10ms}), flow::map(FailsSoOften{})) |
                      flow::window::count(2) | flow::reduce(0, std::plus{}) | noted_in(sums) |
                      flow::start(world.runtime());
  world.advance(10s);
  EXPECT_THAT(sums.all(), ElementsAre(3, 7, 0));
  EXPECT_EQ(kind_of(end_of(handle, world)), completed);
}

SCENARIO_OF(Guard, WhatDoneEmitsIsRetriedToo) {
  const Shared<int> sums;
  const auto calls = std::make_shared<std::atomic<int>>(0);
  const auto handle = one_to(4) | flow::reduce(0, std::plus{}) |
                      flow::guard(failure::retry({.first = 10ms}), flow::map([calls](const int& sum) {
                                    if (++*calls < 3) throw std::runtime_error("not yet");
                                    return sum;
                                  })) |
                      noted_in(sums) | flow::start(world.runtime());
  world.settle();
  EXPECT_FALSE(end_of(handle, world));
  world.advance(10s);
  EXPECT_THAT(sums.all(), ElementsAre(10));
  EXPECT_EQ(kind_of(end_of(handle, world)), completed);
}

SCENARIO_OF(Guard, AsksForNoMoreWhileManyWaitForTheirRetry) {
  const auto taken = std::make_shared<std::atomic<int>>(0);
  const auto endless = std::views::iota(1) | std::views::transform([taken](int n) {
                         ++*taken;
                         return n;
                       });
  const auto handle = flow::from(endless, {.stages = 1, .max_demand = 10}) |
                      flow::guard(failure::retry({.first = 1s, .most = 1s}),
                                  flow::map([](const int&) -> int { throw std::runtime_error("never"); })) |
                      flow::start(world.runtime());
  for (int i = 0; i != 20; ++i) world.advance(500ms);
  EXPECT_LE(*taken, 3 * 10);
  EXPECT_GE(*taken, 10);
  handle.stop();
}

/// A range that is read in slices: what is asked for is counted in slices then, what waits in events.
SCENARIO_OF(Guard, AsManyOfARangeWaitForTheirRetryAsOfAnySource) {
  const Shared<int> passed;
  const auto handle = flow::from(std::views::iota(0, 1000), {.stages = 1, .max_demand = 100}) |
                      flow::guard(failure::retry({.first = 1s}), flow::map([](const int& n) {
                                    if (n % 20 == 0) throw std::runtime_error("not today");
                                    return n;
                                  })) |
                      noted_in(passed) | flow::start(world.runtime());
  world.settle();
  EXPECT_EQ(passed.all().size(), 950U);
  handle.stop();
}

TEST(Guard, ChecksTheOptionsOfARetry) {
  EXPECT_THROW(static_cast<void>(failure::retry({.first = 0ms})), OptionError);
  EXPECT_THROW(static_cast<void>(failure::retry({.first = -1ms})), OptionError);
  EXPECT_THROW(static_cast<void>(failure::retry({.attempts = 0})), OptionError);
  EXPECT_THROW(static_cast<void>(failure::retry({.first = 2s, .most = 1s})), OptionError);
}

}  // namespace
}  // namespace sluice::flow_tests
