// How fast are readings counted by key in windows of a second?

#include "bench/compare/peers.hpp"
#include "bench/compare/readings.hpp"
#include "bench/flow_rows.hpp"
#include "bench/harness.hpp"

namespace bench {
namespace {

constexpr std::size_t readings = 50'000'000;

void add_by_hand(Question& question) {
  const auto add = [&](const std::string& name, std::uint64_t (*work)(std::size_t)) {
    question.add_throughput(name, readings, windowed_counts_checksum, work);
  };
  add("by hand, one loop", by_hand_windowed_counts);
  add("by hand, one loop, keys known", by_hand_windowed_counts_array);
  add("by hand, threads share keys", by_hand_windowed_counts_threads);
}

[[maybe_unused]] void add_flow(Question& question) {
  for (int workers : {1, 2}) {
    question.add_throughput(with_workers("sluice flow", workers), readings, windowed_counts_checksum,
                            [=](std::size_t count) { return flow_windowed_counts(count, workers); });
  }
}

/// Who knows all keys beforehand stands beside the bar: Flow's user says only how to get a reading's key.
void hold_bars(Question& question) {
  for (int workers : {1, 2}) {
    const std::string row = with_workers("sluice flow", workers);
    question.hold({.row = row, .factor = 0.5, .peers = {"by hand, one loop"}});
    question.hold({.row = row, .factor = 8, .recorded = 7.6, .against = "WindFlow 7.6"});
    question.hold({.row = row, .factor = 0, .peers = {"by hand, one loop, keys known"}});
    question.hold({.row = row, .factor = 0, .peers = {"by hand, threads share keys"}});
    question.hold({.row = row, .factor = 0, .recorded = 2.2, .against = "Flow 2.2"});
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Question question("W10: counts by key in windows of a second", bench::throughput());
  bench::add_by_hand(question);
  if constexpr (bench::has_flow) bench::add_flow(question);
  bench::hold_bars(question);
  return question.run(argc, argv);
}
