#include "sluice/flow/window/time_grid.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

namespace {

constexpr std::int64_t most_overlapping = 10'000;

}  // namespace

TimeGrid sliding_grid(Duration size, Duration step) {
  const Millis size_ms = whole_millis("size", size);
  const Millis step_ms = whole_millis("step", step);
  if (step > size) throw OptionError("step", fmt::format("must be at most the size, {}, got {}", size, step));
  if (size_ms.count() / step_ms.count() > most_overlapping) {
    throw OptionError("step", fmt::format("must let at most {} windows overlap, got {} for a size of {}",
                                          most_overlapping, step, size));
  }
  return {size_ms, step_ms};
}

}  // namespace sluice::inline v0::flow
