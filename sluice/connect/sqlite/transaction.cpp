#include "sluice/connect/sqlite/transaction.hpp"

#include <fmt/format.h>

#include <utility>

#include "sluice/connect/sqlite/database.hpp"
#include "sluice/core/errors.hpp"

namespace sluice::inline v0::sqlite {
namespace {

class AsUser {
 public:
  explicit AsUser(Database& database) : database_(database) {
    // A statement with ON CONFLICT ROLLBACK, or a full disk, can end it in the middle.
    if (!database.in_transaction()) database.fail(QueueError::Kind::sql, "the transaction was rolled back");
    database.set_author(Author::user);
  }
  AsUser(const AsUser&) = delete;
  AsUser& operator=(const AsUser&) = delete;
  ~AsUser() { database_.set_author(Author::library); }

 private:
  Database& database_;
};

void bind_all(Query& query, std::span<const SqlParameter> parameters) {
  if (query.parameters() != parameters.size()) {
    throw OptionError("parameters", fmt::format("must be {}, as in the statement, got {}", query.parameters(),
                                                parameters.size()));
  }
  for (const SqlParameter& parameter : parameters) query.bind(parameter);
}

}  // namespace

std::uint64_t Transaction::execute_with(std::string_view sql, std::span<const SqlParameter> parameters) {
  const AsUser as_user(database_);
  const std::int64_t before = database_.total_changes();
  Query query = database_.query(sql);
  bind_all(query, parameters);
  query.run();
  return database_.total_changes() == before ? 0 : static_cast<std::uint64_t>(database_.changes());
}

std::vector<SqlRow> Transaction::query_with(std::string_view sql, std::span<const SqlParameter> parameters) {
  const AsUser as_user(database_);
  Query query = database_.query(sql);
  bind_all(query, parameters);
  std::vector<SqlRow> rows;
  while (query.step() == Step::row) {
    SqlRow row;
    for (int column = 0; column < query.columns(); ++column) row.push_back(query.value(column));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace sluice::inline v0::sqlite
