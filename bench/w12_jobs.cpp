// What does a job per event cost? A job adds its number to a total; at most a hundred live at once.

#include "bench/compare/peers.hpp"
#include "bench/harness.hpp"
#include "bench/job_rows.hpp"
#include "bench/sluice_rows.hpp"

namespace bench {
namespace {

constexpr std::size_t many = 2'000'000;

void add(Question& question, const std::string& name, std::size_t events,
         std::uint64_t (*work)(std::size_t, int)) {
  for (int workers : {1, 2}) {
    question.add_throughput(with_workers(name, workers), events, counter_sum,
                            [=](std::size_t count) { return work(count, workers); });
  }
}

void hold_bars(Question& question) {
  for (const char* name : {"sluice for_each_job", "sluice child stages"}) {
    for (int workers : {1, 2}) {
      const std::string row = with_workers(name, workers);
      question.hold({.row = row, .factor = 20, .recorded = 0.195, .against = "GenStage 0.195"});
      question.hold({.row = row, .factor = 40, .recorded = 0.195, .against = "GenStage 0.195"});
      question.hold(
          {.row = row, .factor = 0, .peers = {with_workers("tbb task_group, no supervision", workers)}});
    }
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Question question("W12: a supervised job per event", bench::throughput());
  if constexpr (bench::has_tbb)
    bench::add(question, "tbb task_group, no supervision", bench::many, bench::tbb_jobs);
  if constexpr (bench::has_sluice) {
    bench::add(question, "sluice for_each_job", bench::many, bench::sluice_jobs_of_a_function);
    bench::add(question, "sluice child stages", bench::many / 4, bench::sluice_jobs_of_a_class);
  }
  bench::hold_bars(question);
  return question.run(argc, argv);
}
