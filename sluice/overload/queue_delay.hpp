#pragma once

#include "sluice/core/time.hpp"

namespace sluice::inline v0::overload {

/// What a QueueDelay says about an event that leaves a queue.
enum class Shed : unsigned char {
  keep,
  discard,  ///< it has waited too long in a queue that is overloaded: Loss::overloaded
};

/// How long events should wait.
struct QueueDelayOptions {
  /// What the shortest wait may be. Positive, at most a year.
  Duration target = std::chrono::milliseconds(5);
  /// Over which time the shortest wait is taken: some multiple of the time that a burst takes to drain. At
  /// least `target`.
  Duration interval = std::chrono::milliseconds(100);
};

/// Throws OptionError naming the field, the bound and the value.
void check(const QueueDelayOptions& options);

/// Tells a queue that stands from one that holds a burst: CoDel in the form of folly for queues of work. In a
/// burst some events soon find the queue short; if even the shortest wait of an interval exceeds `target`,
/// the queue is overloaded for the next one, and what has waited more than 2 * target is discarded. The first
/// event of each interval only begins it and is kept. Times must not go back. Thread rule: one thread at a
/// time.
class QueueDelay {
 public:
  /// Throws OptionError.
  explicit QueueDelay(const QueueDelayOptions& options);

  /// An event leaves the queue at `now`, after waiting so long.
  [[nodiscard]] Shed note(Duration waited, Instant now) noexcept;

  /// Whether the last interval's shortest wait was above the target.
  [[nodiscard]] bool overloaded() const noexcept { return overloaded_; }
  /// The shortest wait of this interval as a share of 2 * target, 0 … 1.
  [[nodiscard]] double load() const noexcept;

  /// Other times from now on. Throws OptionError and changes nothing.
  void change(const QueueDelayOptions& options);
  [[nodiscard]] const QueueDelayOptions& options() const noexcept { return options_; }

 private:
  QueueDelayOptions options_;
  Instant end_ = Instant::min();  // of the interval
  Duration shortest_ = Duration::zero();
  bool overloaded_ = false;
};

}  // namespace sluice::inline v0::overload
