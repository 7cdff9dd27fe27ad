#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "sluice/flow/text/text_block.hpp"
#include "sluice/stage/lock.hpp"

namespace sluice::inline v0::flow {

/// Makes the blocks of one reader and uses those that came back again. Lives as long as its blocks.
/// Thread rule: any thread.
///
/// 1. `live` blocks have been handed out and not come back.
/// 2. At most `spare` blocks wait, all of them of `capacity` bytes; more are freed.
class BlockStore : public std::enable_shared_from_this<BlockStore> {
 public:
  BlockStore(std::size_t capacity, std::size_t spare) : capacity_(capacity), spare_(spare) {}
  BlockStore(const BlockStore&) = delete;
  BlockStore& operator=(const BlockStore&) = delete;

  /// A block of `capacity()` bytes, or more if that many are needed. Throws std::bad_alloc.
  [[nodiscard]] TextBlockPtr take(std::size_t needed = 0);
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::size_t live() const;
  /// The most that were live at once.
  [[nodiscard]] std::size_t most_live() const;

 private:
  friend class TextBlock;
  using Owned = TextBlock::Owned;
  void take_back(Owned block) noexcept;
  [[nodiscard]] Owned hand_out(std::size_t needed);

  std::size_t capacity_;
  std::size_t spare_;
  mutable Lock lock_;
  std::vector<Owned> waiting_ = {};
  std::size_t live_ = 0;
  std::size_t most_live_ = 0;
};

}  // namespace sluice::inline v0::flow
