#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sluice/observe/diagram.hpp"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

[[nodiscard]] Diagram two_boxes() {
  return {.nodes = {{.title = "lines", .facts = {{"stages", "1"}}},
                    {.title = "words \"4\"\\", .facts = {{"by", "a | b"}}}},
          .edges = {{.from = 0, .to = 1, .facts = {{"by", "key"}, {"order", "lost"}}}}};
}

TEST(Diagram, AsTextShowsEachNodeWithItsFactsAndWhereItsEventsComeFrom) {
  EXPECT_EQ(to_text(two_boxes()),
            "lines\n"
            "     stages 1\n"
            "words \"4\"\\\n"
            "  <- lines: by key, order lost\n"
            "     by a | b\n");
}

TEST(Diagram, AsJsonIsEscaped) {
  const std::string json = to_json(two_boxes());
  EXPECT_THAT(json, HasSubstr(R"("title": "words \"4\"\\")"));
  EXPECT_THAT(json, HasSubstr(R"("from": 0)"));
  EXPECT_THAT(to_json({.nodes = {{.title = "\xff"}}}), HasSubstr("\xef\xbf\xbd"));
}

TEST(Diagram, AsDotIsEscaped) {
  EXPECT_EQ(to_dot(two_boxes()),
            "digraph {\n  rankdir=LR\n  node [shape=box]\n"
            "  n0 [label=\"lines\\nstages 1\"]\n"
            "  n1 [label=\"words \\\"4\\\"\\\\\\nby a | b\"]\n"
            "  n0 -> n1 [label=\"by key, order lost\"]\n}\n");
}

TEST(Diagram, AsMermaidHasNoCharactersThatEndALabel) {
  EXPECT_EQ(to_mermaid(two_boxes()),
            "flowchart LR\n"
            "  n0[\"lines<br/>stages 1\"]\n"
            "  n1[\"words #quot;4#quot;\\<br/>by a #124; b\"]\n"
            "  n0 -->|\"by key, order lost\"| n1\n");
}

TEST(Diagram, OfASnapshotHasAnArrowForEachSubscription) {
  Snapshot snapshot;
  snapshot.stages.push_back({.id = {4},
                             .name = "readings",
                             .kind = StageKind::producer,
                             .dispatcher = "demand",
                             .buffer_capacity = 10});
  snapshot.stages.push_back(
      {.id = {9},
       .kind = StageKind::consumer,
       .producers = {{.peer = {4}, .max_demand = 7, .min_demand = 3}, {.peer = {5}, .max_demand = 1}}});
  const Diagram diagram = explain(snapshot);
  ASSERT_EQ(diagram.nodes.size(), 2U);
  EXPECT_THAT(diagram.nodes[0].facts,
              ElementsAre(Diagram::Fact{"kind", "producer"}, Diagram::Fact{"dispatcher", "demand"},
                          Diagram::Fact{"buffer", "10"}));
  EXPECT_EQ(diagram.nodes[1].title, "#9");
  EXPECT_THAT(diagram.edges, ElementsAre(Diagram::Edge{
                                 .from = 0, .to = 1, .facts = {{"max_demand", "7"}, {"min_demand", "3"}}}));
  EXPECT_THAT(to_text(diagram), Not(HasSubstr("#5")));
}

}  // namespace
}  // namespace sluice
