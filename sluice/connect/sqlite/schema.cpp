#include "sluice/connect/sqlite/schema.hpp"

#include <fmt/format.h>

#include <string_view>

namespace sluice::inline v0::sqlite {
namespace {

constexpr std::int64_t application_id = 0x534c4351;  // "SLCQ"
constexpr std::int64_t version = 1;

/// States: 0 ready, 1 scheduled, 2 leased, 3 dead, 4 done.
/// due: when a scheduled job becomes ready, or a lease expires; NULL in other states.
/// since: when due was set, if it was meant as a time from then on; NULL where it was meant as an instant.
/// attempt: hand-outs that count against the limit. handout: all of them, which is the token of a lease.
/// ended: when it became dead or done.
/// sluice_number: the latest time that counted (see ClockWatch), jobs done, and the last ids given:
/// AUTOINCREMENT would write them for every row. Payloads have a table of their own, so that a change of
/// state does not write them again. sum: their XXH3.
constexpr const char* tables = R"(
CREATE TABLE sluice_job (
  id INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  due INTEGER,
  since INTEGER,
  attempt INTEGER NOT NULL DEFAULT 0,
  handout INTEGER NOT NULL DEFAULT 0,
  ended INTEGER,
  key TEXT,
  worker TEXT,
  error TEXT
);
CREATE INDEX sluice_job_ready ON sluice_job (priority DESC, id) WHERE state = 0;
CREATE INDEX sluice_job_due ON sluice_job (due, state) WHERE due IS NOT NULL;
CREATE INDEX sluice_job_ended ON sluice_job (state, ended) WHERE ended IS NOT NULL;
CREATE UNIQUE INDEX sluice_job_key ON sluice_job (key) WHERE key IS NOT NULL;
CREATE TABLE sluice_payload (id INTEGER PRIMARY KEY, sum INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE sluice_number (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO sluice_number VALUES ('clock', 0), ('done', 0), ('job', 0), ('event', 0);
CREATE TABLE sluice_event (seq INTEGER PRIMARY KEY, sum INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE sluice_consumer (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
)";

enum class Found : unsigned char {
  nothing,  ///< an empty file
  ours,     ///< with all tables
};

/// All in one statement: between two, another process may make the tables.
constexpr std::string_view look_at =
    "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM "
    "pragma_user_version), "
    "(SELECT count(*) FROM sqlite_schema)";

Found look(Database& database) {
  Query query = database.query(look_at);
  if (query.step() != Step::row) database.fail(QueueError::Kind::corrupt, "it does not say what it is");
  const std::int64_t id = query.number(0);
  const std::int64_t made_by = query.number(1);
  if (id == application_id && made_by <= version) return Found::ours;
  if (id == application_id) {
    database.fail(QueueError::Kind::too_new,
                  fmt::format("version {} of the file, {} is known here", made_by, version));
  }
  if (id == 0 && made_by == 0 && query.number(2) == 0) return Found::nothing;
  database.fail(QueueError::Kind::foreign,
                fmt::format("application_id is {}, a queue's is {}", id, application_id));
}

void create(Database& database) {
  Writing writing(database);
  if (look(database) == Found::ours) return;  // another process was faster
  database.script(tables);
  database.script(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, version).c_str());
  writing.commit();
}

}  // namespace

void prepare_file(Database& database) {
  const Found found = look(database);
  database.use_write_ahead_log();
  if (found == Found::nothing) create(database);
}

}  // namespace sluice::inline v0::sqlite
