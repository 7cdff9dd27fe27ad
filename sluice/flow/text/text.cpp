#include "sluice/flow/text/text.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <stdexcept>

namespace sluice::inline v0::flow {

Text::Text(std::string_view characters) {
  if (characters.empty()) return;
  if (characters.size() > std::numeric_limits<std::uint32_t>::max())
    throw std::length_error("Text: 4 GiB or more");
  TextBlockPtr block = TextBlock::make(characters.size());
  std::ranges::copy(characters, block->data());
  *this = Text(block.release(), 0, characters.size());
}

Text Text::part(std::string_view piece) const {
  if (piece.empty()) return {};
  const std::less<> before;  // also for pointers into different arrays
  if (before(piece.data(), begin()) || before(end(), piece.data() + piece.size()))
    throw std::out_of_range("Text::part: the piece is not of this text");
  block_->add_references(1);
  return {block_, offset_ + static_cast<std::size_t>(piece.data() - begin()), piece.size()};
}

}  // namespace sluice::inline v0::flow
