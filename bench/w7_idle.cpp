// What do a million stages cost that have nothing to do? Each run has a process of its own.

#include <algorithm>

#include "bench/compare/peers.hpp"
#include "bench/harness.hpp"
#include "bench/sluice_rows.hpp"

namespace bench {
namespace {

constexpr std::size_t idle_stages = 1'000'000;
enum Column : std::size_t { resident, heap, start };

void add(Question& question, const std::string& name, IdleCost (*measure)(std::size_t)) {
  question.add(name, [=](double scale) {
    const auto count = static_cast<std::size_t>(static_cast<double>(idle_stages) * scale);
    return in_fresh_process([&]() -> Values {
      const IdleCost cost = measure(std::max<std::size_t>(count, 1000));
      return {cost.resident_bytes, cost.heap_bytes, cost.start_ns};
    });
  });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  using namespace bench;
  Question question("W7: idle, subscribed stages; idle actors", {{"bytes resident", Better::lower},
                                                                 {"bytes of malloc", Better::lower},
                                                                 {"ns to start", Better::lower}});
  if constexpr (has_caf) add(question, "caf actor", caf_idle);
  if constexpr (has_sluice) {
    add(question, "sluice stage, in pairs", sluice_idle_pairs);
    add(question, "sluice stage, in chains", sluice_idle_chains);
  }
  for (const char* row : {"sluice stage, in pairs", "sluice stage, in chains"}) {
    question.hold(
        {.row = row, .factor = 1, .recorded = 512, .against = "limit of 512 B", .figure = resident});
    question.hold({.row = row, .factor = 1, .recorded = 1000, .against = "limit of 1 us", .figure = start});
    question.hold({.row = row, .factor = 0, .peers = {"caf actor"}, .figure = resident});
    question.hold({.row = row, .factor = 0, .peers = {"caf actor"}, .figure = start});
  }
  return question.run(argc, argv);
}
