#pragma once

#include <cstdint>
#include <utility>

#include "sluice/flow/failure/failure_count.hpp"
#include "sluice/flow/failure/policy.hpp"

namespace sluice::inline v0::flow {

/// Of one stage: how many events were left out since the last line in the log, and why.
struct Skipped {
  std::uint64_t events = 0;
  Reason last = {};

  /// The exception at hand.
  void note();
  void log(Context& context);
};

/// See failure::skip().
struct SkipPolicy : FailurePolicy {
  template <class In>
  using State = Skipped;

  static void note(Note& guard) { guard.drops("events for which it throws"); }
  template <class T>
  void failed(Skipped& skipped, Context& /*context*/, T&& /*event*/) {
    skipped.note();
    count.add();
  }
  void done(Skipped& skipped, Context& context) { skipped.log(context); }

  FailureCount count;
};

namespace failure {

/// The event is left out, and counted. Each stage writes one line to the log when it is done (behind a
/// window: when each window is).
[[nodiscard]] inline SkipPolicy skip(FailureCount count = {}) { return {{}, std::move(count)}; }

}  // namespace failure
}  // namespace sluice::inline v0::flow
