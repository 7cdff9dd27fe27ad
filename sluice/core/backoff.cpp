#include "sluice/core/backoff.hpp"

#include <algorithm>

namespace sluice::inline v0 {

std::optional<Duration> Backoff::next(std::uint64_t drawn) noexcept {
  if (attempts_ >= options_.attempts) return std::nullopt;
  Duration delay = std::min(options_.first, options_.most);
  for (std::uint64_t i = 0; i < attempts_ && delay < options_.most; ++i)
    delay = delay > options_.most / 2 ? options_.most : delay * 2;
  ++attempts_;
  const double share = 0.8 + 0.4 * (static_cast<double>(drawn >> 11U) * 0x1.0p-53);
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::nano>(delay) * share);
}

}  // namespace sluice::inline v0
