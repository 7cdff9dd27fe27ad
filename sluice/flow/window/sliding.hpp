#pragma once

#include <concepts>
#include <utility>

#include "sluice/flow/window/aligned.hpp"
#include "sluice/flow/window/trigger_by.hpp"

namespace sluice::inline v0::flow {

/// See window::sliding().
template <class By, class Late = DropLate>
struct SlidingWindow : WindowOperator, Triggerable<SlidingWindow<By, Late>> {
  void note(Notes& notes) const {
    note_aligned(notes.add("window::sliding"), terms, std::same_as<Late, DropLate>);
  }
  template <class T, class Pane>
  class Machine : public AlignedMachine<T, Pane, By, Late, Overlap::some> {
   public:
    explicit Machine(const SlidingWindow& window)
        : AlignedMachine<T, Pane, By, Late, Overlap::some>(window.terms, window.by, window.late) {}
  };

  template <class In>
  static consteval bool takes() {
    static_assert(std::copyable<In>,
                  "sluice: an event of a sliding window belongs to several windows, so it must be copyable");
    return detail::tells_time<By, In>() && detail::takes_late<Late, In>() && std::copyable<In>;
  }

  /// `f(T event)` is called with a copy of each event that came too late for at least one of its windows; it
  /// is still in the others. Copied for each stage, on its turn.
  template <class F>
  [[nodiscard]] auto on_late(F f) const {
    auto copy = *this;  // g++ 12 would clean up twice if a copy inside the braces threw
    SlidingWindow<By, F> made{{}, {}, std::move(copy.terms), std::move(copy.by), std::move(f)};
    made.triggers = std::move(copy.triggers);
    return made;
  }

  /// The same window with wrap(by) in place of `by`.
  template <class Wrap>
  [[nodiscard]] auto asking(Wrap wrap) const {
    auto copy = *this;  // g++ 12 would clean up twice if a copy inside the braces threw
    auto asked = wrap(by);
    SlidingWindow<decltype(asked), Late> made{
        {}, {}, std::move(copy.terms), std::move(asked), std::move(copy.late)};
    made.triggers = std::move(copy.triggers);
    return made;
  }

  AlignedTerms terms;
  By by;
  Late late;
};

namespace window {

/// Windows of `size` of event time, one beginning each `step`: an event belongs to size / step of them, and
/// is copied for each. Everything else as in fixed(). Keeps one state per open window. Throws OptionError
/// unless both are positive numbers of whole milliseconds, `step` is at most `size`, and no more than 10,000
/// windows overlap.
template <class By>
[[nodiscard]] auto sliding(Duration size, Duration step, By by, AlignedOptions options = {}) {
  const TimeGrid grid = sliding_grid(size, step);
  check(options);
  SlidingWindow<By> made{{}, {}, {WindowKind::sliding, grid, std::move(options)}, std::move(by), DropLate{}};
  made.triggers = std::move(made.terms.options.trigger);
  return made;
}

}  // namespace window
}  // namespace sluice::inline v0::flow
