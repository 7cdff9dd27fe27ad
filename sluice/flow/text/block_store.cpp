#include "sluice/flow/text/block_store.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace sluice::inline v0::flow {

TextBlockPtr BlockStore::take(std::size_t needed) {
  Owned block = hand_out(needed);
  block->references_.store(1, std::memory_order_relaxed);
  block->store_ = shared_from_this();
  return TextBlockPtr::adopt(block.release());
}

BlockStore::Owned BlockStore::hand_out(std::size_t needed) {
  const Lock::Held held(lock_);
  waiting_.reserve(spare_);  // so that take_back never allocates
  Owned block;
  if (needed <= capacity_ && !waiting_.empty()) {
    block = std::move(waiting_.back());
    waiting_.pop_back();
  } else {
    block = TextBlock::allocate(std::max(needed, capacity_));
  }
  most_live_ = std::max(most_live_, ++live_);
  return block;
}

void BlockStore::take_back(Owned block) noexcept {
  const Lock::Held held(lock_);
  --live_;
  if (block->capacity() == capacity_ && waiting_.size() < spare_) waiting_.push_back(std::move(block));
}

std::size_t BlockStore::live() const {
  const Lock::Held held(lock_);
  return live_;
}

std::size_t BlockStore::most_live() const {
  const Lock::Held held(lock_);
  return most_live_;
}

}  // namespace sluice::inline v0::flow
