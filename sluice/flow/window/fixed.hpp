#pragma once

#include <utility>

#include "sluice/flow/window/aligned.hpp"
#include "sluice/flow/window/trigger_by.hpp"

namespace sluice::inline v0::flow {

/// See window::fixed().
template <class By, class Late = DropLate>
struct FixedWindow : WindowOperator, Triggerable<FixedWindow<By, Late>> {
  void note(Notes& notes) const {
    note_aligned(notes.add("window::fixed"), terms, std::same_as<Late, DropLate>);
  }
  template <class T, class Pane>
  class Machine : public AlignedMachine<T, Pane, By, Late, Overlap::none> {
   public:
    explicit Machine(const FixedWindow& window)
        : AlignedMachine<T, Pane, By, Late, Overlap::none>(window.terms, window.by, window.late) {}
  };

  template <class In>
  static consteval bool takes() {
    return detail::tells_time<By, In>() && detail::takes_late<Late, In>();
  }

  /// `f(T event)` is called with each event that came too late; copied for each stage, on its turn.
  template <class F>
  [[nodiscard]] auto on_late(F f) const {
    auto copy = *this;  // g++ 12 would clean up twice if a copy inside the braces threw
    FixedWindow<By, F> made{{}, {}, std::move(copy.terms), std::move(copy.by), std::move(f)};
    made.triggers = std::move(copy.triggers);
    return made;
  }

  /// The same window with wrap(by) in place of `by`.
  template <class Wrap>
  [[nodiscard]] auto asking(Wrap wrap) const {
    auto copy = *this;  // g++ 12 would clean up twice if a copy inside the braces threw
    auto asked = wrap(by);
    FixedWindow<decltype(asked), Late> made{
        {}, {}, std::move(copy.terms), std::move(asked), std::move(copy.late)};
    made.triggers = std::move(copy.triggers);
    return made;
  }

  AlignedTerms terms;
  By by;
  Late late;
};

namespace window {

/// Each stretch of `length` of event time is a window: 0 … length, length … 2 * length, from the epoch, also
/// before it; ids are their starts (flow.md §7.7). `by`: a pointer to member or a callable that answers the
/// event's std::chrono::sys_time, rounded down to milliseconds.
///
/// A window is done when all stages above have sent a time at its end or behind, or have ended; what comes
/// for it later is late: dropped and counted, or given to on_late. `allowed_lateness` keeps it open longer.
/// Keeps one state per open window. Throws OptionError for a length that is not a positive number of whole
/// milliseconds. `window::fixed(1min, &Order::at, {.allowed_lateness = 5s})`
template <class By>
[[nodiscard]] auto fixed(Duration length, By by, AlignedOptions options = {}) {
  const Millis size = whole_millis("fixed", length);
  check(options);
  FixedWindow<By> made{
      {}, {}, {WindowKind::fixed, TimeGrid(size, size), std::move(options)}, std::move(by), DropLate{}};
  made.triggers = std::move(made.terms.options.trigger);
  return made;
}

}  // namespace window
}  // namespace sluice::inline v0::flow
