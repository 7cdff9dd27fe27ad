#include "sluice/flow/keyed_limits.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

void check(const KeyedLimits& limits) {
  if (limits.max_keys && *limits.max_keys == 0) throw OptionError("max_keys", "must be at least 1, got 0");
  if (limits.max_bytes && *limits.max_bytes == 0) throw OptionError("max_bytes", "must be at least 1, got 0");
  if (limits.expire_after && *limits.expire_after <= Duration::zero())
    throw OptionError("expire_after", fmt::format("must be positive, got {}", *limits.expire_after));
}

namespace detail {

void too_many_keys(const KeyedLimits& limits, std::size_t keys, std::size_t bytes) {
  throw KeyedStateFull(fmt::format("{}: another key came, and it holds {} already; max_keys is {}",
                                   limits.name, keys, limits.max_keys.value_or(0)),
                       keys, bytes);
}

void too_many_bytes(const KeyedLimits& limits, std::size_t keys, std::size_t bytes) {
  throw KeyedStateFull(fmt::format("{}: holds about {} bytes in {} keys; max_bytes is {}", limits.name, bytes,
                                   keys, limits.max_bytes.value_or(0)),
                       keys, bytes);
}

std::string state_name(std::string_view of, const std::string& name) {
  return name.empty() ? std::string(of) : fmt::format("{} \"{}\"", of, name);
}

}  // namespace detail
}  // namespace sluice::inline v0::flow
