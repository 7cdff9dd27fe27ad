// W9 written by hand: one thread, or two with half of the text and a table each, merged at the end.

#include "bench/compare/in_parts.hpp"
#include "bench/compare/peers.hpp"
#include "bench/compare/word_maps.hpp"
#include "bench/compare/word_table.hpp"

namespace bench {
namespace {

template <class Map>
WordTally counted_by_map(const Text& text, int workers) {
  const auto count = [&](std::size_t part) {
    Map counts;
    count_words(part_of(text.view(), part, static_cast<std::size_t>(workers)), counts);
    return counts;
  };
  return tally_of(in_parts(workers, count, merge<Map>));
}

}  // namespace

WordTally by_hand_word_count(const Text& text, int workers) {
  const auto count = [&](std::size_t part) {
    WordTable table;
    for_each_word(part_of(text.view(), part, static_cast<std::size_t>(workers)),
                  [&](std::string_view word) { table.count(word); });
    return table;
  };
  return in_parts(workers, count, [](WordTable& table, const WordTable& other) { table.merge(other); })
      .tally();
}

WordTally by_hand_word_count_unordered(const Text& text, int workers) {
  return counted_by_map<UnorderedWords>(text, workers);
}

#if BENCH_HAS_ROBIN_MAP
WordTally by_hand_word_count_robin(const Text& text, int workers) {
  return counted_by_map<RobinWords>(text, workers);
}
#endif

std::uint64_t by_hand_find_words(const Text& text) {
  std::uint64_t words = 0;
  for_each_word(text.view(), [&](std::string_view) { ++words; });
  return words;
}

}  // namespace bench
