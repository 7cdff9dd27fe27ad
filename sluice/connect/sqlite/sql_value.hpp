#pragma once

#include <concepts>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sluice/connect/sqlite/bytes.hpp"

namespace sluice::inline v0::sqlite {

/// A parameter of a statement; std::monostate is NULL. Texts and bytes are looked at, not copied.
using SqlParameter = std::variant<std::monostate, std::int64_t, double, std::string_view, BytesView>;

/// A value of a result.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;
using SqlRow = std::vector<SqlValue>;

/// Throws std::out_of_range for an integer above 2^63 - 1.
template <std::integral Number>
[[nodiscard]] constexpr SqlParameter sql_parameter(Number number) {
  if (!std::in_range<std::int64_t>(number)) throw std::out_of_range("an SQL parameter is above 2^63 - 1");
  return static_cast<std::int64_t>(number);
}
template <class Value>
  requires(!std::integral<Value>)
[[nodiscard]] constexpr SqlParameter sql_parameter(const Value& value) {
  return SqlParameter(value);
}

}  // namespace sluice::inline v0::sqlite
