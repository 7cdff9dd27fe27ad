// How fast do numbers go through map, filter and reduce on all cores?

#include "bench/compare/numbers.hpp"
#include "bench/compare/peers.hpp"
#include "bench/flow_rows.hpp"
#include "bench/harness.hpp"

namespace bench {
namespace {

constexpr std::size_t numbers = 500'000'000;

void add(Question& question, const std::string& name, std::uint64_t (*work)(std::size_t, int)) {
  for (int workers : {1, 2}) {
    question.add_throughput(with_workers(name, workers), numbers, map_filter_checksum,
                            [=](std::size_t count) { return work(count, workers); });
  }
}

/// Peers of another kind than ours stand beside the bar: whoever multiplies by hand has done the compiler's
/// work.
void hold_bars(Question& question) {
  for (int workers : {1, 2}) {
    const std::string row = with_workers("sluice flow", workers);
    question.hold({.row = row, .factor = 0.95, .peers = {with_workers("by hand", workers)}});
    for (const char* peer : {"by hand, multiplying", "std::execution::par", "tbb parallel_reduce"})
      question.hold({.row = row, .factor = 0, .peers = {with_workers(peer, workers)}});
    question.hold({.row = row, .factor = 0, .recorded = 19, .against = "Flow 19"});
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Question question("W8: range -> map -> filter -> reduce", bench::throughput());
  bench::add(question, "by hand", bench::by_hand_map_filter_sum);
  bench::add(question, "by hand, multiplying", bench::by_hand_map_filter_sum_multiplying);
  if constexpr (bench::has_tbb) {
    bench::add(question, "std::execution::par", bench::std_par_map_filter_sum);
    bench::add(question, "tbb parallel_reduce", bench::tbb_map_filter_sum);
  }
  if constexpr (bench::has_flow) bench::add(question, "sluice flow", bench::flow_map_filter_sum);
  bench::hold_bars(question);
  return question.run(argc, argv);
}
