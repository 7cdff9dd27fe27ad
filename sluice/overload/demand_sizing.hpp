#pragma once

#include <cstdint>
#include <optional>

#include "sluice/core/count.hpp"
#include "sluice/core/time.hpp"

namespace sluice::inline v0::overload {

/// How much a consumer asks for: max_demand and min_demand of its subscription.
struct DemandTerms {
  Demand max_demand;
  Demand min_demand;
  friend bool operator==(const DemandTerms&, const DemandTerms&) = default;
};

/// How DemandSizing finds its terms.
struct DemandSizingOptions {
  /// max_demand is never less. At least 1.
  Demand least = 2;
  /// Nor more. At least `least`, less than `unlimited`.
  Demand most = 10'000;
  /// max_demand to begin with. least … most.
  Demand initial = 1'000;
  /// How long an event may wait at the consumer. Positive.
  Duration target = std::chrono::milliseconds(50);
  /// Measurements that the mean rate and round trip are over. At least 1.
  std::uint64_t samples = 9;
  /// New terms are told where one of them changes by at least this share of it. 0 … 1.
  double threshold = 0.25;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const DemandSizingOptions& options);

/// Sizes the demand of one subscription by Little's law: max_demand = rate * (round trip + target), where the
/// rate is events processed per second while busy, and the round trip the time from asking to the first
/// event. It grows to twice of what it is at most with each measurement, shrinks at once, and small changes
/// are not told. (After Flink's buffer debloating; one for each edge, as edges of unequal rates must not
/// share one.)
///
/// min_demand is what is consumed during a round trip, at least half of max_demand: asked for when that is
/// pending, new events arrive before the old ones are used up. Thread rule: one thread at a time.
class DemandSizing {
 public:
  /// Throws OptionError.
  explicit DemandSizing(const DemandSizingOptions& options = {});

  /// An ask was answered after so long. Nothing is made of times below zero.
  void note_round_trip(Duration time) noexcept;
  /// So many events were processed in so much time without waiting for any. New terms, if they are worth
  /// telling. Nothing is made of no events or no time.
  [[nodiscard]] std::optional<DemandTerms> note_processed(std::uint64_t events, Duration busy) noexcept;

  /// What was told last.
  [[nodiscard]] DemandTerms terms() const noexcept { return told_; }
  /// Events per second while busy; 0: not known yet.
  [[nodiscard]] double rate() const noexcept { return rate_; }
  /// Zero: not known yet.
  [[nodiscard]] Duration round_trip() const noexcept { return Duration(static_cast<std::int64_t>(trip_)); }

 private:
  [[nodiscard]] DemandTerms terms_of(Demand max_demand) const noexcept;

  DemandSizingOptions options_;
  double rate_ = 0;  // events/s
  double trip_ = 0;  // ns
  double size_;      // max_demand before it is rounded
  DemandTerms told_;
};

}  // namespace sluice::inline v0::overload
