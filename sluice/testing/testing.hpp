#pragma once

// Everything a test needs: the simulation, probes, seeds.

#include "sluice/runtime/simulation.hpp"
#include "sluice/testing/consumer_probe.hpp"
#include "sluice/testing/producer_probe.hpp"
#include "sluice/testing/seeds.hpp"

namespace sluice::inline v0::testing {

using sluice::Simulation;
using sluice::SimulationOptions;

}  // namespace sluice::inline v0::testing
