#include "sluice/connect/sqlite/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <strings.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>
#include <variant>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::sqlite {
namespace {

/// Statements of users that are kept prepared; whoever writes values into their text fills this up.
constexpr std::size_t kept_of_users = 64;

QueueError::Kind kind_of(int code) noexcept {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return QueueError::Kind::locked;
    case SQLITE_READONLY: return QueueError::Kind::read_only;
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: return QueueError::Kind::cannot_open;
    case SQLITE_NOTADB: return QueueError::Kind::foreign;
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT: return QueueError::Kind::corrupt;
    case SQLITE_FULL: return QueueError::Kind::disk_full;
    case SQLITE_IOERR:
    case SQLITE_NOLFS: return QueueError::Kind::io;
    default: return QueueError::Kind::sql;
  }
}

std::int64_t steady_now() noexcept {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

bool is_ours(const char* name) noexcept { return name != nullptr && strncasecmp(name, "sluice_", 7) == 0; }

std::string name_of(const std::filesystem::path& path) {
  if (path.empty()) throw OptionError("path", "must not be empty");
  if (path.native().find('\0') != std::string::npos) throw OptionError("path", "must not contain a NUL");
  return std::filesystem::absolute(path).string();  // so that ":memory:" is a name like any other
}

}  // namespace

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::must(int code) {
  if (code != SQLITE_OK) database_.fail(code);
}

Query& Query::bind(std::int64_t number) {
  must(sqlite3_bind_int64(statement_, ++bound_, number));
  return *this;
}

Query& Query::bind(std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  must(sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Query& Query::bind(BytesView bytes) {
  const void* data = bytes.empty() ? "" : static_cast<const void*>(bytes.data());
  must(sqlite3_bind_blob64(statement_, ++bound_, data, bytes.size(), SQLITE_STATIC));
  return *this;
}

Query& Query::bind_null() {
  must(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

Query& Query::bind(const SqlParameter& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return bind(*number);
  if (const auto* text = std::get_if<std::string_view>(&value)) return bind(*text);
  if (const auto* bytes = std::get_if<BytesView>(&value)) return bind(*bytes);
  if (const auto* real = std::get_if<double>(&value)) {
    must(sqlite3_bind_double(statement_, ++bound_, *real));
    return *this;
  }
  return bind_null();
}

std::size_t Query::parameters() const noexcept {
  return static_cast<std::size_t>(sqlite3_bind_parameter_count(statement_));
}

Step Query::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return Step::row;
  if (code != SQLITE_DONE) database_.fail(code);
  return Step::done;
}

void Query::run() {
  while (step() == Step::row) {
  }
}

int Query::columns() const noexcept { return sqlite3_column_count(statement_); }

std::int64_t Query::number(int column) const noexcept { return sqlite3_column_int64(statement_, column); }

std::string Query::text(int column) const { return std::string(text_of(bytes(column))); }

BytesView Query::bytes(int column) const noexcept {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

SqlValue Query::value(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER: return number(column);
    case SQLITE_FLOAT: return sqlite3_column_double(statement_, column);
    case SQLITE_TEXT: return text(column);
    case SQLITE_BLOB: {
      const BytesView view = bytes(column);
      return Bytes(view.begin(), view.end());
    }
    default: return std::monostate();
  }
}

void Database::Close::operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }

void Database::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

Database::Database(const std::filesystem::path& path, const FileOptions& options)
    : path_(name_of(path)), options_(options) {
  check(options_);
  open();
  configure();
}

Database::~Database() = default;

void Database::open() {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path_.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);  // also one that could not be opened
  if (code != SQLITE_OK) fail(code);
  // SQLite opens what it may not write for reading, and would say so at the first write only.
  if (sqlite3_db_readonly(handle_.get(), "main") != 0) {
    fail(QueueError::Kind::read_only, "the file may not be written");
  }
}

void Database::configure() {
  sqlite3* const handle = handle_.get();
  sqlite3_busy_handler(handle, &Database::wait_for_others, this);
  sqlite3_set_authorizer(handle, &Database::allows, this);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  script("PRAGMA cell_size_check = ON");
}

void Database::use_write_ahead_log() {
  // SQLite does not wait for others when it changes the mode, for fear of two who wait for each other.
  const std::int64_t begun = steady_now();
  std::string mode;
  for (int times = 0; mode.empty(); ++times) {
    try {
      Query query = this->query("PRAGMA journal_mode = WAL");
      if (query.step() == Step::row) mode = query.text(0);
    } catch (const QueueError& error) {
      if (error.kind() != QueueError::Kind::locked) throw;
      waiting_since_ = begun;
      if (wait_for_others(this, times + 1) == 0) throw;
    }
  }
  if (mode != "wal") fail(QueueError::Kind::io, "there is no write-ahead log here, the mode is " + mode);
  script(options_.synchronous == Synchronous::full ? "PRAGMA synchronous = FULL"
                                                   : "PRAGMA synchronous = NORMAL");
  script("PRAGMA journal_size_limit = 67108864");
  if (options_.max_size == unlimited) return;
  const auto page = static_cast<std::uint64_t>(number("PRAGMA page_size"));
  const std::uint64_t pages =
      std::min<std::uint64_t>((options_.max_size + options_.max_size / 4) / page, 0xfffffffe);
  script(fmt::format("PRAGMA max_page_count = {}", pages).c_str());
}

sqlite3_stmt* Database::prepare(std::string_view sql) {
  Statements& kept = author_ == Author::user ? users_ : ours_;
  if (const auto found = kept.find(sql); found != kept.end()) return found->second.get();
  if (&kept == &users_ && kept.size() >= kept_of_users) kept.clear();
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, &rest);
  std::unique_ptr<sqlite3_stmt, Finalize> owned(statement);
  if (code != SQLITE_OK) fail(code);
  const std::string_view more(rest, static_cast<std::size_t>(sql.data() + sql.size() - rest));
  if (!owned || more.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    fail(QueueError::Kind::sql, "one statement at a time, got: " + std::string(sql));
  }
  return kept.emplace(sql, std::move(owned)).first->second.get();
}

