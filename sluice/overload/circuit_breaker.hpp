#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sluice/core/time.hpp"

namespace sluice::inline v0::overload {

/// When a CircuitBreaker opens, and for how long.
struct CircuitOptions {
  /// Share of failed calls, of the last `calls`, from which on it opens. Above 0, at most 1.
  double failure_share = 0.5;
  /// Results that the share is taken over; it does not open before it has so many. 1 … 1,000,000.
  std::size_t calls = 20;
  /// How long no call is made after it opened, and how long a probe may stay without a result before another
  /// is made. Positive.
  Duration open_for = std::chrono::seconds(10);
  /// Calls in a row that must succeed before it closes. At least 1.
  std::size_t probes = 1;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const CircuitOptions& options);

enum class Circuit : unsigned char {
  closed,     ///< calls are made
  open,       ///< no call is made
  half_open,  ///< one call at a time is made, to see whether it works again
};

enum class CallResult : unsigned char { succeeded, failed };

/// Stops calling what does not work. Closed, it counts the last results; from a share of failures on it
/// opens; after a time it lets one call after another through, and closes when they succeed, or opens again
/// when one fails. Times must not go back. Thread rule: one thread at a time.
class CircuitBreaker {
 public:
  /// Names the time between two changes of state, so that a result that comes late does not count in the
  /// next.
  using Ticket = std::uint64_t;

  /// Throws OptionError.
  explicit CircuitBreaker(const CircuitOptions& options);

  /// A call is to be made. std::nullopt: not now.
  [[nodiscard]] std::optional<Ticket> ask(Instant now);
  /// How it ended. Each ticket at most once.
  void note(Ticket ticket, CallResult result, Instant now);

  /// After open_for it is `open` until it is asked.
  [[nodiscard]] Circuit state() const noexcept { return state_; }
  /// How long until ask() may say yes; zero: now.
  [[nodiscard]] Duration wait(Instant now) const noexcept;
  /// How often it has opened.
  [[nodiscard]] std::uint64_t opened() const noexcept { return opened_; }

 private:
  void become(Circuit state) noexcept;
  void open(Instant now) noexcept;
  void note_closed(CallResult result, Instant now);

  CircuitOptions options_;
  Circuit state_ = Circuit::closed;
  Ticket ticket_ = 0;
  std::vector<CallResult> results_;  // a ring
  std::size_t next_ = 0;             // in it, once it is full
  std::size_t failures_ = 0;         // in it
  std::size_t succeeded_ = 0;        // probes, in a row
  Instant again_ = {};               // when the next call may be made, unless closed
  std::uint64_t opened_ = 0;
};

}  // namespace sluice::inline v0::overload
