#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/flow/text/text_block.hpp"

namespace sluice::inline v0::flow {

/// A piece of text that shares the block it was read into: 16 bytes, never copies characters. The block lives
/// as long as any piece of it, so who keeps a few words of many lines for long copies them into strings.
/// Compares and hashes like a std::string_view. Thread rule: as a std::string; pieces of one block may live
/// on different threads.
class Text {
 public:
  /// Empty.
  Text() noexcept = default;
  /// Copied into a block of its own. Throws std::length_error for 4 GiB and more.
  explicit Text(std::string_view characters);
  Text(const Text& other) noexcept : block_(other.block_), offset_(other.offset_), size_(other.size_) {
    if (block_ != nullptr) block_->add_references(1);
  }
  Text(Text&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)),
        offset_(std::exchange(other.offset_, 0)),
        size_(std::exchange(other.size_, 0)) {}
  Text& operator=(const Text& other) noexcept {
    Text(other).swap(*this);
    return *this;
  }
  Text& operator=(Text&& other) noexcept {
    Text(std::move(other)).swap(*this);
    return *this;
  }
  ~Text() {
    if (block_ != nullptr) block_->drop_references(1);
  }

  [[nodiscard]] std::string_view view() const noexcept {
    return block_ != nullptr ? std::string_view(block_->data() + offset_, size_) : std::string_view();
  }
  operator std::string_view() const noexcept { return view(); }
  /// A copy of the characters.
  [[nodiscard]] std::string str() const { return std::string(view()); }
  [[nodiscard]] const char* data() const noexcept { return view().data(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] const char* begin() const noexcept { return view().data(); }
  [[nodiscard]] const char* end() const noexcept { return view().data() + size_; }

  /// A piece of this text, as a Text that shares its block: `line.part(line.view().substr(3))`. Throws
  /// std::out_of_range for characters that are not this text's.
  [[nodiscard]] Text part(std::string_view piece) const;

  void swap(Text& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(offset_, other.offset_);
    std::swap(size_, other.size_);
  }
  friend void swap(Text& a, Text& b) noexcept { a.swap(b); }

  friend bool operator==(const Text& a, const Text& b) noexcept { return a.view() == b.view(); }
  friend bool operator==(const Text& a, std::string_view b) noexcept { return a.view() == b; }
  friend auto operator<=>(const Text& a, const Text& b) noexcept { return a.view() <=> b.view(); }
  friend auto operator<=>(const Text& a, std::string_view b) noexcept { return a.view() <=> b; }
  /// To a stream, std::ostream or like it.
  template <class Stream>
    requires std::derived_from<Stream, typename Stream::ios_base>
  friend Stream& operator<<(Stream& to, const Text& text) {
    to << text.view();
    return to;
  }

 private:
  friend class TextPieces;
  /// Takes over a reference that was counted before.
  Text(TextBlock* block, std::size_t offset, std::size_t size) noexcept
      : block_(block), offset_(static_cast<std::uint32_t>(offset)), size_(static_cast<std::uint32_t>(size)) {}

  TextBlock* block_ = nullptr;  // null where size_ is 0
  std::uint32_t offset_ = 0;
  std::uint32_t size_ = 0;
};
static_assert(sizeof(Text) == 16);

}  // namespace sluice::inline v0::flow

/// Equal to that of a string with the same characters.
template <>
struct std::hash<sluice::flow::Text> {
  std::size_t operator()(const sluice::flow::Text& text) const noexcept {
    return std::hash<std::string_view>{}(text.view());
  }
};
