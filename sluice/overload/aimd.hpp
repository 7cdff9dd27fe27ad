#pragma once

#include <cstdint>

#include "sluice/core/time.hpp"
#include "sluice/overload/in_flight.hpp"

namespace sluice::inline v0::overload {

/// How Aimd moves its limit.
struct AimdOptions {
  /// To begin with. least … most.
  std::uint64_t initial = 1;
  /// Never below. At least 1.
  std::uint64_t least = 1;
  /// Never above. At least `least`.
  std::uint64_t most = 200;
  /// What the limit is multiplied by when it is too high. Above 0, below 1.
  double decrease = 0.9;
  /// Weight of the newest round-trip time in the mean of those before it. Above 0, at most 1.
  double alpha = 0.4;
  /// Standard deviations above the mean from which on a round trip means overload. At least 0.
  double deviations = 2.5;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const AimdOptions& options);

/// Additive increase, multiplicative decrease, by the rule of Vector's adaptive request concurrency. Once per
/// mean round trip it compares the mean of the round trips since the last time with the running mean of those
/// before: if the limit was reached, nothing pushed back and it is not longer, one more may be in flight; if
/// something pushed back or it is longer by `deviations`, a tenth less.
class Aimd {
 public:
  /// Throws OptionError.
  explicit Aimd(const AimdOptions& options = {});

  [[nodiscard]] std::uint64_t limit() const noexcept { return limit_; }
  void on_start(std::uint64_t in_flight, Instant now) noexcept;
  void on_end(Duration rtt, std::uint64_t in_flight, Outcome outcome, Instant now) noexcept;

  /// Mean of the round trips before this update's.
  [[nodiscard]] Duration mean() const noexcept { return Duration(static_cast<std::int64_t>(mean_)); }
  [[nodiscard]] const AimdOptions& options() const noexcept { return options_; }

 private:
  void move(double rtt) noexcept;
  void remember(double rtt) noexcept;

  AimdOptions options_;
  std::uint64_t limit_;
  double sum_ = 0;  // ns, of the round trips since the last update
  std::uint64_t ends_ = 0;
  bool reached_ = false;  // the limit, since the last update
  bool pushed_back_ = false;
  double mean_ = 0;  // ns; 0: none yet
  double variance_ = 0;
  Instant update_at_ = Instant::min();
};

}  // namespace sluice::inline v0::overload
