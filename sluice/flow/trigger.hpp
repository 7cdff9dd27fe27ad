#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/core/time.hpp"

namespace sluice::inline v0::flow {

/// Times of events: milliseconds since the epoch of the system clock, before it negative.
using EventTime = std::chrono::sys_time<std::chrono::milliseconds>;

enum class WindowKind : unsigned char { global, fixed, count, periodic, sliding, session };

/// One window of a stage. `number` is 0, 1, 2 … for count and periodic windows, 0 for the global one, and the
/// start in milliseconds since the epoch for those in event time.
struct WindowId {
  WindowKind kind = WindowKind::global;
  std::int64_t number = 0;

  [[nodiscard]] EventTime start() const noexcept { return EventTime(std::chrono::milliseconds(number)); }
  friend auto operator<=>(const WindowId&, const WindowId&) = default;
};

/// "global", "count 3", "fixed 2000".
[[nodiscard]] std::string to_string(const WindowId& window);

/// What fired (flow.md F7.1).
struct TriggerName {
  enum class Kind : unsigned char {
    done,          ///< the window's last: nothing more comes to it
    watermark,     ///< its time is over, but late events are still let in
    every,         ///< `count` events have come since the last one
    periodically,  ///< `period` has passed
    named,         ///< FlowHandle::trigger, or a trigger function: `text` says which
  };
  Kind kind = Kind::done;
  std::uint64_t count = 0;
  Duration period = {};
  std::string text = {};

  [[nodiscard]] bool done() const noexcept { return kind == Kind::done; }
  friend bool operator==(const TriggerName&, const TriggerName&) = default;
};

/// "done", "watermark", "every 10", "every 100 ms", or the text of a named one.
[[nodiscard]] std::string to_string(const TriggerName& name);

/// A trigger as on_trigger sees it.
struct Trigger {
  std::size_t index = 0;  ///< of the stage in its layer
  std::size_t count = 1;  ///< stages of the layer
  WindowId window = {};
  TriggerName name = {};

  [[nodiscard]] bool done() const noexcept { return name.done(); }
};

/// When a window fires before its end: every(1000), periodically(1s), or several: `every(5) +
/// periodically(1s)`.
struct Triggers {
  std::optional<std::uint64_t> every = {};
  std::vector<Duration> periods = {};

  [[nodiscard]] bool any() const noexcept { return every.has_value() || !periods.empty(); }
  /// Throws OptionError when both count events (FL-012).
  friend Triggers operator+(Triggers a, Triggers b);
};

/// Whenever n events of the window have come. Throws OptionError for 0.
[[nodiscard]] Triggers every(std::uint64_t n);
/// At each `period` of the runtime's clock since the stage's start, for windows that changed since they last
/// fired (E11). Not aligned between stages. Throws OptionError unless positive.
[[nodiscard]] Triggers periodically(Duration period);

}  // namespace sluice::inline v0::flow
