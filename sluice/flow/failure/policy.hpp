#pragma once

#include <cstddef>
#include <type_traits>

#include "sluice/core/reason.hpp"
#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

/// What a guard() does with an event whose operator threw.
struct FailurePolicyTag {};

/// What every policy has; derive and hide what is different. A policy is a value, copied for every stage;
/// what it keeps is in a State<In> per stage, or window. On the stage's turn only.
///
/// `failed(state, context, event)` is called while the exception is caught: `throw;` ends the stage with it.
/// `event` is a T&& that is as it came where keeps_event says so.
struct FailurePolicy : FailurePolicyTag {
  /// Whether failed needs the event. Where the function may have taken it away, a copy is made before.
  static constexpr bool keeps_event = false;
  /// Whether the event is given to the operator once more: again() is called by tick.
  static constexpr bool retries = false;

  template <class In>
  using State = NoState;

  /// Adds to what the guard says of itself in a plan.
  void note(Note& /*guard*/) const {}

  /// No more events come: of the window, or the flow.
  template <class S>
  void done(S& /*state*/, Context& /*context*/) {}
};

template <class P>
concept IsFailurePolicy = std::is_base_of_v<FailurePolicyTag, P>;

}  // namespace sluice::inline v0::flow
