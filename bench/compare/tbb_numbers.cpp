// W8 on oneTBB and on the parallel algorithms of the standard library, which run on oneTBB.

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <execution>
#include <functional>
#include <numeric>

#include "bench/compare/number_iterator.hpp"
#include "bench/compare/numbers.hpp"
#include "bench/compare/peers.hpp"
#include "bench/compare/tbb_workers.hpp"

namespace bench {

std::uint64_t std_par_map_filter_sum(std::size_t numbers, int workers) {
  const TbbWorkers limit(workers);
  return std::transform_reduce(std::execution::par, NumberIterator(0),
                               NumberIterator(static_cast<Event>(numbers)), std::uint64_t{0}, std::plus<>{},
                               [](Event number) {
                                 const Event event = mapped(number);
                                 return is_kept(event) ? static_cast<std::uint64_t>(event) : 0;
                               });
}

std::uint64_t tbb_map_filter_sum(std::size_t numbers, int workers) {
  const TbbWorkers limit(workers);
  using Range = tbb::blocked_range<Event>;
  return tbb::parallel_reduce(
      Range(0, static_cast<Event>(numbers)), std::uint64_t{0},
      [](const Range& range, std::uint64_t total) {
        for (Event number = range.begin(); number != range.end(); ++number) {
          const Event event = mapped(number);
          if (is_kept(event)) total += static_cast<std::uint64_t>(event);
        }
        return total;
      },
      std::plus<>{});
}

}  // namespace bench
