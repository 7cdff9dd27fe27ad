// How fast do events reach four consumers that each get all of them? Counted are the source's events.

#include "bench/compare/peers.hpp"
#include "bench/harness.hpp"
#include "bench/sluice_rows.hpp"

namespace bench {
namespace {

constexpr std::size_t batched = 50'000'000;
constexpr std::size_t single = 300'000;

void add(Question& question, const std::string& name, std::size_t events,
         std::uint64_t (*work)(std::size_t, int)) {
  for (int workers : {1, 2}) {
    question.add_throughput(with_workers(name, workers), events, broadcast_checksum,
                            [=](std::size_t count) { return work(count, workers); });
  }
}

void add_peers(Question& question) {
  if constexpr (has_tbb) {
    add(question, "tbb flow graph batch", batched, tbb_broadcast);
    add(question, "tbb pipeline in turn", batched, tbb_broadcast_in_turn);
    add(question, "tbb item", single, tbb_broadcast_items);
  }
  if constexpr (has_caf) {
    add(question, "caf batch", batched, caf_broadcast);
    add(question, "caf item", single, caf_broadcast_items);
    add(question, "caf stream", 10 * single, caf_broadcast_stream);
  }
}

void add_by_hand(Question& question) {
  question.add_throughput("by hand, one loop", batched, broadcast_checksum, by_hand_broadcast_fused);
  question.add_throughput("by hand, threads share batches", batched, broadcast_checksum,
                          by_hand_broadcast_threads);
}

[[maybe_unused]] void add_sluice(Question& question) {
  add(question, "sluice bounded", batched, sluice_broadcast);
  add(question, "sluice emit", batched, sluice_broadcast_emit);
}

/// A pipeline whose four sums are four filters in a row has no consumers that ask for themselves, so it
/// stands beside the bar, not for it.
void hold_bars(Question& question) {
  const std::vector<std::string> batches = {"tbb flow graph batch, 1 worker",
                                            "tbb flow graph batch, 2 workers", "caf batch, 1 worker",
                                            "caf batch, 2 workers"};
  for (int workers : {1, 2}) {
    const std::string row = with_workers("sluice bounded", workers);
    question.hold({.row = row, .factor = 1.5, .peers = batches, .against = "best batch row"});
    question.hold({.row = row, .factor = 0, .peers = both("tbb pipeline in turn")});
    question.hold({.row = with_workers("sluice emit", workers),
                   .factor = 0,
                   .peers = batches,
                   .against = "best batch row"});
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Question question("W2: broadcast, 1 -> 4", bench::throughput());
  bench::add_by_hand(question);
  bench::add_peers(question);
  if constexpr (bench::has_sluice) bench::add_sluice(question);
  bench::hold_bars(question);
  return question.run(argc, argv);
}
