#pragma once

#include <string>

namespace sluice::inline v0::flow {

/// What an operator says of itself in a plan.
struct Note {
  std::string name;
  /// What it keeps, and how much of it; empty: nothing that grows. "one accumulator a window", "every key it
  /// has seen: not bounded".
  std::string keeps = {};
  /// What it may drop; empty: nothing that came to it.
  std::string drops = {};
  /// Whether events leave it in the order in which they, or what they are made of, came.
  bool in_order = true;
};

}  // namespace sluice::inline v0::flow
