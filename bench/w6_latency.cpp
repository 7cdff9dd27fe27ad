// How long does one event take there and back between two threads or stages, with nothing else to do?

#include <algorithm>

#include "bench/compare/peers.hpp"
#include "bench/harness.hpp"
#include "bench/sluice_rows.hpp"

namespace bench {
namespace {

constexpr std::size_t round_trips = 200'000;

void add(Question& question, const std::string& name, const std::function<RoundTrips(std::size_t)>& measure,
         std::size_t trips = round_trips) {
  question.add(name, [=](double scale) -> Values {
    const auto count = static_cast<std::size_t>(static_cast<double>(trips) * scale);
    const RoundTrips result = measure(std::max<std::size_t>(count, 1000));
    return {result.p50_ns, result.p99_ns};
  });
}

void add_peers(Question& question) {
  add(question, "by hand, spinning", by_hand_round_trips_spinning);
  add(question, "by hand, parked", by_hand_round_trips_parked, round_trips / 2);
  if constexpr (has_tbb) {
    add(question, "tbb, caller in wait_for_all", tbb_round_trips_waiting);
    add(question, "tbb, caller spins", tbb_round_trips_spinning);
  }
  if constexpr (has_caf) add(question, "caf, request between actors", caf_round_trips);
}

[[maybe_unused]] void add_sluice(Question& question) {
  for (int workers : {1, 2}) {
    add(question, with_workers("sluice, two stages", workers),
        [=](std::size_t trips) { return sluice_round_trips_between_stages(trips, workers); });
    add(question, with_workers("sluice, from outside", workers),
        [=](std::size_t trips) { return sluice_round_trips_from_outside(trips, workers); });
  }
}

void hold_bars(Question& question) {
  for (int workers : {1, 2}) {
    question.hold({.row = with_workers("sluice, two stages", workers),
                   .factor = 1,
                   .recorded = 200,
                   .against = "limit of 200 ns"});
    question.hold({.row = with_workers("sluice, from outside", workers),
                   .factor = 1.2,
                   .peers = {"by hand, spinning"}});
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  using enum bench::Better;
  bench::Question question("W6: one event there and back", {{"p50 ns", lower}, {"p99 ns", lower}});
  bench::add_peers(question);
  if constexpr (bench::has_sluice) bench::add_sluice(question);
  bench::hold_bars(question);
  return question.run(argc, argv);
}
