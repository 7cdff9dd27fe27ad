#pragma once

#include <cstdint>

namespace sluice::inline v0::overload::detail {

/// Throws OptionError naming the field unless 1 <= least <= initial <= most.
void check_range(std::uint64_t least, std::uint64_t initial, std::uint64_t most);
/// Throws OptionError naming the field unless it is above 0 and at most 1.
void check_share(double share, const char* field);

}  // namespace sluice::inline v0::overload::detail
