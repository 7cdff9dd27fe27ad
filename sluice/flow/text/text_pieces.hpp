#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "sluice/flow/text/text.hpp"
#include "sluice/flow/text/text_block.hpp"

namespace sluice::inline v0::flow {

/// Makes many Texts of one block, and counts them in bulk: one atomic addition for up to `at_once` of them.
/// Keeps the block alive itself. Thread rule: one thread at a time.
class TextPieces {
 public:
  TextPieces() noexcept = default;
  explicit TextPieces(TextBlockPtr block, std::uint32_t at_once) noexcept
      : block_(block.release()), at_once_(at_once) {}
  /// Pieces of what this text refers to; only to be asked for some of a text that is not empty.
  TextPieces(const Text& text, std::uint32_t at_once) noexcept : block_(text.block_), at_once_(at_once) {
    if (block_ != nullptr) block_->add_references(1);
  }
  TextPieces(TextPieces&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)), at_once_(other.at_once_), counted_(other.counted_) {}
  TextPieces& operator=(TextPieces&& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(at_once_, other.at_once_);
    std::swap(counted_, other.counted_);
    return *this;
  }
  ~TextPieces() {
    if (block_ != nullptr) block_->drop_references(std::uint64_t{counted_} + 1);
  }

  /// The bytes of the block from `first` on. They start before 4 GiB, and are less than that.
  [[nodiscard]] Text piece(const char* first, std::size_t size) noexcept {
    if (size == 0) return {};
    if (counted_ == 0) {
      counted_ = at_once_;
      block_->add_references(at_once_);
    }
    --counted_;
    return {block_, static_cast<std::size_t>(first - block_->data()), size};
  }

 private:
  TextBlock* block_ = nullptr;
  std::uint32_t at_once_ = 1;
  std::uint32_t counted_ = 0;  // beyond the own reference, not yet in a Text
};

}  // namespace sluice::inline v0::flow
