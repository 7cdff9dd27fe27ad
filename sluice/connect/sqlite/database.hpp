#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sluice/connect/sqlite/bytes.hpp"
#include "sluice/connect/sqlite/file_options.hpp"
#include "sluice/connect/sqlite/queue_error.hpp"
#include "sluice/connect/sqlite/sql_value.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace sluice::inline v0::sqlite {

class Database;

/// What a step of a query came to.
enum class Step : unsigned char {
  row,   ///< a row can be read
  done,  ///< there is none any more
};

/// Whose statements are prepared and run.
enum class Author : unsigned char {
  library,  ///< ours: all is allowed
  user,     ///< no transactions, pragmas, other files; our tables only to read
};

/// A run of a prepared statement: bound from left to right, then stepped through. Texts and bytes that were
/// bound must live as long as it. One at a time for each statement.
class Query {
 public:
  Query(Database& database, sqlite3_stmt* statement) noexcept : database_(database), statement_(statement) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();  ///< the statement can be used again

  Query& bind(std::int64_t number);
  Query& bind(std::string_view text);
  Query& bind(BytesView bytes);
  Query& bind_null();
  Query& bind(const SqlParameter& value);
  [[nodiscard]] std::size_t parameters() const noexcept;

  [[nodiscard]] Step step();
  /// Steps until nothing is left.
  void run();

  // Of the row, columns from 0.
  [[nodiscard]] int columns() const noexcept;
  [[nodiscard]] std::int64_t number(int column) const noexcept;
  [[nodiscard]] std::string text(int column) const;
  /// Until the next step.
  [[nodiscard]] BytesView bytes(int column) const noexcept;
  [[nodiscard]] SqlValue value(int column) const;

 private:
  void must(int code);

  Database& database_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

/// One connection to a file, with its prepared statements. The only one who knows SQLite; its errors leave
/// here as QueueError. Not for several threads at once, not to be taken over a fork.
class Database {
 public:
  /// Opens or creates the file. Nothing is written. Throws QueueError.
  Database(const std::filesystem::path& path, const FileOptions& options);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// The statement, prepared once for the same text.
  [[nodiscard]] Query query(std::string_view sql) { return {*this, prepare(sql)}; }
  void run(std::string_view sql) { query(sql).run(); }
  /// The first column of the first row, 0 if there is none.
  [[nodiscard]] std::int64_t number(std::string_view sql);
  /// Runs statements that are not kept.
  void script(const char* statements);

  /// Rows that the last statement inserted, changed or removed.
  [[nodiscard]] std::int64_t changes() const noexcept;
  /// The same since the file was opened.
  [[nodiscard]] std::int64_t total_changes() const noexcept;
  [[nodiscard]] bool in_transaction() const noexcept;
  /// Whether others may write while this one reads, which is where the log is a file of its own.
  void use_write_ahead_log();

  [[nodiscard]] const FileOptions& options() const noexcept { return options_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Throws QueueError(corrupt) with what is damaged.
  void verify();
  /// Throws QueueError(disk_full) if more than max_size is in use, for what takes in more.
  void check_room();

  [[noreturn]] void fail(QueueError::Kind kind, std::string text) const;
  /// For what SQLite answered just now.
  [[noreturn]] void fail(int code) const;

  /// Who writes the statements from here on.
  void set_author(Author author) noexcept { author_ = author; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  using Statements = std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>>;

  static int wait_for_others(void* database, int times) noexcept;
  static int allows(void* database, int action, const char* first, const char* second, const char*,
                    const char*) noexcept;
  void open();
  void configure();
  [[nodiscard]] sqlite3_stmt* prepare(std::string_view sql);

  std::string path_;
  FileOptions options_;
  Author author_ = Author::library;
  std::int64_t waiting_since_ = 0;  // steady nanoseconds
  std::unique_ptr<sqlite3, Close> handle_;
  Statements ours_;
  Statements users_;
};

/// A transaction that writes, alone among all connections to the file. Rolled back unless committed.
class Writing {
 public:
  /// Waits for others. Throws QueueError; std::logic_error inside another one.
  explicit Writing(Database& database);
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;
  ~Writing();
  void commit();

 private:
  Database& database_;
};

}  // namespace sluice::inline v0::sqlite
