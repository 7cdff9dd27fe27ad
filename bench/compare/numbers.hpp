#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/compare/work.hpp"

/// W8: the numbers 0, 1, 2, … each mapped, the multiples of seven kept, the kept ones added up.
namespace bench {

constexpr Event mapped(Event number) { return number * 3 + 1; }
constexpr bool is_kept(Event number) { return number % 7 == 0; }

/// The same for numbers from 0 on, by multiplication with 7's inverse modulo 2^64: multiples of seven land on
/// the quotients, everything else above them.
constexpr bool is_kept_by_multiplication(Event number) {
  constexpr std::uint64_t inverse_of_seven = 0x6db6db6db6db6db7;
  static_assert(7 * inverse_of_seven == 1);
  return static_cast<std::uint64_t>(number) * inverse_of_seven <= UINT64_MAX / 7;
}

/// 3x + 1 is a multiple of seven for x = 2, 9, 16, … : the sum of 7 + 21k over those.
constexpr std::uint64_t map_filter_checksum(std::uint64_t numbers) {
  const std::uint64_t kept = (numbers + 4) / 7;
  return 7 * kept + 21 * counter_sum(kept);
}

}  // namespace bench
