#include "sluice/pipeline/blueprint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sluice/core/errors.hpp"
#include "sluice/supervise/supervisor.hpp"

namespace sluice::inline v0::pipeline {

std::vector<Part> Blueprint::parts(std::size_t workers) const {
  std::vector<Part> parts;
  for (const Layer& layer : layers) {
    if (std::ranges::find(parts, layer.name, &Part::name) != parts.end())
      throw OptionError("name", fmt::format("two steps of a pipeline are called \"{}\"", layer.name));
    parts.push_back({layer.role, layer.name, layer.stages_with(workers), layer.last});
  }
  return parts;
}

namespace {

/// Names and makes the stages of a pipeline.
class Tree {
 public:
  Tree(const Blueprint& blueprint, const std::string& pipeline, const std::shared_ptr<Roster>& roster)
      : blueprint_(blueprint), pipeline_(pipeline), roster_(roster) {}

  /// The children of all layers that `wanted` holds for, in order.
  template <class F>
  [[nodiscard]] std::vector<ChildSpec> children(F wanted) const {
    std::vector<ChildSpec> all;
    for (std::size_t i = 0; i < blueprint_.layers.size(); ++i)
      if (wanted(blueprint_.layers[i], i)) add_children(all, i);
    return all;
  }

  [[nodiscard]] ChildSpec supervisor(const std::string& name, SupervisorOptions options,
                                     std::vector<ChildSpec> children) const {
    return child<Supervisor>(
        ChildSpec{.id = name, .options = {.name = pipeline_ + "." + name}, .shutdown = Shutdown(forever)},
        options, std::move(children));
  }

 private:
  void add_children(std::vector<ChildSpec>& all, std::size_t part) const {
    const Layer& layer = blueprint_.layers[part];
    for (std::size_t index = 0; index < roster_->parts()[part].stages; ++index) {
      ChildSpec child{.id = fmt::format("{}_{}", layer.name, index),
                      .options = {.name = roster_->name_of(part, index), .thread = layer.thread},
                      .restart = Restart::transient};
      child.make = [make = layer.make, place = place_of(part, index), role = layer.role] {
        if (!place.seat.roster->wants(role)) return std::unique_ptr<Stage>();  // it is Start::ignore
        return make(place);
      };
      child.type = layer.type;
      all.push_back(std::move(child));
    }
  }
  [[nodiscard]] Place place_of(std::size_t part, std::size_t index) const {
    Place place{.seat = {roster_, part, index}, .above = {}};
    if (const std::optional<std::size_t> above = blueprint_.layers[part].above) {
      for (std::size_t i = 0; i < roster_->parts()[*above].stages; ++i)
        place.above.push_back(roster_->name_of(*above, i));
    }
    const auto next = std::ranges::find(blueprint_.layers, std::optional(part), &Layer::above);
    if (next != blueprint_.layers.end())
      place.below = roster_->parts()[static_cast<std::size_t>(next - blueprint_.layers.begin())].stages;
    return place;
  }
  const Blueprint& blueprint_;
  const std::string& pipeline_;
  const std::shared_ptr<Roster>& roster_;
};

}  // namespace

std::vector<ChildSpec> supervision_of(const Blueprint& blueprint, const std::string& pipeline,
                                      const std::shared_ptr<Roster>& roster) {
  const Tree tree(blueprint, pipeline, roster);
  const auto of = [](Role role) {
    return [role](const Layer& layer, std::size_t) { return layer.role == role; };
  };
  const std::size_t sources = roster->parts().front().stages;

  std::vector<ChildSpec> all;
  all.push_back(tree.supervisor("sources",
                                {.max_restarts = 2 * sources, .within = std::chrono::seconds(sources)},
                                tree.children(of(Role::source))));
  const auto is_step = [](const Layer& layer, std::size_t) {
    return layer.role == Role::gate || layer.role == Role::process;
  };
  all.push_back(tree.supervisor("steps", {.strategy = Strategy::one_for_all, .max_restarts = 0},
                                tree.children(is_step)));

  std::vector<ChildSpec> batchers;
  for (std::size_t i = 0; i < blueprint.layers.size(); ++i) {
    if (blueprint.layers[i].role != Role::batcher) continue;
    const auto of_this = [i](const Layer& layer, std::size_t part) {
      return part == i || (layer.role == Role::batch && layer.above == i);
    };
    batchers.push_back(tree.supervisor(
        blueprint.layers[i].name + ".supervisor",
        {.strategy = Strategy::rest_for_one, .max_restarts = 4, .within = std::chrono::seconds(2)},
        tree.children(of_this)));
  }
  if (!batchers.empty()) all.push_back(tree.supervisor("batchers", {}, std::move(batchers)));
  return all;
}

}  // namespace sluice::inline v0::pipeline
