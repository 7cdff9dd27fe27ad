#pragma once

namespace sluice::inline v0::overload {

/// What a limiter says to something that wants to pass, and what a limit says to work that wants to start.
enum class Take : unsigned char {
  taken,    ///< it may, and it counts
  not_yet,  ///< it may not now; nothing is counted
};

}  // namespace sluice::inline v0::overload
