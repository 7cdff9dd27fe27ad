#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "sluice/runtime/simulation.hpp"

namespace sluice::inline v0::testing {

/// Runs `test(Simulation&)` once for each of the seeds 1 … count, with the other options as given. When it
/// throws, the line that repeats the run is printed and the exception goes on. With SLUICE_SEED=n in the
/// environment only n runs.
template <class Test>
void for_each_seed(std::uint64_t count, Test test, SimulationOptions options = {}) {
  std::uint64_t first = 1;
  if (const char* const only = std::getenv("SLUICE_SEED")) {
    first = std::strtoull(only, nullptr, 10);
    count = 1;
  }
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    options.seed = seed;
    try {
      Simulation simulation(options);
      test(simulation);
    } catch (...) {
      std::fprintf(stderr, "repeat this run with SLUICE_SEED=%llu\n", static_cast<unsigned long long>(seed));
      throw;
    }
  }
}

}  // namespace sluice::inline v0::testing
