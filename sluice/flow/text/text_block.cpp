#include "sluice/flow/text/text_block.hpp"

#include <limits>
#include <new>

#include "sluice/flow/text/block_store.hpp"

namespace sluice::inline v0::flow {

void TextBlock::Free::operator()(TextBlock* block) const noexcept {
  block->~TextBlock();
  ::operator delete(block);
}

TextBlock::Owned TextBlock::allocate(std::size_t capacity) {
  if (capacity > std::numeric_limits<std::size_t>::max() - sizeof(TextBlock))
    throw std::bad_array_new_length();
  return Owned(::new (::operator new(sizeof(TextBlock) + capacity)) TextBlock(capacity));
}

TextBlockPtr TextBlock::make(std::size_t capacity) {
  return TextBlockPtr::adopt(allocate(capacity).release());
}

void TextBlock::let_go() noexcept {
  Owned self(this);
  if (const auto store = std::move(store_)) store->take_back(std::move(self));
}

}  // namespace sluice::inline v0::flow
