#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <vector>

#include "sluice/pipeline/options.hpp"
#include "sluice/pipeline/roster.hpp"
#include "sluice/stage/stage.hpp"
#include "sluice/supervise/child.hpp"

namespace sluice::inline v0::pipeline {

/// What one stage of a layer is made for.
struct Place {
  Seat seat;
  /// The names of the stages above.
  std::vector<std::string> above;
  /// How many stages the next layer has.
  std::size_t below = 0;
};

/// Stages of one kind, before there is a pipeline.
struct Layer {
  Role role = Role::process;
  std::string name;
  /// Unset: two for each worker.
  std::optional<std::size_t> stages = {};
  Thread thread = Thread::pool;
  std::function<std::unique_ptr<Stage>(const Place&)> make = {};
  const std::type_info* type = &typeid(Stage);
  /// Which layer of the blueprint feeds it; the first has none.
  std::optional<std::size_t> above = {};
  /// Whether messages end here.
  bool last = false;

  [[nodiscard]] std::size_t stages_with(std::size_t workers) const noexcept {
    return stages.value_or(2 * workers);
  }
};

/// A pipeline that was described and is not started: its layers from the source on. A value.
struct Blueprint {
  std::vector<Layer> layers = {};
  std::optional<RateLimit> rate_limit = {};

  /// What the layers are with so many workers. Throws OptionError for a name that is given twice.
  [[nodiscard]] std::vector<Part> parts(std::size_t workers) const;
};

/// The supervision tree of a pipeline (pipeline.md B12.7): sources one for one; behind them, with everything
/// after, the steps; then the batchers, each with its own.
[[nodiscard]] std::vector<ChildSpec> supervision_of(const Blueprint& blueprint, const std::string& pipeline,
                                                    const std::shared_ptr<Roster>& roster);

}  // namespace sluice::inline v0::pipeline
