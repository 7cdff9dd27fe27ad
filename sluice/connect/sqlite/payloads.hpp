#pragma once

#include <optional>

#include "sluice/connect/sqlite/bytes.hpp"
#include "sluice/connect/sqlite/database.hpp"

namespace sluice::inline v0::sqlite {

/// What is kept beside a payload, so that a damaged one is known: its XXH3.
[[nodiscard]] std::int64_t checksum(BytesView payload) noexcept;

/// A payload in the row of a query: its sum, and its bytes in the column after. None: it is damaged.
[[nodiscard]] std::optional<Bytes> read_payload(const Query& row, int column);

}  // namespace sluice::inline v0::sqlite
