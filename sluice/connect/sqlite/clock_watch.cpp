#include "sluice/connect/sqlite/clock_watch.hpp"

namespace sluice::inline v0::sqlite {
namespace {

/// Steps back that are smaller need not be noticed: they lengthen a lease by no more than that.
constexpr Duration granularity = std::chrono::seconds(1);

WallTime latest(Database& database) {
  return to_time(database.number("SELECT value FROM sluice_number WHERE name = 'clock'"));
}

}  // namespace

bool ClockWatch::is_behind(WallTime now) { return now < latest(database_); }

void ClockWatch::settle(WallTime now) {
  if (!is_behind(now)) return;
  // Rare, so it may look at every job that waits.
  database_
      .query(
          "UPDATE sluice_job SET due = ?1 + (due - since), since = ?1 WHERE due IS NOT NULL AND since > ?1")
      .bind(to_number(now))
      .run();
  database_.query("UPDATE sluice_job SET ended = ?1 WHERE state IN (3, 4) AND ended > ?1")
      .bind(to_number(now))
      .run();
  remember(now);
}

void ClockWatch::note(WallTime now) {
  if (now >= later(latest(database_), granularity)) remember(now);
}

void ClockWatch::remember(WallTime now) {
  database_.query("UPDATE sluice_number SET value = ? WHERE name = 'clock'").bind(to_number(now)).run();
}

}  // namespace sluice::inline v0::sqlite
