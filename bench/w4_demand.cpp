// How fast do events reach whoever asks? Eight consumers, then a thousand and ten thousand of equal total
// demand.

#include "bench/compare/peers.hpp"
#include "bench/harness.hpp"
#include "bench/sluice_rows.hpp"

namespace bench {
namespace {

constexpr std::size_t batched = 100'000'000;
constexpr std::size_t single = 1'000'000;
constexpr std::size_t total_demand =
    10'000'000;  ///< of the rows that differ only in their number of consumers

void add(Question& question, const std::string& name, std::size_t events,
         const std::function<std::uint64_t(std::size_t, int)>& work) {
  for (int workers : {1, 2}) {
    question.add_throughput(with_workers(name, workers), events, counter_sum,
                            [=](std::size_t count) { return work(count, workers); });
  }
}

std::string of_many(std::size_t consumers) { return "sluice, " + std::to_string(consumers) + " share 10 M"; }

void add_peers(Question& question) {
  if constexpr (has_tbb) {
    add(question, "tbb batch", batched, tbb_demand);
    add(question, "tbb item", single, tbb_demand_items);
  }
  if constexpr (has_caf) {
    add(question, "caf batch", batched, caf_demand);
    add(question, "caf item", single, caf_demand_items);
  }
}

[[maybe_unused]] void add_sluice(Question& question) {
  add(question, "sluice bounded", batched,
      [](std::size_t events, int workers) { return sluice_demand(events, workers, demand_consumers, 1000); });
  add(question, "sluice emit", batched, sluice_demand_emit);
  for (std::size_t consumers : {demand_consumers, std::size_t{1'000}, std::size_t{10'000}}) {
    add(question, of_many(consumers), batched, [=](std::size_t events, int workers) {
      return sluice_demand(events, workers, consumers, total_demand / consumers);
    });
  }
}

void hold_bars(Question& question) {
  for (int workers : {1, 2}) {
    const std::string row = with_workers("sluice bounded", workers);
    question.hold({.row = row, .factor = 1, .peers = {with_workers("tbb batch", workers)}});
    question.hold({.row = row, .factor = 0, .peers = both("tbb batch"), .against = "better of tbb batch"});
    question.hold({.row = row, .factor = 30, .recorded = 36, .against = "GenStage 36"});
    for (std::size_t consumers : {1'000U, 10'000U}) {
      question.hold({.row = with_workers(of_many(consumers), workers),
                     .factor = 0.9,
                     .peers = {with_workers(of_many(demand_consumers), workers)}});
      question.hold({.row = with_workers(of_many(consumers), workers), .factor = 0, .peers = {row}});
    }
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Question question("W4: by demand, 1 -> 8", bench::throughput());
  question.add_throughput("by hand, 9 threads over rings", bench::batched, bench::counter_sum,
                          bench::by_hand_demand_threads);
  bench::add_peers(question);
  if constexpr (bench::has_sluice) bench::add_sluice(question);
  bench::hold_bars(question);
  return question.run(argc, argv);
}
