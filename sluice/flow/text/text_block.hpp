#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace sluice::inline v0::flow {

class BlockStore;
class TextBlockPtr;

/// Bytes that many pieces of text refer to. Written by the one who fills it, read by all who hold a piece.
///
/// Thread rule: counting from any thread. Bytes that a piece refers to are never written again; the rest
/// belongs to the thread that fills the block.
class TextBlock {
 public:
  TextBlock(const TextBlock&) = delete;
  TextBlock& operator=(const TextBlock&) = delete;

  /// A block with one reference. Throws std::bad_alloc.
  [[nodiscard]] static TextBlockPtr make(std::size_t capacity);

  [[nodiscard]] char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] const char* data() const noexcept { return reinterpret_cast<const char*>(this + 1); }
  /// Bytes.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// By somebody who holds a reference already.
  void add_references(std::uint64_t count) noexcept {
    references_.fetch_add(count, std::memory_order_relaxed);
  }
  void drop_references(std::uint64_t count) noexcept {
    if (references_.load(std::memory_order_acquire) == count ||
        references_.fetch_sub(count, std::memory_order_acq_rel) == count) {
      let_go();
    }
  }

 private:
  friend class BlockStore;
  struct Free {
    void operator()(TextBlock* block) const noexcept;
  };
  using Owned = std::unique_ptr<TextBlock, Free>;

  explicit TextBlock(std::size_t capacity) noexcept : capacity_(capacity) {}
  ~TextBlock() = default;
  [[nodiscard]] static Owned allocate(std::size_t capacity);
  /// Nobody refers to it any more.
  void let_go() noexcept;

  std::atomic<std::uint64_t> references_{1};
  std::size_t capacity_;
  std::shared_ptr<BlockStore> store_;  // where it came from; null: from nowhere
};

/// One reference to a block.
class TextBlockPtr {
 public:
  TextBlockPtr() noexcept = default;
  TextBlockPtr(const TextBlockPtr& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) block_->add_references(1);
  }
  TextBlockPtr(TextBlockPtr&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  TextBlockPtr& operator=(TextBlockPtr other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~TextBlockPtr() {
    if (block_ != nullptr) block_->drop_references(1);
  }
  /// Takes over a reference that was counted before.
  [[nodiscard]] static TextBlockPtr adopt(TextBlock* block) noexcept {
    TextBlockPtr pointer;
    pointer.block_ = block;
    return pointer;
  }

  /// Hands the reference over, still counted.
  [[nodiscard]] TextBlock* release() noexcept { return std::exchange(block_, nullptr); }

  [[nodiscard]] TextBlock* get() const noexcept { return block_; }
  TextBlock* operator->() const noexcept { return block_; }
  TextBlock& operator*() const noexcept { return *block_; }
  explicit operator bool() const noexcept { return block_ != nullptr; }

 private:
  TextBlock* block_ = nullptr;
};

}  // namespace sluice::inline v0::flow
