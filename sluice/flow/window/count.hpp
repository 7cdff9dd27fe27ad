#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "sluice/core/errors.hpp"
#include "sluice/flow/window/trigger_by.hpp"

namespace sluice::inline v0::flow {

/// See window::count().
struct CountWindow : WindowOperator, Triggerable<CountWindow> {
  static void note(Notes& notes) { notes.add("window::count").ends_windows(); }
  std::uint64_t size = 1;

  template <class T, class Pane>
  class Machine {
   public:
    explicit Machine(const CountWindow& window) : size_(window.size) {}

    template <class Run>
    void begin(Run& run) {
      pane_.emplace(run.open({WindowKind::count, 0}));
    }
    void opened(SubscriptionId /*from*/) {}
    template <class Run>
    void events(std::span<T> events, SubscriptionId /*from*/, Run& run) {
      while (!events.empty()) {
        const auto fit = static_cast<std::size_t>(std::min<std::uint64_t>(size_ - seen_, events.size()));
        run.reduce(*pane_, events.first(fit));
        events = events.subspan(fit);
        seen_ += fit;
        if (seen_ == size_) next(run);
      }
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
    template <class Run>
    void next(Run& run) {
      const std::int64_t number = pane_->id.number;
      run.done(*pane_);
      pane_.emplace(run.open({WindowKind::count, number + 1}));
      seen_ = 0;
    }

    std::uint64_t size_;
    std::uint64_t seen_ = 0;
    std::optional<Pane> pane_;
  };
};

namespace window {

struct CountOptions {
  Triggers trigger = {};
};

/// Each n events of a stage are a window; the last one may hold fewer, or none (flow.md F7.11). Throws
/// OptionError for 0.
[[nodiscard]] inline CountWindow count(std::uint64_t n, CountOptions options = {}) {
  if (n == 0) throw OptionError("count", "must be at least 1, got 0");
  CountWindow made;
  made.triggers = std::move(options.trigger);
  made.size = n;
  return made;
}

}  // namespace window
}  // namespace sluice::inline v0::flow
