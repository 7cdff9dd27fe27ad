#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sluice/connect/sqlite/sql_value.hpp"

namespace sluice::inline v0::sqlite {

class Database;

/// The transaction that acknowledges jobs, for statements of the user on tables of the user in the same file.
/// Lives as long as the function it was given to runs, on its thread. Statements are prepared once for the
/// same text; values come as parameters, `?` in the text. It may not begin, commit or roll back, attach other
/// files, set pragmas, or write to tables called sluice_…: throws QueueError(sql), as for any wrong
/// statement.
class Transaction {
 public:
  explicit Transaction(Database& database) noexcept : database_(database) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Runs one statement. Rows that it inserted, changed or removed. Throws QueueError, and OptionError where
  /// the number of parameters is not that of the statement.
  template <class... Values>
  std::uint64_t execute(std::string_view sql, const Values&... values) {
    const std::array<SqlParameter, sizeof...(Values)> parameters{sql_parameter(values)...};
    return execute_with(sql, parameters);
  }
  /// The rows of one statement, all of them in memory.
  template <class... Values>
  [[nodiscard]] std::vector<SqlRow> query(std::string_view sql, const Values&... values) {
    const std::array<SqlParameter, sizeof...(Values)> parameters{sql_parameter(values)...};
    return query_with(sql, parameters);
  }

  /// As above, for parameters whose number is known at run time only.
  std::uint64_t execute_with(std::string_view sql, std::span<const SqlParameter> parameters);
  [[nodiscard]] std::vector<SqlRow> query_with(std::string_view sql,
                                               std::span<const SqlParameter> parameters);

 private:
  Database& database_;
};

}  // namespace sluice::inline v0::sqlite
