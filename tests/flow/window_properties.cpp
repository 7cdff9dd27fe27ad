#include <random>

#include "flow/trace.hpp"
#include "flow/window_model.hpp"

// Random events, out of order, against window_model.hpp. Times are hours apart, so that the clock of the
// runtime, which the model knows nothing of, never ends a lateness.

namespace sluice::flow_tests {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t property_seeds = 200;
constexpr std::int64_t hour = 3'600'000;

/// What a seed draws.
struct Plan {
  std::vector<std::vector<Happened>> ranges;
  Demand batch = 1;
  std::int64_t size = hour;
  std::int64_t step = hour;
  std::int64_t lateness = 0;

  Plan(std::uint64_t seed, int sources) {
    std::mt19937_64 random(seed);
    const auto draw = [&](std::int64_t from, std::int64_t to) {
      return std::uniform_int_distribution<std::int64_t>(from, to)(random);
    };
    batch = static_cast<Demand>(draw(1, 12));
    size = draw(1, 12) * hour;
    step = draw(1, size / hour) * hour;
    lateness = draw(0, 2) == 0 ? 0 : draw(0, 20) * hour;
    const std::int64_t disorder = draw(0, 30) * hour;
    const std::int64_t pace = draw(0, 2) * hour;
    int id = 0;
    for (int source = 0; source != sources; ++source) {
      std::vector<Happened>& range = ranges.emplace_back();
      const auto events = draw(0, 60);
      std::int64_t now = draw(-50, 50) * hour;
      for (std::int64_t n = 0; n != events; ++n) {
        range.push_back({id++, static_cast<int>(draw(0, 2)), now - draw(0, disorder)});
        now += draw(0, 2 * pace);
      }
    }
  }
  [[nodiscard]] auto flow() const {
    return flow::from_ranges(ranges, {.stages = 1, .max_demand = batch, .min_demand = 0});
  }
  [[nodiscard]] flow::AlignedOptions options(flow::Gaps gaps = flow::Gaps::skip) const {
    return {.allowed_lateness = flow::Millis(lateness), .gaps = gaps};
  }
};

/// The ids of each window that fires.
[[nodiscard]] auto fired_windows() {
  return flow::on_trigger(
      [](std::vector<int>& ids, const flow::Trigger& trigger, flow::Emit<FiredWindow>& out) {
        out({to_string(trigger.name), trigger.window.number, ids});
      });
}
[[nodiscard]] auto ids() {
  return flow::reduce(std::vector<int>(),
                      [](std::vector<int>& list, const Happened& event) { list.push_back(event.id); });
}

struct Ran {
  std::vector<FiredWindow> fired;
  std::vector<int> late;
  Batches batches;
};

template <class Window>
[[nodiscard]] Ran run(const Plan& plan, const Window& window, std::uint64_t seed) {
  conformance::World world(seed);
  const NoteBatches note;
  const Seen<int> late;
  Ran ran;
  ran.fired = events_of(plan.flow() | note | window.on_late([late](const Happened& event) {
    late.add(event.id);
  }) | ids() | fired_windows(),
                        world);
  ran.late = sorted(late.events());
  ran.batches = *note.note;
  return ran;
}
[[nodiscard]] std::vector<int> list_of(const std::set<int>& ids) { return {ids.begin(), ids.end()}; }

template <class F>
void for_each_plan(int sources, F f) {
  for (std::uint64_t seed = 1; seed <= property_seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    f(Plan(seed, sources), seed);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(WindowProperties, FixedWindowsOfOneSourceAreThoseOfTheModel) {
  std::size_t late = 0;
  for_each_plan(1, [&](const Plan& plan, std::uint64_t seed) {
    const auto window = flow::window::fixed(flow::Millis(plan.size), &Happened::at, plan.options());
    const Ran ran = run(plan, window, seed);
    const ModelResult wanted = GridModel(plan.size, plan.size, plan.lateness).run(ran.batches);
    EXPECT_EQ(ran.fired, wanted.fired);
    EXPECT_EQ(ran.late, list_of(wanted.late));
    late += wanted.late.size();
  });
  EXPECT_GT(late, 100U) << "the plans are too tame";
}

TEST(WindowProperties, SlidingWindowsOfOneSourceAreThoseOfTheModel) {
  std::size_t late = 0;
  for_each_plan(1, [&](const Plan& plan, std::uint64_t seed) {
    const auto window = flow::window::sliding(flow::Millis(plan.size), flow::Millis(plan.step), &Happened::at,
                                              plan.options());
    const Ran ran = run(plan, window, seed);
    const ModelResult wanted = GridModel(plan.size, plan.step, plan.lateness).run(ran.batches);
    EXPECT_EQ(ran.fired, wanted.fired);
    EXPECT_EQ(ran.late, list_of(wanted.late));
    late += wanted.late.size();
  });
  EXPECT_GT(late, 100U) << "the plans are too tame";
}

TEST(WindowProperties, SessionsOfOneSourceAreThoseOfTheModel) {
  std::size_t late = 0;
  for_each_plan(1, [&](const Plan& plan, std::uint64_t seed) {
    const auto window = flow::window::session(flow::Millis(plan.size), &Happened::at, &Happened::key,
                                              {.allowed_lateness = flow::Millis(plan.lateness)});
    Ran ran = run(plan, window, seed);
    const ModelResult wanted = SessionModel(plan.size, plan.lateness).run(ran.batches);
    EXPECT_EQ(sorted(ran.fired), sorted(wanted.fired));
    EXPECT_EQ(ran.late, list_of(wanted.late));
    late += wanted.late.size();
  });
  EXPECT_GT(late, 100U) << "the plans are too tame";
}

/// What is fired with `done`, without the empty windows.
[[nodiscard]] std::vector<FiredWindow> done_with_events(std::vector<FiredWindow> fired) {
  std::erase_if(fired, [](const FiredWindow& one) { return one.trigger != "done" || one.ids.empty(); });
  return fired;
}

TEST(WindowProperties, GapsAreFiredOnceEachBetweenTheOthers) {
  for_each_plan(1, [&](const Plan& plan, std::uint64_t seed) {
    const auto window = [&](flow::Gaps gaps) {
      return flow::window::sliding(flow::Millis(plan.size), flow::Millis(plan.step), &Happened::at,
                                   plan.options(gaps));
    };
    const Ran full = run(plan, window(flow::Gaps::fire), seed);
    EXPECT_EQ(done_with_events(full.fired),
              done_with_events(run(plan, window(flow::Gaps::skip), seed).fired));
    std::optional<std::int64_t> before;
    for (const FiredWindow& one : full.fired) {
      if (one.trigger != "done") continue;
      if (before) {
        EXPECT_EQ(one.start, *before + plan.step);
      }
      before = one.start;
    }
  });
}

/// Each event is in exactly the windows it belongs to, or late; each window is done once, in order.
void expect_complete(const Plan& plan, const Ran& ran, std::int64_t step) {
  std::map<int, std::set<std::int64_t>> windows;
  std::optional<std::int64_t> before;
  for (const FiredWindow& one : ran.fired) {
    if (one.trigger != "done") continue;
    if (before) {
      EXPECT_GT(one.start, *before);
    }
    before = one.start;
    for (const int id : one.ids) EXPECT_TRUE(windows[id].insert(one.start).second);
  }
  for (const auto& range : plan.ranges) {
    for (const Happened& event : range) {
      std::set<std::int64_t> belongs;
      for (std::int64_t start = -1000 * step; start != 1000 * step; start += step)
        if (start <= event.ms && event.ms < start + plan.size) belongs.insert(start);
      const bool late = std::ranges::binary_search(ran.late, event.id);
      EXPECT_EQ(windows[event.id] != belongs, late) << event.id;
      EXPECT_TRUE(std::ranges::includes(belongs, windows[event.id]));
    }
  }
}

TEST(WindowProperties, NoEventOfSeveralSourcesIsLostUncounted) {
  for_each_plan(3, [&](const Plan& plan, std::uint64_t seed) {
    const auto fixed = flow::window::fixed(flow::Millis(plan.size), &Happened::at, plan.options());
    expect_complete(plan, run(plan, fixed, seed), plan.size);
    const auto sliding = flow::window::sliding(flow::Millis(plan.size), flow::Millis(plan.step),
                                               &Happened::at, plan.options());
    expect_complete(plan, run(plan, sliding, seed), plan.step);
  });
}

TEST(WindowProperties, OrderedSourcesHaveNoLateEvents) {
  for_each_plan(3, [&](Plan plan, std::uint64_t seed) {
    for (auto& range : plan.ranges) std::ranges::sort(range, {}, &Happened::ms);
    const auto fixed = flow::window::fixed(flow::Millis(plan.size), &Happened::at, plan.options());
    EXPECT_THAT(run(plan, fixed, seed).late, IsEmpty());
  });
}

}  // namespace
}  // namespace sluice::flow_tests
