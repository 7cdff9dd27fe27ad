#include "sluice/flow/window/event_time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

namespace {

[[nodiscard]] Millis exact_millis(const char* field, Duration length) {
  const auto millis = std::chrono::floor<Millis>(length);
  if (millis != length)
    throw OptionError(field,
                      fmt::format("must be whole milliseconds, as the times of events are, got {}", length));
  return millis;
}

}  // namespace

Millis whole_millis(const char* field, Duration length) {
  if (length <= Duration::zero()) throw OptionError(field, fmt::format("must be positive, got {}", length));
  return exact_millis(field, length);
}

Millis lateness_of(Duration allowed) {
  if (allowed < Duration::zero())
    throw OptionError("allowed_lateness", fmt::format("must not be negative, got {}", allowed));
  return allowed == forever ? furthest : exact_millis("allowed_lateness", allowed);
}

}  // namespace sluice::inline v0::flow
