#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "sluice/flow/text/block_store.hpp"
#include "sluice/flow/text/line_run.hpp"
#include "sluice/flow/text/lines_options.hpp"
#include "sluice/flow/text/text_error.hpp"

namespace sluice::inline v0::flow {

/// Puts bytes into blocks, and gives them out again as runs of whole lines: a line that crosses the end of a
/// block is moved to the start of the next one, a line that is longer than a block gets a block that it fits
/// in. Bytes in, lines out; knows no files and no threads.
///
/// 1. Once take() has nothing, at most max_line + 1 bytes wait, all of one line.
/// 2. Every line comes that precedes what is wrong.
class WholeLines {
 public:
  /// `file` is for messages.
  WholeLines(std::string file, LineRules rules, std::shared_ptr<BlockStore> store);

  /// Where the next bytes belong; never empty. Only when take() has nothing.
  [[nodiscard]] std::span<char> room();
  /// `count` bytes were written to the room.
  void filled(std::size_t count);
  /// No bytes will come: what is left is a line.
  void finish();
  /// Nothing: more bytes are needed, or the input is over. Throws TextError for a line that is too long or
  /// wrongly encoded.
  [[nodiscard]] std::optional<LineRun> take();

 private:
  void move_on();
  [[nodiscard]] bool used_up() const noexcept;
  /// The bytes from begin_ to `last` are whole lines.
  void found(std::size_t last);
  [[nodiscard]] std::string_view bytes(std::size_t first, std::size_t last) const noexcept;
  [[nodiscard]] std::size_t find_too_long(std::size_t first, std::size_t last) const noexcept;
  /// Something is wrong at `at`; lines that begin before it and end after it do not come.
  void wrong(std::size_t at, const std::string& problem);
  void too_long(std::size_t line);

  std::string file_;
  LineRules rules_;
  std::shared_ptr<BlockStore> store_;
  TextBlockPtr block_;
  std::size_t begin_ = 0;     // in the block: of the first line that was not found yet
  std::size_t end_ = 0;       // of the bytes there are
  std::uint64_t offset_ = 0;  // in the file, of the block's first byte
  std::optional<LineRun> run_;
  std::optional<TextError> error_;
};

}  // namespace sluice::inline v0::flow
