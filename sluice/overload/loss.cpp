#include "sluice/overload/loss.hpp"

#include <numeric>

namespace sluice::inline v0::overload {

std::string_view to_string(Loss loss) noexcept {
  static constexpr std::array<std::string_view, losses> names = {
      "arriving",  "oldest",  "youngest",   "cleared",  "too_heavy", "shrunk",
      "outranked", "expired", "overloaded", "replaced", "sampled"};
  return names[static_cast<std::size_t>(loss)];
}

std::uint64_t LossCounts::total() const noexcept {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

}  // namespace sluice::inline v0::overload
