#include "sluice/flow/window/aligned.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

void check(const AlignedOptions& options) {
  static_cast<void>(lateness_of(options.allowed_lateness));
  if (options.idle_after <= Duration::zero())
    throw OptionError("idle_after", fmt::format("must be positive, got {}", options.idle_after));
}

void note_aligned(Note& window, const AlignedTerms& terms, bool drops_late) {
  window.ends_windows();
  if (terms.options.allowed_lateness == forever) {
    window.keeps_all("a state for each window");
  } else {
    window.keeps("a state for each open window");
  }
  if (drops_late) window.drops("events that come too late");
}

std::string detail::gap_warning(const AlignedOptions& options, EventTime from, EventTime to,
                                std::uint64_t windows) {
  return fmt::format(
      "max_gap_windows: {} empty windows from {} ms to {} ms do not fire, as they are more than {}; see "
      "Gaps::skip",
      windows, from.time_since_epoch().count(), to.time_since_epoch().count(), options.max_gap_windows);
}

}  // namespace sluice::inline v0::flow
