#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sluice/flow/window/event_clock.hpp"
#include "sluice/flow/window/late.hpp"
#include "sluice/flow/window/time_grid.hpp"
#include "sluice/flow/window/wake_up.hpp"
#include "sluice/flow/window/window.hpp"

namespace sluice::inline v0::flow {

/// What happens to a window that lies between others and has no events (E7).
enum class Gaps : unsigned char {
  fire,  ///< it fires as they do, with an empty accumulator
  skip,  ///< nothing
};

/// Of windows in event time that lie on a grid: window::fixed, window::sliding.
struct AlignedOptions {
  Triggers trigger = {};
  /// A window that is over fires `watermark` and stays open for late events until the watermark is so far
  /// beyond its end, or so much time of the runtime's clock has passed; then it fires `done`. Whole
  /// milliseconds; `forever`: until the end of the flow.
  Duration allowed_lateness = Duration::zero();
  /// A stage above that was silent for so long of the runtime's clock does not hold back the others; what it
  /// sends later may be late. More than the pauses that slow consumers may cause. `forever`: never.
  Duration idle_after = forever;
  Gaps gaps = Gaps::fire;
  /// More empty windows in a row than this do not fire: one time far in the future makes millions of them.
  std::uint64_t max_gap_windows = 10'000;
  /// Counts the events that came too late.
  LateCount late = {};
};

/// Throws OptionError naming the field and the value.
void check(const AlignedOptions& options);

/// What windows on a grid are made of, whatever tells the time of an event.
struct AlignedTerms {
  WindowKind kind = WindowKind::fixed;
  TimeGrid grid{Millis(1), Millis(1)};
  AlignedOptions options = {};
};

/// What such a window says of itself in a plan.
void note_aligned(Note& window, const AlignedTerms& terms, bool drops_late);

/// Whether an event belongs to one window of a grid at most.
enum class Overlap : unsigned char { none, some };

namespace detail {

/// What the log says of a gap that does not fire.
[[nodiscard]] std::string gap_warning(const AlignedOptions& options, EventTime from, EventTime to,
                                      std::uint64_t windows);

}  // namespace detail

/// Windows on a grid in event time (flow.md §7.7). Which window is over is looked at after each batch, when a
/// stage above has ended, and when time has passed; an event is late whose window was done by then (F7.14).
template <class T, class Pane, class By, class Late, Overlap overlap>
class AlignedMachine {
 public:
  AlignedMachine(const AlignedTerms& terms, By by, Late late)
      : terms_(terms),
        by_(std::move(by)),
        late_(std::move(late), terms.options.late),
        clock_({.lateness = lateness_of(terms.options.allowed_lateness),
                .idle_after = terms.options.idle_after}) {}

  template <class Run>
  void begin(Run& run) {
    clock_.start(run.now());
  }
  void opened(SubscriptionId from) { clock_.opened(from); }
  template <class Run>
  void events(std::span<T> events, SubscriptionId /*from*/, Run& run) {
    if (events.empty()) return;
    EventTime time = time_by(by_, events.front());
    while (!events.empty()) {
      const TimeGrid::Stretch stretch = terms_.grid.at(time);
      std::size_t n = 0;
      while (stretch.holds(time)) {
        latest_ = std::max(latest_, time);
        ++n;
        if (n == events.size()) break;
        time = time_by(by_, events[n]);
      }
      put(events.first(n), stretch, run);
      events = events.subspan(n);
    }
  }
  template <class Run>
  void batch_end(SubscriptionId from, Run& run) {
    clock_.saw(from, std::exchange(latest_, long_ago), run.now());
    move_on(run);
  }
  template <class Run>
  void closed(SubscriptionId from, Run& run) {
    clock_.closed(from);
    move_on(run);
  }
  template <class Run>
  void alarm(std::int64_t /*key*/, Run& run) {
    wake_up_.rang(run.now());
    move_on(run);
  }
  template <class Run>
  void finish(Run& run) {
    if (!open_.empty()) fire_done(open_.rbegin()->first + 1, run);
    finished_ = true;
    if (std::string loss = late_.loss(); !loss.empty()) run.warn(std::move(loss));
  }
  template <class F>
  void each_open(F f) {
    for (auto& [number, open] : open_) f(open.pane);
  }

 private:
  struct Open {
    Pane pane;
    bool was_over = false;  ///< has fired `watermark`
  };

  template <class Run>
  void put(std::span<T> events, const TimeGrid::Stretch& stretch, Run& run) {
    const std::int64_t first = std::max(stretch.first, terms_.grid.first_after(clock_.horizon()));
    if constexpr (overlap == Overlap::none) {
      if (first > stretch.last) return late_.take(events);
      run.reduce(at(first, run).pane, events);
    } else {
      if (first > stretch.first) late_.take(copy(events));
      for (std::int64_t number = first; number < stretch.last; ++number)
        run.reduce(at(number, run).pane, copy(events));
      if (first <= stretch.last) run.reduce(at(stretch.last, run).pane, events);
    }
  }
  [[nodiscard]] std::span<T> copy(std::span<T> events) {
    copies_.assign(events.begin(), events.end());
    return copies_;
  }

