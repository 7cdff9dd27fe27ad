#include "sluice/overload/limit_options.hpp"

#include <fmt/format.h>

#include "sluice/core/errors.hpp"
#include "sluice/overload/limiter.hpp"

namespace sluice::inline v0::overload::detail {

void check_range(std::uint64_t least, std::uint64_t initial, std::uint64_t most) {
  check_count(least, "least");
  check_count(most, "most");
  if (most < least) throw OptionError("most", fmt::format("must be at least least, {}, got {}", least, most));
  if (initial < least || initial > most)
    throw OptionError("initial", fmt::format("must be {} to {}, got {}", least, most, initial));
}

void check_share(double share, const char* field) {
  if (!(share > 0 && share <= 1))
    throw OptionError(field, fmt::format("must be above 0 and at most 1, got {}", share));
}

}  // namespace sluice::inline v0::overload::detail
