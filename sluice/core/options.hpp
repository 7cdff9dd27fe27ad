#pragma once

#include <any>
#include <cstddef>
#include <optional>

#include "sluice/core/count.hpp"
#include "sluice/core/time.hpp"

namespace sluice::inline v0 {

/// What the end of a subscription means to its consumer (genstage.md R8.2).
enum class OnCancel : unsigned char {
  permanent,  ///< the consumer ends too, whatever the reason
  transient,  ///< the consumer ends too unless the reason is polite
  temporary,  ///< the consumer lives on
  /// The consumer lives on and, when the producer is down (not when one of the two cancelled), subscribes
  /// again to whoever has its name then: see RetryOptions.
  retry,
};

/// How OnCancel::retry finds a producer that is down, or not there yet. Each attempt that finds a stage under
/// the name is a new subscription, with handle_subscribe; without one nothing is called.
struct RetryOptions {
  /// Before the first attempt; each further one waits twice as long, each 20 % more or less. Positive.
  Duration first = std::chrono::milliseconds(100);
  /// At most, before the 20 %. At least `first`.
  Duration most = std::chrono::seconds(10);
  /// Attempts in a row; the consumer ends with noproc when one more would be needed. A subscription that
  /// brought an event, or lasted for `most`, ends the row. At least 1.
  Demand attempts = unlimited;
};

/// Who asks for events on a subscription.
enum class DemandMode : unsigned char {
  automatic,  ///< the library, by max_demand and min_demand
  manual,     ///< the stage itself, by Subscription::ask
};

/// What a producer does with the demand it is asked for (genstage.md §6.2).
enum class DemandFlow : unsigned char {
  forward,     ///< it goes to handle_demand at once
  accumulate,  ///< demand and events wait until the flow is set to forward
};

/// Which events a full buffer keeps.
enum class Keep : unsigned char {
  first,  ///< the oldest: what arrives is discarded
  last,   ///< the newest: what waits longest is discarded
};

/// Why events were discarded. Every discarded event is counted under one of these.
enum class Discard : unsigned char {
  buffer_full,  ///< the buffer had no room (BufferOptions::size)
  lane_full,    ///< a partition's queue had no room
  routed_away,  ///< the partition dispatcher's route answered nullopt
};

/// Whether handle_discarded wants the standard warning in the log.
enum class Report : unsigned char { log, quiet };

/// What handle_start decides.
enum class Start : unsigned char {
  ok,
  ignore,  ///< end at once, without terminate; start returns an empty Ref
};

/// Where events wait that nobody has asked for yet.
struct BufferOptions {
  /// Events kept; 0 keeps none. Unset: 10,000 for a producer, `unlimited` for a producer_consumer (§2.2).
  std::optional<Demand> size = {};
  Keep keep = Keep::last;
};

/// options.size, or `otherwise` where it is unset. Throws OptionError for a negative number.
[[nodiscard]] Demand buffer_size_of(const BufferOptions& options, Demand otherwise);

/// Terms of one subscription, given by the consumer (genstage.md §4.1).
struct SubscribeOptions {
  /// Events asked for and not yet received, at most. At least 1, less than `unlimited`.
  Demand max_demand = 1000;
  /// More is asked for when no more than this is pending. At most max_demand - 1; unset: max_demand / 2.
  std::optional<Demand> min_demand = {};
  OnCancel on_cancel = OnCancel::permanent;
  /// Which partition of a partition dispatcher.
  std::optional<std::size_t> partition = {};
  /// Handed untouched to both handle_subscribe callbacks and to the dispatcher.
  std::any extra = {};
  /// Only for OnCancel::retry.
  RetryOptions retry = {};
};

/// Throws OptionError naming the field, the bound and the value.
void check(const SubscribeOptions& options);
void check(const RetryOptions& options);

/// options.min_demand, or its default.
[[nodiscard]] Demand min_demand_of(const SubscribeOptions& options) noexcept;

}  // namespace sluice::inline v0
