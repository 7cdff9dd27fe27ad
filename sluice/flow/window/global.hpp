#pragma once

#include <optional>
#include <utility>

#include "sluice/flow/window/trigger_by.hpp"

namespace sluice::inline v0::flow {

/// See window::global().
struct GlobalWindow : WindowOperator, Triggerable<GlobalWindow> {
  static void note(Notes& notes) { notes.add("window::global"); }
  template <class T, class Pane>
  class Machine {
   public:
    explicit Machine(const GlobalWindow& /*window*/) {}

    template <class Run>
    void begin(Run& run) {
      pane_.emplace(run.open({WindowKind::global}));
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
    void alarm(std::int64_t /*key*/, Run& /*run*/) {}
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
    std::optional<Pane> pane_;
  };
};

namespace window {

struct GlobalOptions {
  Triggers trigger = {};
};

/// One window that ends when all sources have (flow.md §7.4): what a layer has without a window, plus
/// triggers.
[[nodiscard]] inline GlobalWindow global(GlobalOptions options = {}) {
  GlobalWindow made;
  made.triggers = std::move(options.trigger);
  return made;
}

}  // namespace window
}  // namespace sluice::inline v0::flow
