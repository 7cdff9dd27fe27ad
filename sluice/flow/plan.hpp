#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/flow/division.hpp"
#include "sluice/flow/layer_options.hpp"
#include "sluice/flow/note.hpp"
#include "sluice/observe/diagram.hpp"

namespace sluice::inline v0::flow {

/// The plan of a flow in the making: which stages it will have, by the same rules by which they are started.
class Plan {
 public:
  /// `workers`: of the runtime that it will run on; std::nullopt: not known yet.
  explicit Plan(std::optional<std::size_t> workers) noexcept : workers_(workers) {}

  /// Where the events of a layer come from.
  struct Emitters {
    std::vector<std::size_t> nodes = {};  ///< of the diagram
    std::size_t stages = 0;               ///< of all of them; 0: not known
  };

  /// Of a layer that says `wanted`; 0: not known.
  [[nodiscard]] std::size_t stages(std::optional<std::size_t> wanted) const noexcept {
    return wanted ? *wanted : workers_.value_or(0);
  }

  Emitters add_source(std::string_view what, std::size_t stages);
  Emitters add_layer(const Emitters& above, const LayerOptions& options, const Notes& notes,
                     Division divided);
  /// Stages of the user between two layers.
  Emitters add_through(const Emitters& above, std::size_t stages);
  /// Stages of the user at the end; 0: none yet.
  void add_consumers(const Emitters& above, std::size_t stages, Division divided);

  [[nodiscard]] Diagram take() && { return std::move(diagram_); }

 private:
  /// The node that is added next has its events from those above.
  void connect(const Emitters& above, std::size_t stages, Division divided);

  std::optional<std::size_t> workers_;
  Diagram diagram_;
  std::size_t layers_ = 0;
};

}  // namespace sluice::inline v0::flow
