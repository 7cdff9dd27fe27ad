#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/flow/layer_options.hpp"
#include "sluice/flow/note.hpp"
#include "sluice/observe/diagram.hpp"

namespace sluice::inline v0::flow {

/// The plan of a flow in the making: what its stages will be, drawn by the same rules by which they are
/// started.
class Plan {
 public:
  /// `workers`: of the runtime it will run on; std::nullopt: not known.
  explicit Plan(std::optional<std::size_t> workers) noexcept : workers_(workers) {}

  /// Where the events of a layer come from: nodes of the diagram with the stages in each.
  struct Emitters {
    std::vector<std::size_t> nodes = {};
    std::size_t stages = 0;
  };

  /// A number to plan with where a layer does not say how many stages it has.
  [[nodiscard]] std::size_t workers() const noexcept { return workers_.value_or(2); }

  /// `what` is read: "3 ranges".
  Emitters add_source(std::string what, std::size_t stages);
  /// `divided`: how the events of those above are divided among the stages, in words.
  Emitters add_layer(const Emitters& above, const LayerOptions& options, const std::vector<Note>& operators,
                     std::string_view divided, bool by_key);

  [[nodiscard]] Diagram take() && { return std::move(diagram_); }

 private:
  [[nodiscard]] std::string stages_of(const LayerOptions& options) const;

  std::optional<std::size_t> workers_;
  Diagram diagram_;
  std::size_t layers_ = 0;
};

}  // namespace sluice::inline v0::flow
