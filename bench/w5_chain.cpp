// What does a stage cost that only passes on? A hundred identity stages; counted are events through all of
// them.

#include "bench/compare/peers.hpp"
#include "bench/harness.hpp"
#include "bench/sluice_rows.hpp"

namespace bench {
namespace {

constexpr std::size_t batched = 10'000'000;
constexpr std::size_t single = 50'000;

void add(Question& question, const std::string& name, std::size_t events,
         const std::function<std::uint64_t(std::size_t, int)>& work) {
  for (int workers : {1, 2}) {
    question.add_throughput(with_workers(name, workers), events, counter_sum,
                            [=](std::size_t count) { return work(count, workers); });
  }
}

void add_peers(Question& question) {
  if constexpr (has_tbb) {
    add(question, "tbb batch, serial filters", batched, tbb_chain_of_stages);
    add(question, "tbb batch, stateless filters", batched, tbb_chain);
    add(question, "tbb item", single, tbb_chain_items);
  }
  if constexpr (has_caf) {
    add(question, "caf batch", batched, caf_chain);
    add(question, "caf item", single / 2, caf_chain_items);
    add(question, "caf stream", 4 * single, caf_chain_stream);
  }
}

void add_by_hand(Question& question) {
  question.add_throughput("by hand, virtual calls pass a pointer", 10 * batched, counter_sum,
                          by_hand_chain_calls);
  question.add_throughput("by hand, virtual calls touch the data", batched, counter_sum,
                          by_hand_chain_touching);
}

std::string passing(std::size_t max_demand) { return "sluice max_demand " + std::to_string(max_demand); }

[[maybe_unused]] void add_sluice(Question& question) {
  for (std::size_t max_demand : {1000U, 2000U}) {
    add(question, passing(max_demand), batched,
        [=](std::size_t events, int workers) { return sluice_chain(events, workers, max_demand); });
  }
  add(question, "sluice adding one", batched / 2,
      [](std::size_t events, int workers) { return sluice_chain_adding(events, workers, 1000); });
}

void hold_bars(Question& question) {
  for (int workers : {1, 2}) {
    const std::string batch = with_workers("tbb batch, serial filters", workers);
    const std::string stateless = with_workers("tbb batch, stateless filters", workers);
    question.hold({.row = with_workers(passing(1000), workers), .factor = 0.8, .peers = {batch}});
    question.hold({.row = with_workers(passing(2000), workers), .factor = 1, .peers = {batch}});
    question.hold({.row = with_workers(passing(1000), workers), .factor = 0, .peers = {stateless}});
    question.hold({.row = with_workers("sluice adding one", workers),
                   .factor = 0,
                   .peers = {"by hand, virtual calls touch the data"}});
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Question question("W5: chain of 100 identity stages", bench::throughput());
  bench::add_by_hand(question);
  bench::add_peers(question);
  if constexpr (bench::has_sluice) bench::add_sluice(question);
  bench::hold_bars(question);
  return question.run(argc, argv);
}
