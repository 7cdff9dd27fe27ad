#include "sluice/observe/diagram.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>

namespace sluice::inline v0 {

namespace {

using Facts = std::vector<Diagram::Fact>;

/// "name value, name value"
[[nodiscard]] std::string on_one_line(const Facts& facts) {
  std::string line;
  for (const Diagram::Fact& fact : facts) {
    if (!line.empty()) line += ", ";
    line += fmt::format("{} {}", fact.name, fact.value);
  }
  return line;
}

/// `text` where each character of `special` stands behind `before`; line ends become `line_end`.
[[nodiscard]] std::string escaped(std::string_view text, std::string_view special, std::string_view before,
                                  std::string_view line_end) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += line_end;
      continue;
    }
    if (special.find(c) != std::string_view::npos) out += before;
    out += c;
  }
  return out;
}

/// The title, and a line for each fact.
[[nodiscard]] std::string lines_of(const Diagram::Node& node) {
  std::string text = node.title;
  for (const Diagram::Fact& fact : node.facts) text += '\n' + on_one_line({fact});
  return text;
}

[[nodiscard]] nlohmann::ordered_json to_object(const Facts& facts) {
  auto object = nlohmann::ordered_json::object();
  for (const Diagram::Fact& fact : facts) object[fact.name] = fact.value;
  return object;
}

/// Quotation marks and brackets end a label of Mermaid: they are written as entities.
[[nodiscard]] std::string for_mermaid(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '"': out += "#quot;"; break;
      case '#': out += "#35;"; break;
      case '<': out += "#lt;"; break;
      case '>': out += "#gt;"; break;
      case '|': out += "#124;"; break;
      case '\n': out += "<br/>"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

std::string to_text(const Diagram& diagram) {
  std::string out;
  auto end = std::back_inserter(out);
  for (std::size_t i = 0; i != diagram.nodes.size(); ++i) {
    fmt::format_to(end, "{}\n", diagram.nodes[i].title);
    for (const Diagram::Edge& edge : diagram.edges) {
      if (edge.to != i) continue;
      fmt::format_to(end, "  <- {}{}{}\n", diagram.nodes.at(edge.from).title, edge.facts.empty() ? "" : ": ",
                     on_one_line(edge.facts));
    }
    for (const Diagram::Fact& fact : diagram.nodes[i].facts)
      fmt::format_to(end, "     {}\n", on_one_line({fact}));
  }
  return out;
}

std::string to_json(const Diagram& diagram) {
  auto nodes = nlohmann::ordered_json::array();
  for (const Diagram::Node& node : diagram.nodes)
    nodes.push_back({{"title", node.title}, {"facts", to_object(node.facts)}});
  auto edges = nlohmann::ordered_json::array();
  for (const Diagram::Edge& edge : diagram.edges)
    edges.push_back({{"from", edge.from}, {"to", edge.to}, {"facts", to_object(edge.facts)}});
  const nlohmann::ordered_json all{{"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
  return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::string to_dot(const Diagram& diagram) {
  std::string out = "digraph {\n  rankdir=LR\n  node [shape=box]\n";
  auto end = std::back_inserter(out);
  const auto quoted = [](std::string_view text) { return '"' + escaped(text, "\"\\", "\\", "\\n") + '"'; };
  for (std::size_t i = 0; i != diagram.nodes.size(); ++i)
    fmt::format_to(end, "  n{} [label={}]\n", i, quoted(lines_of(diagram.nodes[i])));
  for (const Diagram::Edge& edge : diagram.edges)
    fmt::format_to(end, "  n{} -> n{} [label={}]\n", edge.from, edge.to, quoted(on_one_line(edge.facts)));
  return out + "}\n";
}

std::string to_mermaid(const Diagram& diagram) {
  std::string out = "flowchart LR\n";
  auto end = std::back_inserter(out);
  for (std::size_t i = 0; i != diagram.nodes.size(); ++i)
    fmt::format_to(end, "  n{}[\"{}\"]\n", i, for_mermaid(lines_of(diagram.nodes[i])));
  for (const Diagram::Edge& edge : diagram.edges) {
    const std::string label =
        edge.facts.empty() ? "" : fmt::format("|\"{}\"|", for_mermaid(on_one_line(edge.facts)));
    fmt::format_to(end, "  n{} -->{} n{}\n", edge.from, label, edge.to);
  }
  return out;
}

Diagram explain(const Snapshot& snapshot) {
  Diagram diagram;
  std::unordered_map<StageId, std::size_t> places;
  for (const StageInfo& stage : snapshot.stages) {
    places.emplace(stage.id, diagram.nodes.size());
    Diagram::Node node{.title = stage.name.empty() ? fmt::format("#{}", stage.id.value) : stage.name};
    node.facts.push_back({"kind", std::string(to_string(stage.kind))});
    if (!stage.dispatcher.empty()) node.facts.push_back({"dispatcher", stage.dispatcher});
    if (!stage.dispatcher.empty()) {
      node.facts.push_back({"buffer", stage.buffer_capacity == unlimited
                                          ? std::string("unlimited")
                                          : fmt::format("{}", stage.buffer_capacity)});
    }
    if (!stage.description.empty()) node.facts.push_back({"note", stage.description});
    diagram.nodes.push_back(std::move(node));
  }
  for (const StageInfo& stage : snapshot.stages) {
    for (const SubscriptionInfo& from : stage.producers) {
      const auto producer = places.find(from.peer);
      if (producer == places.end()) continue;  // it has started, or ended, while the snapshot was taken
      diagram.edges.push_back({.from = producer->second,
                               .to = places.at(stage.id),
                               .facts = {{"max_demand", fmt::format("{}", from.max_demand)},
                                         {"min_demand", fmt::format("{}", from.min_demand)}}});
    }
  }
  return diagram;
}

}  // namespace sluice::inline v0
