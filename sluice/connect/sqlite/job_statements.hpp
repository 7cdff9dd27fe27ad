#pragma once

#include <string_view>

/// The statements of JobQueue. States as in schema.cpp: 0 ready, 1 scheduled, 2 leased, 3 dead, 4 done.
namespace sluice::inline v0::sqlite::statement {

inline constexpr std::string_view last_id = "SELECT value FROM sluice_number WHERE name = 'job'";
inline constexpr std::string_view set_last_id = "UPDATE sluice_number SET value = ? WHERE name = 'job'";
/// id, state, priority, due, key
inline constexpr std::string_view add_job =
    "INSERT INTO sluice_job (id, state, priority, due, key) VALUES (?, ?, ?, ?, ?)";
inline constexpr std::string_view job_of_key = "SELECT id FROM sluice_job WHERE key = ?";
inline constexpr std::string_view add_payload =
    "INSERT INTO sluice_payload (id, sum, bytes) VALUES (?, ?, ?)";
inline constexpr std::string_view payload_of = "SELECT sum, bytes FROM sluice_payload WHERE id = ?";
inline constexpr std::string_view remove_payload = "DELETE FROM sluice_payload WHERE id = ?";

/// now, limit of attempts
inline constexpr std::string_view bury_expired =
    "UPDATE sluice_job SET state = 3, due = NULL, since = NULL, ended = ?1, "
    "error = 'the lease of ' || worker || ' expired at attempt ' || attempt "
    "WHERE due <= ?1 AND state = 2 AND attempt >= ?2";
/// now
inline constexpr std::string_view make_ready =
    "UPDATE sluice_job SET state = 0, due = NULL, since = NULL WHERE due <= ?1";
/// now, deadline, worker, how many
inline constexpr std::string_view hand_out =
    "UPDATE sluice_job SET state = 2, since = ?1, due = ?2, worker = ?3, attempt = attempt + 1, "
    "handout = handout + 1 "
    "WHERE id IN (SELECT id FROM sluice_job WHERE state = 0 ORDER BY priority DESC, id LIMIT ?4) "
    "RETURNING id, handout, priority, attempt";

/// id, token, now, deadline
inline constexpr std::string_view extend =
    "UPDATE sluice_job SET since = ?3, due = ?4 WHERE id = ?1 AND handout = ?2 AND state = 2";
/// id, token
inline constexpr std::string_view remove_leased =
    "DELETE FROM sluice_job WHERE id = ?1 AND handout = ?2 AND state = 2";
/// id, token, now
inline constexpr std::string_view keep_leased =
    "UPDATE sluice_job SET state = 4, due = NULL, since = NULL, ended = ?3 "
    "WHERE id = ?1 AND handout = ?2 AND state = 2";
inline constexpr std::string_view count_done =
    "UPDATE sluice_number SET value = value + ? WHERE name = 'done'";

/// id, token
inline constexpr std::string_view attempt_of =
    "SELECT attempt FROM sluice_job WHERE id = ?1 AND handout = ?2 AND state = 2";
/// id, error, now
inline constexpr std::string_view bury =
    "UPDATE sluice_job SET state = 3, due = NULL, since = NULL, error = ?2, ended = ?3 WHERE id = ?1";
/// id, error, state, due, since
inline constexpr std::string_view retry =
    "UPDATE sluice_job SET state = ?3, due = ?4, since = ?5, error = ?2 WHERE id = ?1";

inline constexpr std::string_view dead =
    "SELECT id, priority, attempt, error, ended FROM sluice_job "
    "WHERE state = 3 AND ended IS NOT NULL ORDER BY ended, id LIMIT ?";
inline constexpr std::string_view revive =
    "UPDATE sluice_job SET state = 0, due = NULL, since = NULL, ended = NULL, attempt = 0 "
    "WHERE id = ? AND state IN (1, 3)";

/// now
inline constexpr std::string_view counts =
    "SELECT (SELECT count(*) FROM sluice_job WHERE state = 0), "
    "(SELECT count(*) FROM sluice_job WHERE due <= ?1 AND state = 1), "
    "(SELECT count(*) FROM sluice_job WHERE due > ?1 AND state = 1), "
    "(SELECT count(*) FROM sluice_job WHERE due IS NOT NULL AND state = 2), "
    "(SELECT count(*) FROM sluice_job WHERE state = 3 AND ended IS NOT NULL), "
    "(SELECT value FROM sluice_number WHERE name = 'done')";
inline constexpr std::string_view any_ready =
    "SELECT count(*) FROM (SELECT 1 FROM sluice_job WHERE state = 0 LIMIT 1)";
inline constexpr std::string_view first_due = "SELECT min(due) FROM sluice_job WHERE due IS NOT NULL";
/// now; as the next lease() will see it, see ClockWatch
inline constexpr std::string_view first_due_behind =
    "SELECT min(CASE WHEN since > ?1 THEN ?1 + (due - since) ELSE due END) FROM sluice_job WHERE due IS NOT "
    "NULL";

/// from before this, how many
inline constexpr std::string_view long_done =
    "SELECT id FROM sluice_job WHERE state = 4 AND ended < ?1 ORDER BY ended LIMIT ?2";
inline constexpr std::string_view remove_job = "DELETE FROM sluice_job WHERE id = ?";

}  // namespace sluice::inline v0::sqlite::statement
