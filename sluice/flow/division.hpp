#pragma once

namespace sluice::inline v0::flow {

/// How events are divided among the stages of a layer.
enum class Division : unsigned char {
  straight,   ///< nothing asks for a division: what a source or a merge has below it
  by_demand,  ///< to whoever asks
  by_key,     ///< each stage has its partition; where there is one stage, nobody asks for a key
  by_route,   ///< each stage has its partition; the user's function is always asked: it may drop events
  custom,     ///< by a dispatcher of the user
};

}  // namespace sluice::inline v0::flow
