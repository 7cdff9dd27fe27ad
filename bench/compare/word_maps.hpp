#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "bench/compare/text.hpp"
#include "bench/compare/words.hpp"

#if BENCH_HAS_ROBIN_MAP
#include <tsl/robin_map.h>
#endif

namespace bench {

using UnorderedWords = std::unordered_map<std::string_view, std::uint64_t>;

#if BENCH_HAS_ROBIN_MAP
/// With std::hash on purpose: with an inlined XXH3 g++ 12 made a loop of half the speed.
using RobinWords = tsl::robin_map<std::string_view, std::uint64_t>;
#endif

template <class Map>
void count_words(std::string_view text, Map& counts) {
  for_each_word(text, [&](std::string_view word) { ++counts[word]; });
}

template <class Map>
void merge(Map& counts, const Map& others) {
  for (const auto& [word, count] : others) counts[word] += count;
}

template <class Map>
WordTally tally_of(const Map& counts) {
  WordTally tally;
  for (const auto& [word, count] : counts) tally.add(word, count);
  return tally;
}

}  // namespace bench
