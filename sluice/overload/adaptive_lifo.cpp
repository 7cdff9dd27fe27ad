#include "sluice/overload/adaptive_lifo.hpp"

#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const AdaptiveLifoOptions& options) { detail::check_positive(options.target, "target"); }

AdaptiveLifo::AdaptiveLifo(const AdaptiveLifoOptions& options) : target_(options.target) { check(options); }

End AdaptiveLifo::next(Duration oldest_waited) noexcept {
  if (oldest_waited > target_) end_ = End::youngest;
  return end_;
}

}  // namespace sluice::inline v0::overload
