#pragma once

#include <cstdint>

#include "sluice/core/time.hpp"
#include "sluice/overload/in_flight.hpp"

namespace sluice::inline v0::overload {

/// What Gradient takes for the round trip of a service without a queue.
enum class Baseline : unsigned char {
  /// Measured: every `probe_every` the limit is halved until the mean of `probe_samples` is known.
  probed,
  /// The running mean over `long_samples`, as published. It follows a queue that stands, so that the limit
  /// creeps
  /// up wherever round trips do not get much longer at once.
  running_mean,
};

/// How Gradient moves its limit.
struct GradientOptions {
  /// To begin with. least … most.
  std::uint64_t initial = 20;
  /// Never below. At least 1.
  std::uint64_t least = 1;
  /// Never above. At least `least`.
  std::uint64_t most = 200;
  /// How many times the baseline a round trip may take before the limit is lowered. At least 1.
  double tolerance = 1.15;
  /// Weight of the new limit against the old one. Above 0, at most 1.
  double smoothing = 0.2;
  /// What is added to the limit, before smoothing, while round trips are within the tolerance. Above 0.
  double queue = 4;
  /// Round trips whose mean makes one step. At least 1.
  std::uint64_t samples = 50;
  Baseline baseline = Baseline::probed;
  /// Positive. For Baseline::probed.
  Duration probe_every = std::chrono::seconds(3);
  /// Round trips that a probe measures; the limit stays halved so long, so fewer for a slow service. At
  /// least 1. For Baseline::probed.
  std::uint64_t probe_samples = 200;
  /// Steps that the running mean is over. At least 1. For Baseline::running_mean.
  std::uint64_t long_samples = 600;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const GradientOptions& options);

/// A limit by the ratio of round trips to their baseline, Gradient2 of Netflix:
/// gradient = clamp(tolerance * baseline / rtt, 0.5, 1); limit = limit * gradient + queue, smoothed. The
/// queue is added only where the gradient is 1: else the limit creeps up against a gradient of 0.8. A
/// push-back counts as a gradient of 0.5. Nothing moves while less than half of the limit is in use.
/// A probe comes early where the limit has fallen by half since the last one and round trips have not become
/// shorter: then it is the service that has become slower. A baseline much shorter than the last one is soon
/// measured again.
class Gradient {
 public:
  /// Throws OptionError.
  explicit Gradient(const GradientOptions& options = {});

  /// Half of the limit while a probe runs.
  [[nodiscard]] std::uint64_t limit() const noexcept;
  void on_start(std::uint64_t in_flight, Instant now) noexcept;
  void on_end(Duration rtt, std::uint64_t in_flight, Outcome outcome, Instant now) noexcept;

  /// Zero: not known yet.
  [[nodiscard]] Duration baseline() const noexcept { return Duration(static_cast<std::int64_t>(baseline_)); }
  [[nodiscard]] const GradientOptions& options() const noexcept { return options_; }

 private:
  enum class Phase : unsigned char { steady, drains, measures };
  /// A mean that is built up.
  struct Mean {
    double sum = 0;
    std::uint64_t count = 0;
    void add(double value) noexcept {
      sum += value;
      ++count;
    }
    [[nodiscard]] double value() const noexcept { return sum / static_cast<double>(count); }
  };

  void step(double gradient) noexcept;
  void compare(double rtt) noexcept;
  void probe(Duration rtt, std::uint64_t in_flight, Instant now) noexcept;
  void learn(double rtt) noexcept;
  void begin_probe() noexcept;

  GradientOptions options_;
  double limit_;
  double baseline_ = 0;  // ns
  Mean mean_;            // of the step that is going on, or of the probe
  Phase phase_ = Phase::steady;
  bool unsure_ =
      false;  // the baseline is much shorter than before: half of the limit may still have had a queue
  double probed_limit_ = 0;  // what the limit was when the baseline was learnt
  Instant drained_at_ = {};
  Instant probe_at_ = Instant::min();
  std::uint64_t steps_ = 0;
};

}  // namespace sluice::inline v0::overload
