#include "sluice/overload/bounds.hpp"

#include <fmt/format.h>

#include "sluice/core/count.hpp"
#include "sluice/core/errors.hpp"

namespace sluice::inline v0::overload::detail {

void check_cost(std::uint64_t cost, std::uint64_t most, std::string_view bound) {
  if (cost > most)
    throw OptionError("cost", fmt::format("must be at most {}, {}, got {}", bound, most, cost));
}

void check_positive(Duration duration, const char* field) {
  if (duration <= Duration::zero())
    throw OptionError(field, fmt::format("must be positive, got {} ns", duration.count()));
}

void check_count(std::uint64_t value, const char* field) {
  if (value == 0 || value > unlimited) {  // what becomes of a negative number
    throw OptionError(field, fmt::format("must be at least 1, got {}", static_cast<std::int64_t>(value)));
  }
}

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
