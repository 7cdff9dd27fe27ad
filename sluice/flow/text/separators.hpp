#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sluice::inline v0::flow {

/// A set of bytes that stand between words.
class Separators {
 public:
  constexpr explicit Separators(std::string_view bytes) noexcept {
    for (const char byte : bytes)
      bits_[index(byte)] |= std::uint64_t{1} << (static_cast<unsigned char>(byte) % 64);
  }
  /// Bit i of the result: whether byte i of these eight, counted from the lowest, is one.
  [[nodiscard]] constexpr std::uint64_t among(std::uint64_t eight) const noexcept {
    std::uint64_t found = 0;
    for (unsigned i = 0; i != 8; ++i) found |= has(static_cast<char>(eight >> (8 * i))) << i;
    return found;
  }

 private:
  static constexpr std::size_t index(char byte) noexcept { return static_cast<unsigned char>(byte) / 64; }
  [[nodiscard]] constexpr std::uint64_t has(char byte) const noexcept {
    return bits_[index(byte)] >> (static_cast<unsigned char>(byte) % 64) & 1;
  }

  std::array<std::uint64_t, 4> bits_ = {};
};

/// Space, tab, newline, vertical tab, form feed, carriage return.
struct Whitespace {
  /// As Separators::among, on all eight bytes at once: no sum carries into the next byte.
  [[nodiscard]] static constexpr std::uint64_t among(std::uint64_t eight) noexcept {
    constexpr std::uint64_t each = 0x0101'0101'0101'0101;
    constexpr std::uint64_t high = 0x80 * each;
    const std::uint64_t low = eight & ~high;
    const std::uint64_t from_tab = low + (0x80 - '\t') * each;
    const std::uint64_t beyond_return = low + (0x80 - '\r' - 1) * each;
    const std::uint64_t no_space = (low ^ ' ' * each) + ~high;
    const std::uint64_t found = ((from_tab & ~beyond_return) | ~no_space) & ~eight & high;
    return (found >> 7) * 0x0102'0408'1020'4080 >> 56;  // bit 8i + 7 becomes bit i
  }
};

namespace detail {

/// Up to eight bytes as a number, the first the lowest; the rest is 0.
[[nodiscard]] inline std::uint64_t load_bytes(const char* bytes, std::size_t size) noexcept {
  std::uint64_t eight = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&eight, bytes, size);
  } else {
    for (std::size_t i = 0; i != size; ++i)
      eight |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return eight;
}

/// Which of up to 64 bytes are separators, bit by bit; what is behind them counts as separators.
template <class Between>
[[nodiscard]] std::uint64_t find_separators(const Between& between, const char* bytes,
                                            std::size_t size) noexcept {
  std::uint64_t found = 0;
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) found |= between.among(load_bytes(bytes + at, 8)) << at;
  if (at == 64) return found;
  if (at != size) found |= between.among(load_bytes(bytes + at, size - at)) << at;
  return found | ~std::uint64_t{0} << size;
}

}  // namespace detail

}  // namespace sluice::inline v0::flow
