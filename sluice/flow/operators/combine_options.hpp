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
  std::size_t hold_keys = 8192;
  /// And at the latest so long after the first of them came, by the runtime's clock. Positive.
  Duration hold_for = std::chrono::milliseconds(100);
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

  [[nodiscard]] KeyedLimits limits(std::string_view of) const {
    return {detail::state_name(of, name), max_keys, max_bytes, expire_after, expire};
  }
};

/// Throws OptionError naming the field and the value.
void check(const CombineOptions& options);

}  // namespace sluice::inline v0::flow
