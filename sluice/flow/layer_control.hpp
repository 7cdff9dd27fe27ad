#pragma once

#include <string>
#include <vector>

#include "sluice/core/options.hpp"
#include "sluice/stage/host.hpp"

namespace sluice::inline v0::flow {

/// What a coordinator asks of a stage of a layer, whatever its events. On the stage's turn, in a callback.
class LayerControl {
 public:
  virtual ~LayerControl() = default;
  /// Fires the trigger of this name in all open windows (flow.md F7.10).
  virtual void trigger(const std::string& name) = 0;
  /// Subscribes to the sources that run by themselves, and answers them; once everything is wired.
  [[nodiscard]] virtual std::vector<HostPtr> connect() = 0;
  /// Accumulate: asks these sources for nothing more until it is forward again.
  virtual void demand_from_running(DemandFlow flow) = 0;
  /// Takes nothing more from these sources, as if they had come to their end.
  virtual void disconnect() = 0;
};

}  // namespace sluice::inline v0::flow