  template <class Run>
  [[nodiscard]] Open& at(std::int64_t number, Run& run) {
    const auto found = open_.lower_bound(number);
    if (found != open_.end() && found->first == number) return found->second;
    if (over_below_ && number < *over_below_) behind_.push_back(number);
    return open_.emplace_hint(found, number, Open{run.open(id_of(number))})->second;
  }

  /// Fires what time has made ready.
  template <class Run>
  void move_on(Run& run) {
    if (finished_) return;
    clock_.advance(run.now());
    if (clock_.watermark() != long_ago) {
      if (terms_.options.allowed_lateness != Duration::zero())
        fire_watermark(terms_.grid.first_after(clock_.watermark()), run);
      fire_done(terms_.grid.first_after(clock_.horizon()), run);
    }
    wake_up_.arm(clock_.wake(), run);
  }

  /// Those below `limit`, in order: first what was opened behind the watermark since (E13), then what it
  /// passed, gaps too.
  template <class Run>
  void fire_watermark(std::int64_t limit, Run& run) {
    std::ranges::sort(behind_);
    for (const std::int64_t number : std::exchange(behind_, {})) over(open_.at(number), run);
    std::int64_t next = over_below_ ? *over_below_ : (open_.empty() ? limit : open_.begin()->first);
    for (; next < limit; ++next) {
      auto found = open_.lower_bound(next);
      const std::int64_t end = found == open_.end() ? limit : std::min(found->first, limit);
      each_in_gap(next, end, run, [&](std::int64_t number) {
        over(open_.emplace_hint(found, number, Open{run.open(id_of(number))})->second, run);
      });
      if (end == limit) break;
      over(found->second, run);
      next = end;
    }
    over_below_ = std::max(limit, over_below_.value_or(limit));
  }
  template <class Run>
  void over(Open& open, Run& run) {
    if (std::exchange(open.was_over, true)) return;
    run.fire(open.pane, {.kind = TriggerName::Kind::watermark});
  }

  /// Those below `limit`, in order, with the gaps between them.
  template <class Run>
  void fire_done(std::int64_t limit, Run& run) {
    while (!open_.empty() && open_.begin()->first < limit) {
      const auto first = open_.begin();
      fire_gap(done_below_.value_or(first->first), first->first, run);
      run.done(first->second.pane);
      done_below_ = first->first + 1;
      open_.erase(first);
    }
    if (!done_below_ || *done_below_ >= limit) return;
    fire_gap(*done_below_, limit, run);
    done_below_ = limit;
  }
  template <class Run>
  void fire_gap(std::int64_t first, std::int64_t end, Run& run) {
    each_in_gap(first, end, run, [&](std::int64_t number) {
      Pane pane = run.open(id_of(number));
      run.done(pane);
    });
  }
  /// f(number) for the empty windows from `first` to before `end`, where they are wanted and the gap they are
  /// part of is not too long.
  template <class Run, class F>
  void each_in_gap(std::int64_t first, std::int64_t end, Run& run, F f) {
    first = std::max(first, skipped_below_);
    if (first >= end || terms_.options.gaps == Gaps::skip) return;
    const auto next = open_.lower_bound(first);
    const std::int64_t whole = next == open_.end() ? end : std::max(end, next->first);
    const auto windows = static_cast<std::uint64_t>(whole - first);
    if (windows > terms_.options.max_gap_windows) {
      run.warn(
          detail::gap_warning(terms_.options, terms_.grid.start(first), terms_.grid.start(whole), windows));
      skipped_below_ = whole;
    } else {
      for (std::int64_t number = first; number != end; ++number) f(number);
    }
  }

  [[nodiscard]] WindowId id_of(std::int64_t number) const noexcept {
    return {terms_.kind, terms_.grid.start(number).time_since_epoch().count()};
  }

  AlignedTerms terms_;
  By by_;
  LateEvents<Late> late_;
  EventClock clock_;
  WakeUp wake_up_;
  std::map<std::int64_t, Open> open_;
  EventTime latest_ = long_ago;             ///< in the batch at hand
  std::optional<std::int64_t> over_below_;  ///< windows below it have fired `watermark`
  std::optional<std::int64_t> done_below_;  ///< windows below it have fired `done`
  std::int64_t skipped_below_ = std::numeric_limits<std::int64_t>::min();  ///< by a gap that was too long
  std::vector<std::int64_t> behind_;  ///< opened below over_below_ since the last batch
  std::vector<T> copies_;
  bool finished_ = false;
};

}  // namespace sluice::inline v0::flow
