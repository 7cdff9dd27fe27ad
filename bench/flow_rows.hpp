#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/compare/text.hpp"
#include "bench/compare/work.hpp"

/// W8, W9 and W10 on Sluice's Flow, written as a user would: per item, against the public API only. Each
/// function starts a runtime with so many workers, does the work once, joins them and returns the result that
/// the row is checked by.
namespace bench {

inline constexpr bool has_flow = BENCH_HAS_FLOW;

/// 0, 1, … through mapped() and is_kept() of compare/numbers.hpp; returns the sum, modulo 2^64.
std::uint64_t flow_map_filter_sum(std::size_t numbers, int workers);

/// Counts the words of the text, partitioned by word. Every distinct word goes once through WordTally::add.
WordTally flow_word_count(const Text& text, int workers);

/// Counts the readings of compare/readings.hpp by key in fixed windows of window_length by Reading::at,
/// partitioned by key; every (window, key, count) goes once through folded(), and the results are added up
/// modulo 2^64.
std::uint64_t flow_windowed_counts(std::size_t readings, int workers);

}  // namespace bench
