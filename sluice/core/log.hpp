#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sluice::inline v0 {

enum class Severity : unsigned char { info, warning, error };

[[nodiscard]] constexpr std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::info: return "info";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "unknown";
}

/// One line a runtime wants to be known.
struct LogRecord {
  Severity severity = Severity::info;
  std::string stage = {};  ///< name, or "#id" of a nameless one; empty: the runtime itself
  std::string text = {};
};

/// Receives every record. Thread rule: called from any thread, several at once; must not throw or block for
/// long.
using LogSink = std::function<void(const LogRecord&)>;

}  // namespace sluice::inline v0
