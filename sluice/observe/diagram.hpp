#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/observe/snapshot.hpp"

namespace sluice::inline v0 {

/// Boxes and arrows with facts about them: a topology that runs, or the plan of a flow. A value.
struct Diagram {
  struct Fact {
    std::string name;
    std::string value;

    friend bool operator==(const Fact&, const Fact&) = default;
  };
  struct Node {
    std::string title;
    std::vector<Fact> facts = {};

    friend bool operator==(const Node&, const Node&) = default;
  };
  /// Events go from one node to another.
  struct Edge {
    std::size_t from = 0;
    std::size_t to = 0;
    std::vector<Fact> facts = {};

    friend bool operator==(const Edge&, const Edge&) = default;
  };

  std::vector<Node> nodes = {};
  std::vector<Edge> edges = {};

  friend bool operator==(const Diagram&, const Diagram&) = default;
};

/// For people: each node with its facts, and below it where its events come from.
[[nodiscard]] std::string to_text(const Diagram& diagram);
/// `{"nodes": [{"title": …, "facts": {…}}], "edges": [{"from": 0, "to": 1, "facts": {…}}]}`; nodes are
/// numbered from 0. Bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string to_json(const Diagram& diagram);
/// For Graphviz: `dot -Tsvg`.
[[nodiscard]] std::string to_dot(const Diagram& diagram);
/// For Mermaid, as in Markdown files.
[[nodiscard]] std::string to_mermaid(const Diagram& diagram);

/// What runs and who is subscribed to whom: `to_text(explain(runtime.snapshot()))`.
[[nodiscard]] Diagram explain(const Snapshot& snapshot);

}  // namespace sluice::inline v0
