#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace bench {

/// Eight characters as a number, the first in its lowest byte.
inline std::uint64_t eight_characters(const char* text) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t characters = 0;
  std::memcpy(&characters, text, sizeof characters);
  return characters;
}

inline bool separates(char character) { return static_cast<unsigned char>(character) <= ' '; }

inline constexpr std::size_t block_size = 64;

/// A bit for each of the block's characters that separates words (space or below), the first one's lowest.
inline std::uint64_t separators_in(const char* block) {
  constexpr std::uint64_t each = 0x0101010101010101;
  constexpr std::uint64_t gather_top_bits = 0x0002040810204081;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < block_size; i += 8) {
    const std::uint64_t characters = eight_characters(block + i);
    const std::uint64_t letters = (characters & (each * 0x7f)) + each * (0x7f - ' ');
    const std::uint64_t separators = ~(letters | characters) & (each * 0x80);
    bits |= (separators * gather_top_bits >> 56) << i;
  }
  return bits;
}

/// Calls `handle` with each word. REQUIRES: a separator behind the last word, and block_size readable bytes
/// behind the text.
template <class Handle>
void for_each_word(std::string_view text, Handle handle) {
  const char* const end = text.data() + text.size();
  const char* word = text.data();
  for (const char* block = text.data(); block < end; block += block_size) {
    for (std::uint64_t bits = separators_in(block); bits != 0; bits &= bits - 1) {
      const char* const separator = block + std::countr_zero(bits);
      if (separator >= end) return;
      if (separator != word) handle(std::string_view(word, static_cast<std::size_t>(separator - word)));
      word = separator + 1;
    }
  }
}

/// Part `part` of `parts`, about equally large, cut behind separators. REQUIRES: the text ends with one.
inline std::string_view part_of(std::string_view text, std::size_t part, std::size_t parts) {
  const auto cut = [&](std::size_t place) {
    while (place != 0 && place < text.size() && !separates(text[place - 1])) ++place;
    return place;
  };
  const std::size_t begin = cut(text.size() / parts * part);
  const std::size_t end = part + 1 == parts ? text.size() : cut(text.size() / parts * (part + 1));
  return text.substr(begin, end - begin);
}

}  // namespace bench
