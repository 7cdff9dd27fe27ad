#pragma once

#include <cstddef>
#include <cstdint>

#include "sluice/core/count.hpp"
#include "sluice/core/time.hpp"

namespace sluice::inline v0::sqlite {

/// What a commit waits for. A process that is killed loses nothing either way.
enum class Synchronous : unsigned char {
  full,    ///< until the disk has it: a commit survives a power cut
  normal,  ///< until the system has it: a power cut takes back the last commits, the file stays sound
};

/// No payload may be larger than this, whatever the options say: SQLite's rows end at a billion bytes.
inline constexpr std::size_t largest_payload = std::size_t{512} << 20U;

/// What queues and logs say alike about their file. Each object that opens a file has its own.
struct FileOptions {
  Synchronous synchronous = Synchronous::full;
  /// How long a call waits for the locks of others. 0: not at all; at most a day.
  Duration busy_wait = std::chrono::seconds(5);
  /// Bytes of one payload; at least 1, at most `largest_payload`.
  std::size_t max_payload = std::size_t{16} << 20U;
  /// Bytes in use within the file; at least 1 MiB. More is not taken in; other calls may use a quarter
  /// more, so that a full file can be worked off. The write-ahead log beside the file is not counted.
  std::uint64_t max_size = unlimited;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const FileOptions& options);
/// Throws OptionError for a payload above max_payload; `index`: which one of the call.
void check_payload(const FileOptions& options, std::size_t size, std::size_t index);

}  // namespace sluice::inline v0::sqlite
