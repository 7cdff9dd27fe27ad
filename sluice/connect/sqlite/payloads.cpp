#include "sluice/connect/sqlite/payloads.hpp"

#include <bit>

#include "sluice/core/hash.hpp"

namespace sluice::inline v0::sqlite {

std::int64_t checksum(BytesView payload) noexcept {
  return std::bit_cast<std::int64_t>(hash_bytes(payload.data(), payload.size()));
}

std::optional<Bytes> read_payload(const Query& row, int column) {
  const BytesView bytes = row.bytes(column + 1);
  if (checksum(bytes) != row.number(column)) return std::nullopt;
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace sluice::inline v0::sqlite
