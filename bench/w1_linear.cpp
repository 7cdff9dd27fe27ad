// How fast do events pass three stages? counter -> x * 2 -> sum.

#include "bench/compare/peers.hpp"
#include "bench/harness.hpp"
#include "bench/sluice_rows.hpp"

namespace bench {
namespace {

constexpr std::size_t batched = 100'000'000;
constexpr std::size_t single = 1'000'000;
constexpr std::size_t bounced = 500'000;

void add_peers(Question& question) {
  const auto add = [&](const std::string& name, std::size_t events, auto work) {
    for (int workers : {1, 2}) {
      question.add_throughput(with_workers(name, workers), events, linear3_checksum,
                              [=](std::size_t count) { return work(count, workers); });
    }
  };
  if constexpr (has_tbb) {
    add("tbb batch", batched, tbb_linear3);
    add("tbb batch, unpooled", batched, tbb_linear3_values);
    add("tbb item", single, tbb_linear3_items);
  }
  if constexpr (has_caf) {
    add("caf batch", batched, caf_linear3);
    add("caf item", single, caf_linear3_items);
    add("caf stream", 10 * single, caf_linear3_stream);
  }
}

void add_by_hand(Question& question) {
  question.add_throughput("by hand, one loop", batched, linear3_checksum, by_hand_linear3_fused);
  question.add_throughput("by hand, loops over batches", batched, linear3_checksum, by_hand_linear3_batches);
  question.add_throughput("by hand, 2 threads, half each", batched, linear3_checksum, by_hand_linear3_halves);
  question.add_throughput("by hand, 3 threads over rings", batched, linear3_checksum,
                          by_hand_linear3_threads);
}

[[maybe_unused]] void add_sluice(Question& question) {
  for (int workers : {1, 2}) {
    question.add_throughput(with_workers("sluice bounded", workers), batched, linear3_checksum,
                            [=](std::size_t events) { return sluice_linear3(events, workers, 1000); });
    question.add_throughput(with_workers("sluice emit", workers), batched, linear3_checksum,
                            [=](std::size_t events) { return sluice_linear3_emit(events, workers, 1000); });
    question.add_throughput(with_workers("sluice max_demand 1", workers), bounced, linear3_checksum,
                            [=](std::size_t events) { return sluice_linear3_emit(events, workers, 1); });
  }
}

void hold_bars(Question& question) {
  const std::vector<std::string> items = {"tbb item, 1 worker", "tbb item, 2 workers", "caf item, 1 worker",
                                          "caf item, 2 workers"};
  for (int workers : {1, 2}) {
    const std::string bounded = with_workers("sluice bounded", workers);
    const std::string emit = with_workers("sluice emit", workers);
    const std::string one = with_workers("sluice max_demand 1", workers);
    question.hold({.row = bounded, .factor = 1.5, .peers = {with_workers("tbb batch", workers)}});
    question.hold(
        {.row = bounded, .factor = 1.1, .peers = both("tbb batch"), .against = "better of tbb batch"});
    question.hold({.row = bounded, .factor = 0, .peers = {with_workers("tbb batch, unpooled", workers)}});
    question.hold({.row = bounded, .factor = 100, .peers = items, .against = "best item row"});
    question.hold({.row = bounded, .factor = 0, .peers = both("caf stream")});
    question.hold({.row = bounded, .factor = 80, .recorded = 12.8, .against = "GenStage 12.8"});
    question.hold({.row = emit, .factor = 0.4, .peers = {with_workers("tbb batch", workers)}});
    question.hold({.row = emit, .factor = 20, .peers = items, .against = "best item row"});
    question.hold({.row = one, .factor = 50, .recorded = 0.135, .against = "GenStage 0.135"});
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Question question("W1: counter -> x * 2 -> sum", bench::throughput());
  bench::add_by_hand(question);
  bench::add_peers(question);
  if constexpr (bench::has_sluice) bench::add_sluice(question);
  bench::hold_bars(question);
  return question.run(argc, argv);
}
