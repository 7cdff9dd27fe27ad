#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "sluice/connect/sqlite/bytes.hpp"
#include "sluice/connect/sqlite/event_log_options.hpp"
#include "sluice/connect/sqlite/queue_error.hpp"

namespace sluice::inline v0::sqlite {

/// The number of an event in its file: from 1, without gaps, never given twice. 0: before the first.
using Sequence = std::int64_t;

struct LoggedEvent {
  Sequence sequence = 0;
  Bytes payload = {};
};

/// Which events are in a log, or were appended; both 0: none.
struct SequenceRange {
  Sequence first = 0;
  Sequence last = 0;

  friend bool operator==(const SequenceRange&, const SequenceRange&) = default;
};

/// A log of events in a file, which may be the file of a JobQueue: appended at its end, read from anywhere by
/// any number of consumers, who keep their positions in it. Threads, processes and transactions: as JobQueue.
class EventLog {
 public:
  /// Opens the file or makes it; its folder must be there. Throws OptionError and QueueError.
  explicit EventLog(const std::filesystem::path& path, EventLogOptions options = {});
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  ~EventLog();

  /// Appends all or none. Throws OptionError for a payload above max_payload, QueueError(disk_full) above
  /// max_size.
  SequenceRange append(std::span<const BytesView> payloads);
  SequenceRange append(BytesView payload);

  /// Up to `max` events after this number, in order; what was trimmed is left out. Ends before a damaged
  /// event; throws QueueError(corrupt) if that is the first one: reading goes on after its number.
  [[nodiscard]] std::vector<LoggedEvent> read(Sequence after, std::size_t max);
  /// The events that can be read.
  [[nodiscard]] SequenceRange range();

  /// The consumer is through with all up to this one. Never goes back: a lower number changes nothing. Throws
  /// OptionError for a number that was not given yet, or a name that is empty or above 1,024 bytes.
  void commit(std::string_view consumer, Sequence sequence);
  /// As commit, and goes back too: to read again.
  void rewind(std::string_view consumer, Sequence sequence);
  /// What was committed last; 0 for a consumer that never did.
  [[nodiscard]] Sequence position(std::string_view consumer);

  /// Removes the events up to this one, whoever has read them or not. How many.
  std::size_t trim(Sequence up_to);
  /// Reads the whole file. Throws QueueError(corrupt) that tells what is damaged.
  void verify();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::inline v0::sqlite
