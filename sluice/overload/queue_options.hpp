#pragma once

#include <cstdint>

#include "sluice/core/count.hpp"

namespace sluice::inline v0::overload {

/// What becomes of an event that finds a queue full.
enum class WhenFull : unsigned char {
  block,       ///< nothing is lost: it stays with its sender, who asks for no more until there is room
  keep_first,  ///< it is dropped
  keep_last,   ///< those that have waited longest are dropped until it fits
  drop_tail,   ///< those that came last before it are dropped until it fits
  drop_all,    ///< all that wait are dropped, and it is stored
  fail,        ///< nothing is lost silently: the sender is told that the queue has overflowed, and ends
};

/// What became of an event that was pushed.
enum class Pushed : unsigned char {
  stored,      ///< it waits in the queue
  dropped,     ///< it was handed to on_discard
  full,        ///< it was not touched; there may be room later
  overflowed,  ///< it was not touched, and must not be lost: the stream fails
};

/// Bounds of a queue, and what it does at them.
struct QueueOptions {
  /// Events at most. At least 1; `unlimited`: any number.
  Demand events = 10'000;
  /// Sum of their weights at most, by the weigher of the queue. At least 1; `unlimited`: any.
  std::uint64_t bytes = unlimited;
  WhenFull when_full = WhenFull::block;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const QueueOptions& options);

}  // namespace sluice::inline v0::overload
