#pragma once

#include <cstddef>

#include "sluice/flow/text/text_block.hpp"

namespace sluice::inline v0::flow {

/// Whole lines that lie in one block, each with its newline; the last line of an input may lack it.
struct LineRun {
  TextBlockPtr block = {};
  std::size_t first = 0;  ///< in the block
  std::size_t last = 0;   ///< behind the last byte
};

}  // namespace sluice::inline v0::flow
