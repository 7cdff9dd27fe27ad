#include "sluice/connect/sqlite/queue_error.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::inline v0::sqlite {

QueueError::QueueError(Kind kind, std::string path, std::string text)
    : std::runtime_error(fmt::format("{}: {}: {}", path, to_string(kind), text)),
      kind_(kind),
      path_(std::move(path)),
      text_(std::move(text)) {}

std::string_view to_string(QueueError::Kind kind) noexcept {
  switch (kind) {
    case QueueError::Kind::locked: return "locked";
    case QueueError::Kind::read_only: return "read only";
    case QueueError::Kind::cannot_open: return "cannot open";
    case QueueError::Kind::foreign: return "not a queue file";
    case QueueError::Kind::too_new: return "made by a newer version";
    case QueueError::Kind::corrupt: return "corrupt";
    case QueueError::Kind::disk_full: return "disk full";
    case QueueError::Kind::io: return "input/output error";
    case QueueError::Kind::sql: return "SQL";
  }
  return "error";
}

}  // namespace sluice::inline v0::sqlite
