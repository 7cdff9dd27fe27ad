#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "bench/compare/text.hpp"
#include "bench/compare/work.hpp"

/// The workloads done by others. Each function does the work once, from nothing to threads joined, and
/// returns the checksum of work.hpp. "batch" means that the author packed 1,000 events into a vector and
/// recycles the vectors; the functions named _items send one event per message.
namespace bench {

inline constexpr bool has_tbb = BENCH_HAS_TBB;
inline constexpr bool has_caf = BENCH_HAS_CAF;
inline constexpr bool has_robin_map = BENCH_HAS_ROBIN_MAP;

// oneTBB. `workers` counts the calling thread.
std::uint64_t tbb_linear3(std::size_t events, int workers);
std::uint64_t tbb_linear3_values(std::size_t events, int workers);  ///< vectors moved by value, no pool
std::uint64_t tbb_linear3_items(std::size_t events, int workers);
std::uint64_t tbb_broadcast(std::size_t events, int workers);  ///< flow graph, a node per consumer
std::uint64_t tbb_broadcast_in_turn(std::size_t events,
                                    int workers);  ///< pipeline, consumers one after another
std::uint64_t tbb_broadcast_items(std::size_t events, int workers);
std::uint64_t tbb_partition(std::size_t events, int workers);
std::uint64_t tbb_partition_in_turn(std::size_t events, int workers);
std::uint64_t tbb_partition_items(std::size_t events, int workers);
std::uint64_t tbb_demand(std::size_t events, int workers);
std::uint64_t tbb_demand_items(std::size_t events, int workers);
std::uint64_t tbb_chain(std::size_t events, int workers);
/// Filters that may keep state, one batch at a time and in order: what a stage is.
std::uint64_t tbb_chain_of_stages(std::size_t events, int workers);
std::uint64_t tbb_chain_items(std::size_t events, int workers);
/// A task per event in a task_group; each spawns the next, a hundred of them side by side. An exception would
/// cancel the whole group.
std::uint64_t tbb_jobs(std::size_t events, int workers);
RoundTrips tbb_round_trips_waiting(
    std::size_t trips);  ///< the caller waits in wait_for_all, and may run the task
RoundTrips tbb_round_trips_spinning(std::size_t trips);  ///< the caller spins, a worker runs the task
std::uint64_t tbb_map_filter_sum(std::size_t numbers, int workers);      ///< parallel_reduce
std::uint64_t std_par_map_filter_sum(std::size_t numbers, int workers);  ///< std::transform_reduce, on TBB
WordTally tbb_word_count_unordered(const Text& text, int workers);  ///< parallel_for over chunks, then merged
WordTally tbb_word_count_robin(const Text& text, int workers);

// CAF 0.17. `workers` are the scheduler's threads; the caller only waits.
std::uint64_t caf_linear3(std::size_t events, int workers);
std::uint64_t caf_linear3_items(std::size_t events, int workers);
std::uint64_t caf_linear3_stream(std::size_t events, int workers);  ///< per item for the user, CAF batches
std::uint64_t caf_broadcast(std::size_t events, int workers);
std::uint64_t caf_broadcast_items(std::size_t events, int workers);
std::uint64_t caf_broadcast_stream(std::size_t events, int workers);
std::uint64_t caf_partition(std::size_t events, int workers);
std::uint64_t caf_partition_items(std::size_t events, int workers);
std::uint64_t caf_demand(std::size_t events, int workers);
std::uint64_t caf_demand_items(std::size_t events, int workers);
std::uint64_t caf_chain(std::size_t events, int workers);
std::uint64_t caf_chain_items(std::size_t events, int workers);
std::uint64_t caf_chain_stream(std::size_t events, int workers);
RoundTrips caf_round_trips(std::size_t trips);
IdleCost caf_idle(std::size_t actors);

// Written by hand: the limits. "threads" hand batches over rings, one thread per stage.
std::uint64_t by_hand_linear3_fused(std::size_t events);
std::uint64_t by_hand_linear3_batches(std::size_t events);  ///< one thread, three loops over each batch
std::uint64_t by_hand_linear3_halves(std::size_t events);   ///< two threads, half of the numbers each
std::uint64_t by_hand_linear3_threads(std::size_t events);
std::uint64_t by_hand_broadcast_fused(std::size_t events);
std::uint64_t by_hand_broadcast_threads(std::size_t events);
std::uint64_t by_hand_partition_fused(std::size_t events);
std::uint64_t by_hand_partition_threads(std::size_t events);
std::uint64_t by_hand_demand_threads(std::size_t events);
std::uint64_t by_hand_chain_calls(std::size_t events);     ///< virtual calls that pass a pointer on
std::uint64_t by_hand_chain_touching(std::size_t events);  ///< virtual calls that rewrite every event
RoundTrips by_hand_round_trips_spinning(std::size_t trips);
RoundTrips by_hand_round_trips_parked(std::size_t trips);
std::uint64_t by_hand_map_filter_sum(std::size_t numbers, int workers);
std::uint64_t by_hand_map_filter_sum_multiplying(std::size_t numbers, int workers);
WordTally by_hand_word_count(const Text& text, int workers);  ///< a table made for words
WordTally by_hand_word_count_unordered(const Text& text, int workers);
WordTally by_hand_word_count_robin(const Text& text, int workers);
std::uint64_t by_hand_find_words(const Text& text);                 ///< returns how many there are
std::uint64_t by_hand_windowed_counts(std::size_t readings);        ///< a table that takes any keys
std::uint64_t by_hand_windowed_counts_array(std::size_t readings);  ///< an array that knows them all
/// One thread makes the readings and counts every other key, the second one counts the others.
std::uint64_t by_hand_windowed_counts_threads(std::size_t readings);

// Commands that read the file.
bool has_command(const std::string& name);
WordTally awk_word_count(const Text& text);
std::uint64_t wc_words(const Text& text);  ///< `wc -w`; returns how many there are

}  // namespace bench
