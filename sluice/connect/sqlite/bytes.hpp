#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::inline v0::sqlite {

/// What a job or an event carries. Nobody here looks into it.
using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;

/// The characters as they stand, which must outlive the result.
[[nodiscard]] inline BytesView bytes_of(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}
/// The other way round.
[[nodiscard]] inline std::string_view text_of(BytesView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace sluice::inline v0::sqlite
