#include "sluice/overload/keyed_limit.hpp"

#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const KeyedLimitOptions& options) { detail::check_count(options.max_keys, "max_keys"); }

}  // namespace sluice::inline v0::overload
