#pragma once

#include <algorithm>

#include "sluice/core/count.hpp"

namespace sluice::inline v0 {

/// When a consumer asks for more and how it cuts what arrives: genstage.md §5.1, one subscription.
/// The algorithm for one message is: open(), then for each batch of at most chunk() events settle(n), after
/// whose callback the answer is asked for.
class DemandWindow {
 public:
  DemandWindow(Demand max, Demand min) noexcept : max_(max), min_(min) {}

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

  /// A message begins: from here on its events count against what was pending now (R5.4).
  void open() noexcept { allowed_ = pending_; }
  /// A batch of n events of that message.
  [[nodiscard]] Settled settle(Demand n) noexcept {
    const Demand legitimate = std::min(n, allowed_);
    allowed_ -= legitimate;
    pending_ -= std::min(pending_, legitimate);
    return {refill(), n - legitimate};
  }

  /// New terms on a running subscription; returns what to ask for at once to fill the window.
  [[nodiscard]] Demand change(Demand max, Demand min) noexcept;
  /// Asks for nothing more until resumed.
  void pause() noexcept { paused_ = true; }
  /// Returns what to ask for at once.
  [[nodiscard]] Demand resume() noexcept;
  [[nodiscard]] bool paused() const noexcept { return paused_; }

 private:
  [[nodiscard]] Demand refill() noexcept {
    if (paused_ || pending_ > min_) return 0;
    const Demand ask = max_ - pending_;
    pending_ = max_;
    return ask;
  }

  Demand max_;
  Demand min_;
  Demand pending_ = 0;
  Demand allowed_ = 0;  // of the message being cut: asked for and not yet used up
  bool paused_ = false;
};

}  // namespace sluice::inline v0
