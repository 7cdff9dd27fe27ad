#include "sluice/flow/text/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace sluice::inline v0::flow {

namespace {

/// How many of the bytes, from the start, are plain ASCII: at least as many as a look at eight at once finds.
std::size_t ascii_prefix(const char* first, std::size_t size) noexcept {
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
  std::size_t at = 0;
  for (std::uint64_t eight = 0; size - at >= sizeof eight; at += sizeof eight) {
    std::memcpy(&eight, first + at, sizeof eight);
    if ((eight & high_bits) != 0) break;
  }
  return at;
}

bool between(unsigned char byte, unsigned low, unsigned high) noexcept { return byte >= low && byte <= high; }

bool continues(const unsigned char* bytes, std::size_t count) noexcept {
  for (std::size_t i = 0; i != count; ++i) {
    if (!between(bytes[i], 0x80, 0xBF)) return false;
  }
  return true;
}

/// Bytes of the character that `bytes` start with; 0: none. RFC 3629, section 4.
std::size_t character(const unsigned char* bytes, std::size_t size) noexcept {
  const unsigned char lead = bytes[0];
  if (lead < 0x80) return 1;
  if (between(lead, 0xC2, 0xDF)) return size >= 2 && continues(bytes + 1, 1) ? 2 : 0;
  if (between(lead, 0xE0, 0xEF)) {
    if (size < 3 || !between(bytes[1], lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF)) return 0;
    return continues(bytes + 2, 1) ? 3 : 0;
  }
  if (between(lead, 0xF0, 0xF4)) {
    if (size < 4 || !between(bytes[1], lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF)) return 0;
    return continues(bytes + 2, 2) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view bytes) noexcept {
  std::size_t at = 0;
  while (at != bytes.size()) {
    at += ascii_prefix(bytes.data() + at, bytes.size() - at);
    if (at == bytes.size()) break;
    const std::size_t length =
        character(reinterpret_cast<const unsigned char*>(bytes.data() + at), bytes.size() - at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

}  // namespace sluice::inline v0::flow
