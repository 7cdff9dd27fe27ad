// The bytes are dice: they build a topology and say what happens to it. What holds is what tests/simulation
// says.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>

#include "../simulation/run.hpp"

namespace {

using sluice::simulation::Dice;
using sluice::simulation::Run;
using sluice::simulation::Weather;

void run(std::span<const std::uint8_t> bytes) {
  const std::uint8_t kind = bytes[0];
  Weather weather{.actions = 24,
                  .changes = (kind & 1U) != 0,
                  .faults = (kind & 2U) != 0,
                  .slow = (kind & 4U) != 0,
                  .late = (kind & 8U) != 0};
  sluice::SimulationOptions options{.seed = bytes[1], .log = [](const sluice::LogRecord& /*record*/) {}};
  if (weather.late) options.delay_chance = 0.1;
  sluice::Simulation simulation(options);
  Run one(simulation, Dice(bytes[1], bytes.subspan(2)), weather);
  one.live();
  one.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4096) return -1;
  try {
    run({data, size});
    sluice::simulation::require(sluice::simulation::Event::alive == 0, "events leak");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::abort();
  }
  return 0;
}
