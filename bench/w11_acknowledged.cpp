// What does it cost to know what became of each event? Messages in batches of 100, each acknowledged.

#include "bench/harness.hpp"
#include "bench/pipeline_rows.hpp"

namespace bench {
namespace {

constexpr std::size_t many = 4'000'000;

void add(Question& question, const std::string& name, std::size_t events,
         std::uint64_t (*work)(std::size_t, int)) {
  for (int workers : {1, 2}) {
    const std::string row = with_workers(name, workers);
    question.add_throughput(row, events, counter_sum,
                            [=](std::size_t count) { return work(count, workers); });
    question.hold({.row = row, .factor = 20, .recorded = 0.49, .against = "Broadway 0.49"});
    question.hold({.row = row, .factor = 40, .recorded = 0.49, .against = "Broadway 0.49"});
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Question question("W11: a pipeline with acknowledgements", bench::throughput());
  bench::add(question, "sluice pipeline", bench::many, bench::sluice_acknowledged);
  bench::add(question, "sluice pipeline, defaults", bench::many / 2, bench::sluice_acknowledged_tens);
  bench::add(question, "sluice pipeline, one step, no batches", bench::many,
             bench::sluice_acknowledged_one_step);
  return question.run(argc, argv);
}
