#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "sluice/core/time.hpp"
#include "sluice/overload/limiter.hpp"

namespace sluice::inline v0::overload {

/// How much may pass in any stretch of time of a length.
struct SlidingWindowOptions {
  /// Cost that may pass within `per`. At least 1.
  std::uint64_t limit = 1;
  /// Positive.
  Duration per = std::chrono::seconds(1);
  /// Times are rounded up to multiples of this, so that no more than per / grain + 2 of them are remembered;
  /// 0 remembers each. Rounding never lets more pass: what passed counts up to a grain longer than it must.
  /// Not negative, at most `per`.
  Duration grain = Duration::zero();
};

/// Throws OptionError naming the field, the bound and the value.
void check(const SlidingWindowOptions& options);

/// At most `limit` passes in any [t, t + per), wherever it begins. It remembers what passed and when: exact,
/// for memory of up to `limit` times, or fewer with a grain.
class SlidingWindow {
 public:
  /// Throws OptionError.
  explicit SlidingWindow(const SlidingWindowOptions& options);

  /// Throws OptionError if cost > limit.
  [[nodiscard]] Take take(Instant now, std::uint64_t cost = 1);
  /// Throws OptionError if cost > limit.
  [[nodiscard]] Duration wait(Instant now, std::uint64_t cost = 1) const;
  [[nodiscard]] Duration until_idle(Instant now) const { return wait(now, options_.limit); }

  /// Other limits from now on. What passed counts under them; what was forgotten before stays so where `per`
  /// grows. Throws OptionError and changes nothing.
  void change(Instant now, const SlidingWindowOptions& options);

  /// Times remembered.
  [[nodiscard]] std::size_t remembered() const noexcept { return passed_.size(); }
  [[nodiscard]] const SlidingWindowOptions& options() const noexcept { return options_; }

 private:
  struct Passed {
    Instant at;
    std::uint64_t cost;
  };
  [[nodiscard]] Instant rounded(Instant now) const noexcept;
  void forget(Instant now);

  SlidingWindowOptions options_;
  std::deque<Passed> passed_;
  std::uint64_t counted_ = 0;  // sum over passed_
  Instant latest_ = Instant::min();
};

}  // namespace sluice::inline v0::overload
