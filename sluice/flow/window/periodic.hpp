#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "sluice/flow/window/trigger_by.hpp"

namespace sluice::inline v0::flow {

/// See window::periodic().
struct PeriodicWindow : WindowOperator, Triggerable<PeriodicWindow> {
  static void note(Notes& notes) { notes.add("window::periodic").ends_windows(); }
  Duration length = {};

  template <class T, class Pane>
  class Machine {
   public:
    explicit Machine(const PeriodicWindow& window) : length_(window.length) {}

    template <class Run>
    void begin(Run& run) {
      pane_.emplace(run.open({WindowKind::periodic, 0}));
      end_ = after(run.now(), length_);
      run.alarm_in(length_, 0);
    }
    void opened(SubscriptionId /*from*/) {}
    template <class Run>
    void events(std::span<T> events, SubscriptionId /*from*/, Run& run) {
      run.reduce(*pane_, events);
    }
    template <class Run>
    void batch_end(SubscriptionId /*from*/, Run& /*run*/) {}
    template <class Run>
    void closed(SubscriptionId /*from*/, Run& /*run*/) {}
    template <class Run>
    void alarm(std::int64_t /*key*/, Run& run) {
      if (!pane_) return;
      const std::int64_t number = pane_->id.number;
      run.done(*pane_);
      pane_.emplace(run.open({WindowKind::periodic, number + 1}));
      arm(run);
    }
    template <class Run>
    void finish(Run& run) {
      run.done(*pane_);
      pane_.reset();
    }
    template <class F>
    void each_open(F f) {
      if (pane_) f(*pane_);
    }

   private:
    /// At the next end counted from the start; from now, if that was missed.
    template <class Run>
    void arm(Run& run) {
      const Instant now = run.now();
      end_ = after(end_, length_);
      if (end_ <= now) end_ = after(now, length_);
      run.alarm_in(end_ - now, 0);
    }

    Duration length_;
    Instant end_ = {};
    std::optional<Pane> pane_;
  };
};

namespace window {

struct PeriodicOptions {
  Triggers trigger = {};
};

/// Each `length` of the runtime's clock is a window, numbered from the start of each stage; also those
/// without events fire `done` (flow.md F7.12). Throws OptionError unless the length is positive.
[[nodiscard]] PeriodicWindow periodic(Duration length, PeriodicOptions options = {});

}  // namespace window
}  // namespace sluice::inline v0::flow
