#pragma once

#include "sluice/flow/failure/policy.hpp"

namespace sluice::inline v0::flow {

/// See failure::stop().
struct StopPolicy : FailurePolicy {
  template <class S, class T>
  [[noreturn]] void failed(S& /*state*/, Context& /*context*/, T&& /*event*/) {
    throw;
  }
};

namespace failure {

/// The flow fails with the reason of the event that failed: what happens without a guard.
[[nodiscard]] inline StopPolicy stop() { return {}; }

}  // namespace failure
}  // namespace sluice::inline v0::flow
