#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "block_reader.hpp"

namespace packages {

/// What is kept of a record: views into its block.
struct Row {
  std::string_view package;
  std::string_view section;     ///< empty: it has none
  std::string_view maintainer;  ///< empty: it has none
  std::uint64_t installed_kib = 0;
};

/// A record that is left out, and why.
struct Defect {
  std::uint64_t line = 0;  ///< counted from 0 within the block
  std::string what = {};
};

constexpr std::size_t defects_shown = 10;
/// Sizes beyond one pebibyte are mistakes, and their sum must not overflow.
constexpr std::uint64_t largest_kib = std::uint64_t{1} << 40;

/// The records of one block.
struct Table {
  Block block = {};
  std::vector<Row> rows = {};
  std::vector<Defect> defects = {};  ///< the first defects_shown
  std::size_t malformed = 0;
  std::uint64_t lines = 0;
};

/// Several stages read the same table; nobody changes it.
using TablePtr = std::shared_ptr<const Table>;

TablePtr parse(Block block);

}  // namespace packages
