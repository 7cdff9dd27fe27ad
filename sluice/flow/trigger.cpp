#include "sluice/flow/trigger.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <string_view>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

namespace {

[[nodiscard]] std::string_view word_of(WindowKind kind) noexcept {
  switch (kind) {
    case WindowKind::global: return "global";
    case WindowKind::fixed: return "fixed";
    case WindowKind::count: return "count";
    case WindowKind::periodic: return "periodic";
    case WindowKind::sliding: return "sliding";
    case WindowKind::session: return "session";
  }
  return "unknown";
}

}  // namespace

std::string to_string(const WindowId& window) {
  if (window.kind == WindowKind::global) return std::string(word_of(window.kind));
  return fmt::format("{} {}", word_of(window.kind), window.number);
}

std::string to_string(const TriggerName& name) {
  switch (name.kind) {
    case TriggerName::Kind::done: return "done";
    case TriggerName::Kind::watermark: return "watermark";
    case TriggerName::Kind::every: return fmt::format("every {}", name.count);
    case TriggerName::Kind::periodically:
      return fmt::format("every {} ms", std::chrono::duration<double, std::milli>(name.period).count());
    case TriggerName::Kind::named: return name.text;
  }
  return "unknown";
}

Triggers operator+(Triggers a, Triggers b) {
  if (a.every && b.every) {
    throw OptionError("trigger",
                      fmt::format("a window counts events for one trigger, got every({}) and every({})",
                                  *a.every, *b.every));
  }
  if (b.every) a.every = b.every;
  a.periods.insert(a.periods.end(), b.periods.begin(), b.periods.end());
  return a;
}

Triggers every(std::uint64_t n) {
  if (n == 0) throw OptionError("every", "must be at least 1, got 0");
  return {.every = n};
}

Triggers periodically(Duration period) {
  if (period <= Duration::zero())
    throw OptionError("periodically", fmt::format("must be positive, got {}", period));
  return {.periods = {period}};
}

}  // namespace sluice::inline v0::flow
