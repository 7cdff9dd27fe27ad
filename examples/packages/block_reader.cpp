#include "block_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace packages {

namespace {

/// So many bytes stay for the next look, because an empty line shows only together with the line before it.
constexpr std::size_t line_end = 2;

/// Behind the empty line that begins at `at` (a '\n' ends the line before it); 0: there is none.
std::size_t behind_empty_line(std::string_view text, std::size_t at) {
  if (at + 1 < text.size() && text[at + 1] == '\n') return at + 2;
  if (at + 2 < text.size() && text[at + 1] == '\r' && text[at + 2] == '\n') return at + 3;
  return 0;
}

std::size_t behind_last_empty_line(std::string_view text) {
  for (std::size_t at = text.rfind('\n'); at != text.npos;
       at = at == 0 ? text.npos : text.rfind('\n', at - 1)) {
    if (const std::size_t cut = behind_empty_line(text, at)) return cut;
  }
  return 0;
}

std::size_t behind_first_empty_line(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
    if (const std::size_t cut = behind_empty_line(text, at)) return cut;
  }
  return 0;
}

}  // namespace

std::optional<Block> BlockReader::next() {
  while (!ended_) {
    fill();
    const std::string_view text(bytes_.get(), size_);
    if (overlong_) {
      const std::size_t end = behind_first_empty_line(text);
      overlong_ = end == 0 && !pass_ended_;
      return cut(end != 0 ? end : size_ - (overlong_ ? line_end : 0), Block::Holds::rest);
    }
    if (pass_ended_) {  // a paragraph ends with its file
      pass_ended_ = false;
      ended_ = !input_.next_pass();
      if (size_ != 0) return cut(size_, Block::Holds::paragraphs);
    } else if (const std::size_t end = behind_last_empty_line(text)) {
      return cut(end, Block::Holds::paragraphs);
    } else if (size_ >= longest_paragraph) {
      overlong_ = true;
      return cut(size_ - line_end, Block::Holds::overlong);
    }
  }
  return std::nullopt;
}

/// Reads until there is no more room, or until the file is at its end.
void BlockReader::fill() {
  if (size_ == capacity_) make_room();
  while (!pass_ended_ && size_ != capacity_) {
    const std::size_t count = input_.read(bytes_.get() + size_, capacity_ - size_);
    size_ += count;
    pass_ended_ = count == 0;
  }
}

void BlockReader::make_room() {
  capacity_ = capacity_ == 0 ? block_size : 2 * capacity_;
  auto bigger = std::make_unique_for_overwrite<char[]>(capacity_);
  if (size_ != 0) std::memcpy(bigger.get(), bytes_.get(), size_);
  bytes_ = std::move(bigger);
}

/// The first `at` bytes as a block; the others begin the next one.
Block BlockReader::cut(std::size_t at, Block::Holds holds) {
  const std::size_t rest = size_ - at;
  capacity_ = std::max(block_size, 2 * rest);
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity_);
  if (rest != 0) std::memcpy(bytes.get(), bytes_.get() + at, rest);
  size_ = rest;
  return {std::exchange(bytes_, std::move(bytes)), at, blocks_++, holds};
}

}  // namespace packages
