#pragma once

#include <cassert>
#include <concepts>
#include <cstdint>
#include <utility>

#include "sluice/core/time.hpp"
#include "sluice/overload/take.hpp"

namespace sluice::inline v0::overload {

/// What the end of a piece of work says about the load of whoever did it.
enum class Outcome : unsigned char {
  done,         ///< its time counts
  pushed_back,  ///< it was refused for overload, or timed out; its time does not count
  ignored,      ///< it says nothing: cancelled, or failed for a reason of its own
};

/// How much may be in flight at once: FixedLimit, Aimd, Gradient. It has no clock; times must not go back.
/// `in_flight` counts the work that starts or ends. Thread rule: one thread at a time.
template <class L>
concept ConcurrencyLimit =
    requires(L limit, const L still, Duration rtt, std::uint64_t in_flight, Outcome outcome, Instant now) {
      { still.limit() } -> std::same_as<std::uint64_t>;  // at least 1
      limit.on_start(in_flight, now);
      limit.on_end(rtt, in_flight, outcome, now);
    };

/// A limit that stays as it is given.
class FixedLimit {
 public:
  /// Throws OptionError if it is 0.
  explicit FixedLimit(std::uint64_t limit) { change(limit); }
  [[nodiscard]] std::uint64_t limit() const noexcept { return limit_; }
  void on_start(std::uint64_t /*in_flight*/, Instant /*now*/) noexcept {}
  void on_end(Duration /*rtt*/, std::uint64_t /*in_flight*/, Outcome /*outcome*/, Instant /*now*/) noexcept {}
  /// Another limit from now on; what is in flight above it ends in its time. Throws OptionError and changes
  /// nothing.
  void change(std::uint64_t limit);

 private:
  std::uint64_t limit_ = 1;
};

/// Counts the work in flight under a limit. in_flight() <= limit() whenever work starts; a limit that was
/// lowered is reached as work ends. Thread rule: one thread at a time.
template <ConcurrencyLimit L>
class InFlight {
 public:
  explicit InFlight(L limit) : limit_(std::move(limit)) {}

  /// Work is to start.
  [[nodiscard]] Take start(Instant now) {
    if (in_flight_ >= limit_.limit()) return Take::not_yet;
    ++in_flight_;
    limit_.on_start(in_flight_, now);
    return Take::taken;
  }
  /// Work that started then has ended.
  void end(Instant started, Outcome outcome, Instant now) {
    assert(in_flight_ != 0);
    limit_.on_end(now - started, in_flight_, outcome, now);
    --in_flight_;
  }

  [[nodiscard]] std::uint64_t in_flight() const noexcept { return in_flight_; }
  /// How many may start now.
  [[nodiscard]] std::uint64_t room() const noexcept {
    return limit_.limit() > in_flight_ ? limit_.limit() - in_flight_ : 0;
  }
  [[nodiscard]] L& limit() noexcept { return limit_; }
  [[nodiscard]] const L& limit() const noexcept { return limit_; }

 private:
  L limit_;
  std::uint64_t in_flight_ = 0;
};

}  // namespace sluice::inline v0::overload
