#pragma once

#include <cstdint>
#include <string_view>

#include "sluice/core/time.hpp"

/// What options are checked by.
namespace sluice::inline v0::overload::detail {

/// Throws OptionError unless an event of this cost can ever pass; `bound` is the name of what forbids it.
void check_cost(std::uint64_t cost, std::uint64_t most, std::string_view bound);

/// Throws OptionError naming the field unless the duration is positive.
void check_positive(Duration duration, const char* field);
/// Throws OptionError naming the field unless 1 <= value <= unlimited.
void check_count(std::uint64_t value, const char* field);
/// Throws OptionError naming the field unless 1 <= least <= initial <= most.
void check_range(std::uint64_t least, std::uint64_t initial, std::uint64_t most);
/// Throws OptionError naming the field unless it is above 0 and at most 1.
void check_share(double share, const char* field);

}  // namespace sluice::inline v0::overload::detail