std::int64_t Database::number(std::string_view sql) {
  Query query = this->query(sql);
  return query.step() == Step::row ? query.number(0) : 0;
}

void Database::script(const char* statements) {
  const int code = sqlite3_exec(handle_.get(), statements, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Database::changes() const noexcept { return sqlite3_changes64(handle_.get()); }

std::int64_t Database::total_changes() const noexcept { return sqlite3_total_changes64(handle_.get()); }

bool Database::in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }

void Database::verify() {
  std::string problems;
  Query query = this->query("PRAGMA integrity_check(10)");
  while (query.step() == Step::row) {
    if (!problems.empty()) problems += "; ";
    problems += query.text(0);
  }
  if (problems != "ok") fail(QueueError::Kind::corrupt, problems);
}

void Database::check_room() {
  if (options_.max_size == unlimited) return;
  const std::int64_t pages = number("PRAGMA page_count") - number("PRAGMA freelist_count");
  const auto used = static_cast<std::uint64_t>(pages * number("PRAGMA page_size"));
  if (used <= options_.max_size) return;
  fail(QueueError::Kind::disk_full,
       fmt::format("{} bytes would be in use, max_size is {}", used, options_.max_size));
}

void Database::fail(QueueError::Kind kind, std::string text) const {
  throw QueueError(kind, path_, std::move(text));
}

void Database::fail(int code) const {
  if ((code & 0xff) == SQLITE_NOMEM) throw std::bad_alloc();
  const char* const text = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  QueueError::Kind kind = kind_of(code);
  // Our own statements are right: if one fails, the tables are not what they were.
  if (kind == QueueError::Kind::sql && author_ == Author::library) kind = QueueError::Kind::corrupt;
  const char* const advice = kind == QueueError::Kind::cannot_open
                                 ? "; its folder must be there and writable, for the files beside it too"
                                 : "";
  fail(kind, fmt::format("{} (SQLite {}){}", text, code, advice));
}

/// Called by SQLite while others hold a lock, `times` before now in a row. Pauses are short, so that a lock
/// that is free is taken before long: SQLite's own grow to 100 ms.
int Database::wait_for_others(void* database, int times) noexcept {
  auto& self = *static_cast<Database*>(database);
  const std::int64_t now = steady_now();
  if (times == 0) self.waiting_since_ = now;
  const std::int64_t left = self.options_.busy_wait.count() - (now - self.waiting_since_);
  if (left <= 0) return 0;
  const std::int64_t pause = std::int64_t{100'000} << std::min(times, 6);
  std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(pause, left)));
  return 1;
}

/// Asked by SQLite for every statement that it prepares, also anew because the tables have changed.
int Database::allows(void* database, int action, const char* first, const char* second, const char*,
                     const char*) noexcept {
  if (static_cast<Database*>(database)->author_ == Author::library) return SQLITE_OK;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_PRAGMA:
    case SQLITE_ATTACH:
    case SQLITE_DETACH: return SQLITE_DENY;
    default: return is_ours(first) || is_ours(second) ? SQLITE_DENY : SQLITE_OK;
  }
}

Writing::Writing(Database& database) : database_(database) {
  if (database_.in_transaction()) throw std::logic_error("JobQueue: called inside ack_with");
  database_.run("BEGIN IMMEDIATE");
}

Writing::~Writing() {
  if (!database_.in_transaction()) return;  // committed, or rolled back by SQLite
  try {
    database_.run("ROLLBACK");
  } catch (const std::exception&) {
    // Closing the connection, or the next start of a process, rolls back what this could not.
  }
}

void Writing::commit() { database_.run("COMMIT"); }

}  // namespace sluice::inline v0::sqlite
