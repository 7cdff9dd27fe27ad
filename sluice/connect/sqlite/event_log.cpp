#include "sluice/connect/sqlite/event_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "sluice/connect/sqlite/database.hpp"
#include "sluice/connect/sqlite/payloads.hpp"
#include "sluice/connect/sqlite/schema.hpp"
#include "sluice/core/errors.hpp"

namespace sluice::inline v0::sqlite {
namespace {

constexpr std::size_t longest_name = 1024;

/// Also of a log that was trimmed to nothing.
constexpr std::string_view last_given = "SELECT value FROM sluice_number WHERE name = 'event'";

void check_name(std::string_view consumer) {
  if (!consumer.empty() && consumer.size() <= longest_name) return;
  throw OptionError("consumer", fmt::format("must be 1 to {} bytes, got {}", longest_name, consumer.size()));
}

}  // namespace

class EventLog::State {
 public:
  State(const std::filesystem::path& path, const EventLogOptions& options) : database_(path, options) {
    prepare_file(database_);
  }
  [[nodiscard]] Database& database() noexcept { return database_; }
  void set_position(std::string_view sql, std::string_view consumer, Sequence sequence);

 private:
  Database database_;
};

void EventLog::State::set_position(std::string_view sql, std::string_view consumer, Sequence sequence) {
  check_name(consumer);
  Writing writing(database_);
  const Sequence last = database_.number(last_given);
  if (sequence < 0 || sequence > last) {
    throw OptionError("sequence",
                      fmt::format("must be at least 0 and at most {}, the last one, got {}", last, sequence));
  }
  database_.query(sql).bind(consumer).bind(sequence).run();
  writing.commit();
}

EventLog::EventLog(const std::filesystem::path& path, EventLogOptions options)
    : state_(std::make_unique<State>(path, options)) {}

EventLog::~EventLog() = default;

SequenceRange EventLog::append(std::span<const BytesView> payloads) {
  Database& database = state_->database();
  for (std::size_t i = 0; i < payloads.size(); ++i) check_payload(database.options(), payloads[i].size(), i);
  if (payloads.empty()) return {};
  Writing writing(database);
  const Sequence before = database.number(last_given);
  Sequence last = before;
  for (const BytesView payload : payloads) {
    Query query = database.query("INSERT INTO sluice_event (seq, sum, bytes) VALUES (?, ?, ?)");
    query.bind(++last).bind(checksum(payload)).bind(payload).run();
  }
  database.query("UPDATE sluice_number SET value = ? WHERE name = 'event'").bind(last).run();
  database.check_room();
  writing.commit();
  return {.first = before + 1, .last = last};
}

SequenceRange EventLog::append(BytesView payload) { return append(std::span(&payload, 1)); }

std::vector<LoggedEvent> EventLog::read(Sequence after, std::size_t max) {
  if (max < 1) throw OptionError("max", "must be at least 1, got 0");
  Database& database = state_->database();
  std::vector<LoggedEvent> events;
  Query query = database.query("SELECT seq, sum, bytes FROM sluice_event WHERE seq > ? ORDER BY seq LIMIT ?");
  query.bind(after).bind(static_cast<std::int64_t>(std::min<std::uint64_t>(max, unlimited)));
  while (query.step() == Step::row) {
    std::optional<Bytes> payload = read_payload(query, 1);
    if (!payload && !events.empty()) break;
    if (!payload) {
      database.fail(QueueError::Kind::corrupt,
                    fmt::format("the payload of event {} is damaged", query.number(0)));
    }
    events.push_back({.sequence = query.number(0), .payload = std::move(*payload)});
  }
  return events;
}

SequenceRange EventLog::range() {
  Query query = state_->database().query(
      "SELECT (SELECT min(seq) FROM sluice_event), (SELECT max(seq) FROM sluice_event)");
  if (query.step() != Step::row) return {};
  return {.first = query.number(0), .last = query.number(1)};  // NULL reads as 0
}

void EventLog::commit(std::string_view consumer, Sequence sequence) {
  state_->set_position(
      "INSERT INTO sluice_consumer VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = max(seq, "
      "excluded.seq)",
      consumer, sequence);
}

void EventLog::rewind(std::string_view consumer, Sequence sequence) {
  state_->set_position(
      "INSERT INTO sluice_consumer VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
      consumer, sequence);
}

Sequence EventLog::position(std::string_view consumer) {
  check_name(consumer);
  Query query = state_->database().query("SELECT seq FROM sluice_consumer WHERE name = ?");
  return query.bind(consumer).step() == Step::row ? query.number(0) : 0;
}

std::size_t EventLog::trim(Sequence up_to) {
  Database& database = state_->database();
  Writing writing(database);
  database.query("DELETE FROM sluice_event WHERE seq <= ?").bind(up_to).run();
  const auto removed = static_cast<std::size_t>(database.changes());
  writing.commit();
  return removed;
}

void EventLog::verify() { state_->database().verify(); }

}  // namespace sluice::inline v0::sqlite
