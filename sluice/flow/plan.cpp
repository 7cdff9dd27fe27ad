#include "sluice/flow/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::inline v0::flow {

namespace {

/// flow.md §10: order survives between one stage and one stage; behind a key, for each key of one stage above.
[[nodiscard]] std::string_view order_of(std::size_t above, std::size_t stages, bool by_key) {
  if (above == 1 && stages == 1) return "kept";
  if (above == 1 && by_key) return "kept for each key";
  return by_key ? "kept for each key of one stage" : "lost";
}

void add_all(std::vector<Diagram::Fact>& facts, const char* name, const std::vector<Note>& notes,
             std::string Note::*text) {
  for (const Note& note : notes) {
    if (!(note.*text).empty()) facts.push_back({name, fmt::format("{}: {}", note.name, note.*text)});
  }
}

}  // namespace

Plan::Emitters Plan::add_source(std::string what, std::size_t stages) {
  ++layers_;
  diagram_.nodes.push_back({.title = std::move(what), .facts = {{"stages", std::to_string(stages)}}});
  return {{diagram_.nodes.size() - 1}, stages};
}

Plan::Emitters Plan::add_layer(const Emitters& above, const LayerOptions& options, const std::vector<Note>& operators,
                               std::string_view divided, bool by_key) {
  ++layers_;
  const std::size_t stages = options.stages.value_or(workers());
  Diagram::Node node{.title = options.name.empty() ? fmt::format("layer {}", layers_) : options.name,
                     .facts = {{"stages", stages_of(options)}}};
  std::string names;
  for (const Note& one : operators) names += (names.empty() ? "" : " | ") + one.name;
  node.facts.push_back({"operators", names.empty() ? "none: hands on" : names});
  const bool in_order = std::ranges::all_of(operators, &Note::in_order);
  if (!in_order) node.facts.push_back({"order", "lost inside"});
  add_all(node.facts, "keeps", operators, &Note::keeps);
  add_all(node.facts, "may drop", operators, &Note::drops);
  if (options.buffer.size && *options.buffer.size != unlimited)
    node.facts.push_back({"may drop", fmt::format("buffer: beyond {} events", *options.buffer.size)});
  const SubscribeOptions terms = terms_of(options);
  for (const std::size_t from : above.nodes) {
    diagram_.edges.push_back({.from = from,
                              .to = diagram_.nodes.size(),
                              .facts = {{"divided", std::string(divided)},
                                        {"order", std::string(order_of(above.stages, stages, by_key))},
                                        {"in flight at most", std::to_string(terms.max_demand * above.stages * stages)}}});
  }
  diagram_.nodes.push_back(std::move(node));
  return {{diagram_.nodes.size() - 1}, stages};
}

std::string Plan::stages_of(const LayerOptions& options) const {
  if (options.stages) return std::to_string(*options.stages);
  return workers_ ? std::to_string(*workers_) : "one per worker";
}

}  // namespace sluice::inline v0::flow
