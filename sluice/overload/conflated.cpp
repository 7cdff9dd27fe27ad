#include "sluice/overload/conflated.hpp"

#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const ConflateOptions& options) { detail::check_count(options.weight, "weight"); }

}  // namespace sluice::inline v0::overload
