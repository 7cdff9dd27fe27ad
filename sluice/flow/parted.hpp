#pragma once

#include <cstddef>
#include <optional>

#include "sluice/flow/trigger.hpp"

namespace sluice::inline v0::flow {

/// What one stage of a layer says to the departition below it (flow.md F6.2): an event and where it comes
/// from, or, without a value, that a window is done in this partition.
template <class T>
struct Parted {
  std::optional<T> value = {};
  std::size_t partition = 0;   ///< the index of the stage
  std::size_t partitions = 1;  ///< how many stages its layer has
  WindowId window = {};
  bool done = false;  ///< its last of this window
};

}  // namespace sluice::inline v0::flow
