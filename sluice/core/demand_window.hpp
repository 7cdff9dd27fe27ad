#pragma once

#include <algorithm>

#include "sluice/core/count.hpp"

namespace sluice::inline v0 {

/// When a consumer asks for more and how it cuts what arrives: genstage.md §5.1, one subscription.
/// The algorithm for one message is: `Demand allowed = open()`, then for each batch of at most chunk() events
/// settle(n, allowed), after whose callback the answer is asked for.
class DemandWindow {
 public:
  DemandWindow(Demand max, Demand min) noexcept : max_(max), min_(min & unlimited) {}

  /// What one settled batch leads to.
  struct Settled {
    Demand ask;     ///< to be asked for when the batch was handled; 0: nothing
    Demand excess;  ///< events in it that nobody had asked for
  };

  /// The most events a callback gets at once: max - min.
  [[nodiscard]] Demand chunk() const noexcept { return max_ - min_; }
  [[nodiscard]] Demand max() const noexcept { return max_; }
  [[nodiscard]] Demand min() const noexcept { return min_; }
  /// Asked for and not yet received.
  [[nodiscard]] Demand pending() const noexcept { return pending_; }

  /// The first ask of a subscription: max.
  [[nodiscard]] Demand start() noexcept { return pending_ = max_; }

  /// A message begins: its events count against what is pending now (R5.4).
  [[nodiscard]] Demand open() const noexcept { return pending_; }
  /// A batch of n events of that message; `allowed` is what open() returned less the batches before.
  [[nodiscard]] Settled settle(Demand n, Demand& allowed) noexcept {
    const Demand legitimate = std::min(n, allowed);
    allowed -= legitimate;
    pending_ -= std::min(pending_, legitimate);
    return {refill(), n - legitimate};
  }

  /// New terms on a running subscription; returns what to ask for at once to fill the window.
  [[nodiscard]] Demand change(Demand max, Demand min) noexcept;
  /// Asks for nothing more until resumed.
  void pause() noexcept { paused_ = 1; }
  /// Returns what to ask for at once.
  [[nodiscard]] Demand resume() noexcept;
  [[nodiscard]] bool paused() const noexcept { return paused_ != 0; }

 private:
  [[nodiscard]] Demand refill() noexcept {
    if (paused() || pending_ > min_) return 0;
    const Demand ask = max_ - pending_;
    pending_ = max_;
    return ask;
  }

  Demand max_;
  Demand min_ : 63;  // less than max, which is at most `unlimited`
  Demand paused_ : 1 = 0;
  Demand pending_ = 0;
};

}  // namespace sluice::inline v0
