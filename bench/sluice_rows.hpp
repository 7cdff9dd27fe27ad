#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/compare/work.hpp"

/// The workloads on Sluice, written as a user would: per item, against the public API only. Like the peers,
/// each function starts a runtime, does the work once, joins the workers and returns the checksum of
/// work.hpp.
namespace bench {

inline constexpr bool has_sluice = BENCH_HAS_SLUICE;

/// emit_n in the producer, mine() in the transform.
std::uint64_t sluice_linear3(std::size_t events, int workers, std::size_t max_demand);
/// emit(x) in both.
std::uint64_t sluice_linear3_emit(std::size_t events, int workers, std::size_t max_demand);

std::uint64_t sluice_broadcast(std::size_t events, int workers);
std::uint64_t sluice_broadcast_emit(std::size_t events, int workers);

std::uint64_t sluice_partition(std::size_t events, int workers);
std::uint64_t sluice_partition_emit(std::size_t events, int workers);

std::uint64_t sluice_demand(std::size_t events, int workers, std::size_t consumers, std::size_t max_demand);
std::uint64_t sluice_demand_emit(std::size_t events, int workers);

/// Each stage passes its batch on.
std::uint64_t sluice_chain(std::size_t events, int workers, std::size_t max_demand);
/// Each stage adds one; the checksum is that of the numbers as counted, the additions taken off again.
std::uint64_t sluice_chain_adding(std::size_t events, int workers, std::size_t max_demand);

/// An event goes round between two stages that subscribed to each other.
RoundTrips sluice_round_trips_between_stages(std::size_t trips, int workers);
/// This thread pushes into an inlet and spins until the stage behind it has answered.
RoundTrips sluice_round_trips_from_outside(std::size_t trips, int workers);

/// Half of the stages are producers, each with one of the others subscribed; idle once all first asks were
/// handled.
IdleCost sluice_idle_pairs(std::size_t stages);
/// Chains of 100 producer_consumers: every stage has both sides, twice the parts of a stage in a pair.
IdleCost sluice_idle_chains(std::size_t stages);

}  // namespace bench
