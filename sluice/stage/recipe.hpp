#pragma once

#include <memory>
#include <utility>

#include "sluice/core/unique_function.hpp"

namespace sluice::inline v0 {

/// How to make a stage of class S, for `runtime.start(recipe)`. Used up by the start.
template <class S>
struct StageRecipe {
  using Stage = S;
  UniqueFunction<std::unique_ptr<S>()> make;
};

}  // namespace sluice::inline v0
