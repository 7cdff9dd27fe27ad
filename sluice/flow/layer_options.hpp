#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "sluice/core/options.hpp"
#include "sluice/core/time.hpp"

namespace sluice::inline v0::flow {

/// The stages of one layer, and how they are fed (flow.md §2).
struct LayerOptions {
  /// How many; unset: one per worker of the runtime. At least 1.
  std::optional<std::size_t> stages = {};
  /// Of each subscription to the stages above; unset: 1000.
  std::optional<Demand> max_demand = {};
  std::optional<Demand> min_demand = {};
  /// Unset size: `unlimited`; stages whose consumers are slow are not fed.
  BufferOptions buffer = {};
  /// How long a stage may take to end when the flow is stopped, before it is killed.
  Duration shutdown = std::chrono::seconds(5);
  /// Called once in every stage before anything else, on its turn.
  std::function<void(std::size_t index, std::size_t count)> on_init = {};
  /// What the layer is called in names and logs; empty: by its number.
  std::string name = {};
};

/// Throws OptionError naming the field and the value.
void check(const LayerOptions& options);

/// The terms by which stage `index` of the layer subscribes to those above.
[[nodiscard]] SubscribeOptions terms_of(const LayerOptions& options);

}  // namespace sluice::inline v0::flow
