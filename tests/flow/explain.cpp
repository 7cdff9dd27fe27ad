#include <chrono>
#include <cstddef>
#include <string>

#include "flow/flow.hpp"
#include "sluice/flow/text/words.hpp"

namespace sluice::flow_tests {
namespace {

using namespace std::chrono_literals;

struct Click {
  std::chrono::sys_time<std::chrono::milliseconds> at = {};
  int user = 0;
};

const auto no_clicks = flow::from(std::vector<Click>{}, {.stages = 1});

/// The value of a fact; "-": it has none of this name.
[[nodiscard]] std::string fact(const std::vector<Diagram::Fact>& facts, std::string_view name) {
  const auto found = std::ranges::find(facts, name, &Diagram::Fact::name);
  return found == facts.end() ? "-" : found->value;
}
[[nodiscard]] std::string of_last(const Diagram& plan, std::string_view name) {
  return fact(plan.nodes.back().facts, name);
}
[[nodiscard]] std::string of_edge(const Diagram& plan, std::size_t edge, std::string_view name) {
  return fact(plan.edges.at(edge).facts, name);
}

TEST(Explain, TellsLayersOperatorsAndWhatHappensBetween) {
  const auto words = flow::from_lines("a.txt") | flow::flat_map(flow::words) |
                     flow::count_by([](const flow::Text& word) { return word.view(); }, {.name = "counts"}) |
                     flow::shuffle({.stages = 1}) | flow::top_k(20);
  EXPECT_EQ(to_text(words.explain(2)),
            "lines of a.txt\n"
            "     stages 1\n"
            "layer 1\n"
            "  <- lines of a.txt: divided to whoever asks, order lost\n"
            "     stages 2\n"
            "     operators flat_map | combine_by, first part\n"
            "     asks for at most 1000 events a subscription\n"
            "     order not that of its events\n"
            "     memory bounded\n"
            "     keeps combine_by, first part: an entry for each key, handed on when there are many\n"
            "counts\n"
            "  <- layer 1: divided by key, order kept for what one stage above sends to one partition\n"
            "     stages 2\n"
            "     operators window::global | combine_by, merged\n"
            "     asks for at most 1000 events a subscription\n"
            "     order not that of its events\n"
            "     memory not bounded: combine_by, merged\n"
            "     keeps combine_by, merged: an entry for each key\n"
            "layer 3\n"
            "  <- counts: divided to whoever asks, order kept for what one stage above sends\n"
            "     stages 1\n"
            "     operators top_k\n"
            "     asks for at most 1000 events a subscription\n"
            "     order not that of its events\n"
            "     memory bounded\n"
            "     keeps top_k: the first k of each window\n");
}

TEST(Explain, TellsWhatIsNotBounded) {
  const auto uniq = flow::uniq_by(&Click::user);
  EXPECT_EQ(of_last((no_clicks | uniq).explain(), "memory"), "not bounded: uniq");
  EXPECT_EQ(of_last((no_clicks | flow::window::count(10) | uniq).explain(), "memory"),
            "grows with each window: uniq");
  EXPECT_EQ(of_last((no_clicks | flow::window::global() | uniq).explain(), "memory"), "not bounded: uniq");
  const auto endless_windows = flow::window::fixed(1s, &Click::at, {.allowed_lateness = forever});
  EXPECT_EQ(of_last((no_clicks | endless_windows | uniq).explain(), "memory"),
            "not bounded: window::fixed, uniq");
  const auto number = flow::reduce(0, [](int n, const Click&) { return n + 1; });
  EXPECT_EQ(of_last((no_clicks | number).explain(), "memory"), "bounded");
  const auto list = flow::reduce(std::vector<Click>{}, Append<Click>{});
  EXPECT_EQ(of_last((no_clicks | list).explain(), "memory"), "not bounded: reduce");
  const auto both = [](const Click& l, const Click&) { return l; };
  const auto joined =
      flow::join(no_clicks, no_clicks, {.max_keys = 3, .stages = 1}, &Click::user, &Click::user, both);
  EXPECT_EQ(of_last(joined.explain(), "memory"), "not bounded: join");
  const Diagram limited = (no_clicks | flow::distinct_by(&Click::user, {.max_keys = 7})).explain();
  EXPECT_EQ(of_last(limited, "memory"), "bounded");
  EXPECT_EQ(of_last(limited, "keeps"), "distinct_by: an entry for each key, at most 7 a stage");
}

TEST(Explain, TellsWhatMayBeDropped) {
  const auto same = flow::map([](Click click) { return click; });
  EXPECT_EQ(of_last((no_clicks | same).explain(), "may drop"), "-");
  EXPECT_EQ(of_last((no_clicks | flow::guard(flow::failure::skip(), same)).explain(), "may drop"),
            "guard(map): events for which it throws");
  const auto window = flow::window::session(1min, &Click::at, &Click::user);
  const auto list = flow::reduce(0, [](int n, const Click&) { return n + 1; });
  EXPECT_EQ(of_last((no_clicks | window | list).explain(), "may drop"),
            "window::session: events that come too late");
  EXPECT_EQ(of_last((no_clicks | window.on_late([](const Click&) {}) | list).explain(), "may drop"), "-");
  const flow::LayerOptions small{.stages = 1, .buffer = {.size = 5}};
  EXPECT_EQ(of_last((no_clicks | flow::shuffle(small) | same).explain(), "may drop"),
            "buffer: what is beyond 5 events");
}

TEST(Explain, TellsWhatOfTheOrderIsKept) {
  const auto all = no_clicks | flow::each([](const Click&) {}) |
                   flow::partition(&Click::user, {.stages = 3}) | flow::each([](const Click&) {}) |
                   flow::shuffle({.stages = 2}) | flow::each([](const Click&) {});
  const Diagram plan = all.explain();
  ASSERT_EQ(plan.edges.size(), 3U);
  EXPECT_EQ(of_edge(plan, 0, "order"), "kept");
  EXPECT_EQ(of_edge(plan, 1, "order"), "kept within each partition");
  EXPECT_EQ(of_edge(plan, 2, "order"), "lost");
}

TEST(Explain, KnowsTheStagesOfAllSidesAndOfConsumers) {
  const auto either = [](const Click* l, const Click* r) { return l != nullptr && r != nullptr; };
  const auto joined = flow::join(no_clicks, no_clicks, {.mode = flow::Join::full_outer, .stages = 2},
                                 &Click::user, &Click::user, either);
  const Diagram plan = (joined | flow::into()).explain();
  std::vector<std::string> titles;
  for (const Diagram::Node& node : plan.nodes) titles.push_back(node.title);
  EXPECT_THAT(titles, ElementsAre("ranges, read in slices", "layer 1", "ranges, read in slices", "layer 2",
                                  "layer 3", "consumers"));
  EXPECT_EQ(plan.edges.size(), 5U);
  EXPECT_EQ(of_last(plan, "stages"), "0");
}

/// Whether as many stages are started as planned; coordinators are not of the plan.
template <class F>
[[nodiscard]] bool starts_as_planned(const F& flow) {
  Runtime runtime({.workers = 3});
  std::size_t planned = 0;
  for (const Diagram::Node& node : flow.explain(3).nodes)
    planned += static_cast<std::size_t>(std::stoul(fact(node.facts, "stages")));
  const auto handle = flow | flow::start(runtime, {.demand = DemandFlow::accumulate});
  const std::size_t started = runtime.stage_count() - 1;
  handle.stop();
  return started == planned;
}

TEST(Explain, SaysWhatIsStarted) {
  const auto numbers = flow::from(std::views::iota(0, 10));
  const auto same = flow::map([](int n) { return n; });
  EXPECT_TRUE(starts_as_planned(numbers | same));
  EXPECT_TRUE(starts_as_planned(numbers));
  EXPECT_TRUE(starts_as_planned(numbers | flow::partition() | flow::partition() | same));
  EXPECT_TRUE(starts_as_planned(numbers | flow::shuffle({.stages = 3}) | flow::shuffle({.stages = 2})));
  EXPECT_TRUE(starts_as_planned(numbers | flow::parallel_map([](int n) { return n; }, {.stages = 5})));
  EXPECT_TRUE(starts_as_planned(flow::merge(numbers | same, numbers) | flow::count_by(std::identity{})));
}

}  // namespace
}  // namespace sluice::flow_tests
