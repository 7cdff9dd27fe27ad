#include "sluice/flow/text/whole_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "sluice/flow/text/utf8.hpp"

namespace sluice::inline v0::flow {

WholeLines::WholeLines(std::string file, LineRules rules, std::shared_ptr<BlockStore> store)
    : file_(std::move(file)), rules_(rules), store_(std::move(store)) {}

std::span<char> WholeLines::room() {
  if (used_up()) move_on();
  return {block_->data() + end_, block_->capacity() - end_};
}

/// A block is left behind when it is full, or nearly so and the rest is short; a large one as soon as the
/// long line in it is over.
bool WholeLines::used_up() const noexcept {
  if (!block_ || end_ == block_->capacity()) return true;
  if (begin_ == 0) return false;
  return block_->capacity() > store_->capacity() || block_->capacity() - end_ < block_->capacity() / 8;
}

void WholeLines::move_on() {
  const std::string_view rest = bytes(begin_, end_);
  TextBlockPtr next = store_->take(std::min(2 * rest.size(), rules_.max_line + 1));
  std::ranges::copy(rest, next->data());
  offset_ += begin_;
  end_ = rest.size();
  begin_ = 0;
  block_ = std::move(next);
}

std::string_view WholeLines::bytes(std::size_t first, std::size_t last) const noexcept {
  return block_ ? std::string_view(block_->data() + first, last - first) : std::string_view();
}

void WholeLines::filled(std::size_t count) {
  const std::size_t newline = bytes(end_, end_ + count).rfind('\n');
  const std::size_t before = std::exchange(end_, end_ + count);
  if (newline != std::string_view::npos) found(before + newline + 1);
  if (!error_ && end_ - begin_ > rules_.max_line) too_long(begin_);
}

void WholeLines::finish() {
  if (begin_ != end_) found(end_);
}

std::optional<LineRun> WholeLines::take() {
  if (!run_ && error_) throw TextError(*error_);
  return std::exchange(run_, std::nullopt);
}

void WholeLines::found(std::size_t last) {
  const std::size_t first = std::exchange(begin_, last);
  run_ = LineRun{block_, first, last};
  if (const std::size_t line = find_too_long(first, last); line != last) too_long(line);
  if (rules_.encoding == Encoding::utf8) {
    const std::size_t at = find_invalid_utf8(bytes(first, run_ ? run_->last : first));
    if (at != std::string_view::npos) wrong(first + at, "no UTF-8");
  }
}

/// The first line that is too long, or `last`. Lines can be only where a block may hold a longer one.
std::size_t WholeLines::find_too_long(std::size_t first, std::size_t last) const noexcept {
  if (last - first <= rules_.max_line) return last;
  while (first != last) {
    const std::size_t found = bytes(first, last).find('\n');
    const std::size_t length = std::min(found, last - first);
    if (length > rules_.max_line) return first;
    first = std::min(first + length + 1, last);
  }
  return last;
}

void WholeLines::too_long(std::size_t line) {
  wrong(line, fmt::format("a line is longer than max_line = {} bytes", rules_.max_line));
}

void WholeLines::wrong(std::size_t at, const std::string& problem) {
  error_.emplace(file_, offset_ + at, problem);
  if (!run_) return;
  const std::size_t newline = bytes(run_->first, std::min(at, run_->last)).rfind('\n');
  if (newline == std::string_view::npos) {
    run_.reset();
  } else {
    run_->last = run_->first + newline + 1;
  }
}

}  // namespace sluice::inline v0::flow
