#include "sluice/overload/expiry.hpp"

#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const ExpiryOptions& options) { detail::check_positive(options.time_to_live, "time_to_live"); }

Age age_of(Instant since, Instant now, const ExpiryOptions& options) noexcept {
  return now > after(since, options.time_to_live) ? Age::expired : Age::fresh;
}

}  // namespace sluice::inline v0::overload
