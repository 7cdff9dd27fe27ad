#include "sluice/flow/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::inline v0::flow {

namespace {

[[nodiscard]] std::string number_of(std::size_t stages) {
  return stages == 0 ? "one for each worker" : std::to_string(stages);
}

[[nodiscard]] std::string_view words_for(Division divided) {
  switch (divided) {
    case Division::straight:
    case Division::by_demand: return "to whoever asks";
    case Division::by_key: return "by key";
    case Division::by_route: return "by a route of the user, which may drop events";
    case Division::custom: return "by a dispatcher of the user";
  }
  return "";
}

/// What of the order of events survives (flow.md §10).
[[nodiscard]] std::string_view order_of(std::size_t above, std::size_t stages, Division divided) {
  if (above == 1 && stages == 1) return "kept";
  const bool by_partition = divided == Division::by_key || divided == Division::by_route;
  if (above == 1 && by_partition) return "kept within each partition";
  if (by_partition) return "kept for what one stage above sends to one partition";
  return stages == 1 ? "kept for what one stage above sends" : "lost";
}

/// "name: text; name: text"
template <class Text>
[[nodiscard]] std::string listed(const Notes& notes, Text text) {
  std::string list;
  for (const Note& note : notes.all()) {
    const std::string& of_note = text(note);
    if (of_note.empty()) continue;
    if (!list.empty()) list += "; ";
    list += fmt::format("{}: {}", note.name(), of_note);
  }
  return list;
}

[[nodiscard]] std::string names_of(const Notes& notes) {
  std::string names;
  for (const Note& note : notes.all()) names += (names.empty() ? "" : " | ") + note.name();
  return names.empty() ? "none" : names;
}

/// What is not bounded is named.
[[nodiscard]] std::string memory_of(const Notes& notes) {
  std::string unbounded;
  bool within_windows = false;
  for (const Note& note : notes.all()) {
    within_windows = within_windows || (note.has_ends() && note.bounded());
    if (!note.bounded()) unbounded += (unbounded.empty() ? "" : ", ") + note.name();
  }
  if (unbounded.empty()) return "bounded";
  return (within_windows ? "grows with each window: " : "not bounded: ") + unbounded;
}

}  // namespace

Plan::Emitters Plan::add_source(std::string_view what, std::size_t stages) {
  diagram_.nodes.push_back({.title = std::string(what), .facts = {{"stages", std::to_string(stages)}}});
  return {{diagram_.nodes.size() - 1}, stages};
}

Plan::Emitters Plan::add_layer(const Emitters& above, const LayerOptions& options, const Notes& notes,
                               Division divided) {
  ++layers_;
  const std::size_t count = stages(options.stages);
  connect(above, count, divided);
  Diagram::Node node{.title = options.name.empty() ? fmt::format("layer {}", layers_) : options.name,
                     .facts = {{"stages", number_of(count)}, {"operators", names_of(notes)}}};
  node.facts.push_back(
      {"asks for at most", fmt::format("{} events a subscription", terms_of(options).max_demand)});
  if (!std::ranges::all_of(notes.all(), &Note::in_order))
    node.facts.push_back({"order", "not that of its events"});
  node.facts.push_back({"memory", memory_of(notes)});
  if (std::string kept = listed(notes, [](const Note& note) -> auto& { return note.kept(); }); !kept.empty())
    node.facts.push_back({"keeps", std::move(kept)});
  std::string dropped = listed(notes, [](const Note& note) -> auto& { return note.dropped(); });
  if (options.buffer.size && *options.buffer.size != unlimited)
    dropped +=
        fmt::format("{}buffer: what is beyond {} events", dropped.empty() ? "" : "; ", *options.buffer.size);
  if (!dropped.empty()) node.facts.push_back({"may drop", std::move(dropped)});
  diagram_.nodes.push_back(std::move(node));
  return {{diagram_.nodes.size() - 1}, count};
}

Plan::Emitters Plan::add_through(const Emitters& above, std::size_t stages) {
  connect(above, stages, Division::by_demand);
  diagram_.nodes.push_back(
      {.title = "through stages of the user", .facts = {{"stages", std::to_string(stages)}}});
  return {{diagram_.nodes.size() - 1}, stages};
}

void Plan::add_consumers(const Emitters& above, std::size_t stages, Division divided) {
  connect(above, stages, divided);
  diagram_.nodes.push_back({.title = "consumers", .facts = {{"stages", std::to_string(stages)}}});
}

void Plan::connect(const Emitters& above, std::size_t stages, Division divided) {
  for (const std::size_t from : above.nodes) {
    diagram_.edges.push_back({.from = from,
                              .to = diagram_.nodes.size(),
                              .facts = {{"divided", std::string(words_for(divided))},
                                        {"order", std::string(order_of(above.stages, stages, divided))}}});
  }
}

}  // namespace sluice::inline v0::flow
