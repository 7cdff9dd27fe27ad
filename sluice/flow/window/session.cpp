#include "sluice/flow/window/session.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <stdexcept>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

void check(const SessionOptions& options) {
  static_cast<void>(lateness_of(options.allowed_lateness));
  if (options.idle_after <= Duration::zero())
    throw OptionError("idle_after", fmt::format("must be positive, got {}", options.idle_after));
  if (!options.trigger.periods.empty()) {
    throw OptionError("trigger",
                      fmt::format("a session has no state to fire before it closes, got periodically({})",
                                  options.trigger.periods.front()));
  }
}

void note_sessions(Note& window, const SessionOptions& options, bool drops_late) {
  window.ends_windows();
  if (options.allowed_lateness == forever) {
    window.keeps_all("all events");
  } else {
    window.keeps("the events of open sessions");
  }
  if (drops_late) window.drops("events that come too late");
}

void detail::refuse_session_key() {
  throw std::invalid_argument(
      "session: a key is not equal to itself, such as NaN; no other event could share it");
}

}  // namespace sluice::inline v0::flow
