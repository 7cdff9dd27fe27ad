#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "sluice/core/count.hpp"
#include "sluice/flow/text/line_run.hpp"
#include "sluice/flow/text/lines_options.hpp"
#include "sluice/flow/text/text.hpp"
#include "sluice/flow/text/text_pieces.hpp"

namespace sluice::inline v0::flow {

/// Cuts runs of whole lines into lines. Copies nothing, and counts the pieces of a block in bulk.
class LineCutter {
 public:
  explicit LineCutter(LineEnd line_end) noexcept : line_end_(line_end) {}

  /// Only when it is empty.
  void start(LineRun run) noexcept {
    at_ = run.block->data() + run.first;
    end_ = run.block->data() + run.last;
    pieces_ = TextPieces(std::move(run.block), counted_at_once);
  }
  /// Whether there is no line left.
  [[nodiscard]] bool empty() const noexcept { return at_ == end_; }

  /// Calls `out(Text)` for the next `most` lines, or as many as there are; returns how many.
  template <class Out>
  Demand cut(Demand most, Out out) {
    const char* at = at_;  // registers: for all the compiler knows `out` might write to members
    const char* const end = end_;
    Demand count = 0;
    for (; count != most && at != end; ++count) {
      const auto* const newline =
          static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
      const char* const line_end = newline != nullptr ? newline : end;
      const char* const line = std::exchange(at, newline != nullptr ? newline + 1 : end);
      out(pieces_.piece(line, length(line, line_end)));
    }
    at_ = at;
    if (empty()) pieces_ = TextPieces();
    return count;
  }

 private:
  static constexpr std::uint32_t counted_at_once = 1024;

  [[nodiscard]] std::size_t length(const char* line, const char* line_end) const noexcept {
    const auto all = static_cast<std::size_t>(line_end - line);
    return line_end_ == LineEnd::crlf && all != 0 && line_end[-1] == '\r' ? all - 1 : all;
  }

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  TextPieces pieces_;
  LineEnd line_end_;
};

}  // namespace sluice::inline v0::flow
