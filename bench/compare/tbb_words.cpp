// W9 on oneTBB: chunks of the text in parallel, a map per thread, merged at the end.

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include "bench/compare/peers.hpp"
#include "bench/compare/tbb_workers.hpp"
#include "bench/compare/word_maps.hpp"

namespace bench {
namespace {

constexpr std::size_t chunk_bytes = 1 << 20;

template <class Map>
WordTally counted_in_chunks(std::string_view text, int workers) {
  const TbbWorkers limit(workers);
  const std::size_t chunks = text.size() / chunk_bytes + 1;
  tbb::enumerable_thread_specific<Map> maps;
  tbb::parallel_for(std::size_t{0}, chunks,
                    [&](std::size_t chunk) { count_words(part_of(text, chunk, chunks), maps.local()); });
  Map all;
  maps.combine_each([&](Map& counts) { all.empty() ? all.swap(counts) : merge(all, counts); });
  return tally_of(all);
}

}  // namespace

WordTally tbb_word_count_unordered(const Text& text, int workers) {
  return counted_in_chunks<UnorderedWords>(text.view(), workers);
}

#if BENCH_HAS_ROBIN_MAP
WordTally tbb_word_count_robin(const Text& text, int workers) {
  return counted_in_chunks<RobinWords>(text.view(), workers);
}
#endif

}  // namespace bench
