#include "sluice/core/hash.hpp"

#include <xxhash.h>

#include <bit>
#include <cmath>
#include <limits>

namespace sluice::inline v0 {

std::uint64_t hash_bytes(const void* data, std::size_t size) noexcept { return XXH3_64bits(data, size); }

std::uint64_t hash_real(double value) noexcept {
  if (value == 0) value = 0.0;  // -0.0 is equal to it
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  return mix_bits(std::bit_cast<std::uint64_t>(value));
}

}  // namespace sluice::inline v0
