#pragma once

namespace sluice::inline v0::flow {

/// What becomes of a state when a trigger has fired that is not the window's last.
enum class AfterTrigger : unsigned char {
  keep,    ///< it goes on: each trigger tells what has come since the window's beginning
  forget,  ///< it begins anew: each trigger tells what has come since the last
};

}  // namespace sluice::inline v0::flow
