#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "sluice/core/ids.hpp"
#include "sluice/core/time.hpp"
#include "sluice/flow/window/event_time.hpp"

namespace sluice::inline v0::flow {

/// How far one stage is in the time of its events, by what each stage above has sent: pure, told everything.
///
/// 1. The watermark is the least of what the inputs have reached, each the latest time it sent. One that
///    has sent nothing holds it back, one that has ended does not count, nor does one that was silent for
///    `idle_after` of the runtime's clock; where all are silent, the one that is furthest counts.
/// 2. The horizon follows the watermark at a distance of `lateness`, or reaches what the watermark was
///    `lateness` ago by the runtime's clock, whatever is further. Windows that end at it or before are done.
/// 3. Both move in advance() only, and never back.
///
/// Thread rule: one thread at a time.
class EventClock {
 public:
  struct Terms {
    Millis lateness = {};
    Duration idle_after = forever;
  };

  explicit EventClock(Terms terms) noexcept : terms_(terms) {}

  // -- what happens
  void start(Instant now) noexcept { now_ = now; }
  void opened(SubscriptionId from);
  void closed(SubscriptionId from);
  /// A batch came from there whose latest event happened at `latest`; long_ago: it had none.
  void saw(SubscriptionId from, EventTime latest, Instant now);
  /// Moves watermark and horizon as far as they go.
  void advance(Instant now);

  // -- what follows
  /// long_ago: not known yet.
  [[nodiscard]] EventTime watermark() const noexcept { return watermark_; }
  [[nodiscard]] EventTime horizon() const noexcept { return horizon_; }
  /// When advance() may move something though nothing comes.
  [[nodiscard]] std::optional<Instant> wake() const;

 private:
  struct Input {
    SubscriptionId id;
    EventTime reached;
    Instant heard;
  };
  /// What the watermark was from `since` on; at `due` its lateness is over.
  struct Mark {
    EventTime watermark;
    Instant since;
    Instant due;
  };

  [[nodiscard]] bool silent(const Input& input) const noexcept;
  [[nodiscard]] EventTime reached() const noexcept;
  void mark();
  void pass_marks();

  Terms terms_;
  Instant now_ = {};
  EventTime watermark_ = long_ago;
  EventTime horizon_ = long_ago;
  std::vector<Input> inputs_;
  std::deque<Mark> marks_;
};

}  // namespace sluice::inline v0::flow
