#pragma once

#include <cstddef>

#include "sluice/core/options.hpp"
#include "sluice/dispatch/dispatcher.hpp"
#include "sluice/flow/text/text.hpp"
#include "sluice/stage/from_range.hpp"

namespace sluice::inline v0::flow {

/// What ends a line, and is not part of it.
enum class LineEnd : unsigned char {
  lf,    ///< a newline; a carriage return is a character like any other
  crlf,  ///< a newline, and one carriage return before it if there is one; at the end of the text too
};

/// What is asked of the bytes.
enum class Encoding : unsigned char {
  any,   ///< nothing
  utf8,  ///< they are UTF-8; the first bytes that are not end the reader with an error
};

/// Who reads.
enum class ReadAhead : unsigned char {
  automatic,  ///< a thread of its own, ahead of demand; nobody ahead in a simulation
  none,       ///< the stage itself, when it has demand and nothing left; blocks its worker
};

/// Whether a file is unpacked.
enum class Compression : unsigned char {
  by_name,  ///< gzip if its name ends in ".gz"
  none,
  gzip,
};

/// How a file is read.
struct LinesOptions {
  /// Bytes of a block; lines share the blocks they lie in. 1 … 1 GiB.
  std::size_t block = 256 * 1024;
  /// Blocks read ahead of demand, at most. At least 1.
  std::size_t ahead = 4;
  /// Bytes of a line, at most; a longer one is an error. 1 … 4 GiB - 1.
  std::size_t max_line = 64 * 1024 * 1024;
  LineEnd line_end = LineEnd::lf;
  Encoding encoding = Encoding::any;
  Compression compression = Compression::by_name;
  ReadAhead read_ahead = ReadAhead::automatic;
  OnLastCancel on_last_cancel = OnLastCancel::carry_on;
  DispatcherFor<Text> dispatcher = {};
  BufferOptions buffer = {};
  DemandFlow demand = DemandFlow::forward;
};
/// Throws OptionError naming the field, the bound and the value.
void check(const LinesOptions& options);

/// The part of the options that says what a line is.
struct LineRules {
  std::size_t max_line = 64 * 1024 * 1024;
  LineEnd line_end = LineEnd::lf;
  Encoding encoding = Encoding::any;
};
[[nodiscard]] LineRules rules_of(const LinesOptions& options) noexcept;

}  // namespace sluice::inline v0::flow
