#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/flow/keyed_pane.hpp"
#include "sluice/flow/trigger.hpp"

namespace sluice::inline v0::flow {

/// Terms of combine_by and count_by.
struct CombineOptions {
  /// In errors and logs, behind "combine_by".
  std::string name = {};
  /// A stage above the border hands on what it holds when it holds so many keys. At least 1.
  std::size_t hold_keys = 262'144;
  /// And at the latest so long after the first of them came, by the runtime's clock. Positive; unset: 100 ms
  /// where results are emitted before the end (periodically, or expired), else 1 s, for triggers by name.
  std::optional<Duration> hold_for = {};
  /// Keys of one stage below the border. At least 1; unset: any number. One more fails the flow
  /// (KeyedStateFull).
  std::optional<std::size_t> max_keys = {};
  /// The same for estimated bytes (KeyedState::bytes).
  std::optional<std::size_t> max_bytes = {};
  /// A key that got nothing for so long is emitted and forgotten; when it comes again it begins anew. At
  /// least hold_for; unset: keys stay to the end.
  std::optional<Duration> expire_after = {};
  Expire expire = Expire::by_last_use;
  /// When results are emitted before the end: periodically(1s). Not every(n): events are not counted below.
  Triggers trigger = {};
  AfterTrigger after_trigger = AfterTrigger::keep;

  [[nodiscard]] Duration holds_for() const {
    const bool emits_early = !trigger.periods.empty() || expire_after;
    return hold_for.value_or(std::chrono::milliseconds(emits_early ? 100 : 1000));
  }
  [[nodiscard]] KeyedLimits limits(std::string_view of) const {
    return {detail::state_name(of, name), max_keys, max_bytes, expire_after, expire};
  }
};

/// Throws OptionError naming the field and the value.
void check(const CombineOptions& options);

}  // namespace sluice::inline v0::flow
