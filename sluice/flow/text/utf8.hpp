#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::inline v0::flow {

/// Where the first bytes are that are no UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing beyond
/// U+10FFFF, nothing cut off); npos: there are none.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view bytes) noexcept;

}  // namespace sluice::inline v0::flow
