#include "sluice/overload/latest_by_key.hpp"

#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const LatestOptions& options) { detail::check_count(options.max_keys, "max_keys"); }

}  // namespace sluice::inline v0::overload
