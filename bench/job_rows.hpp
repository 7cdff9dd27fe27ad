#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/compare/work.hpp"

/// W12 on Sluice, as sluice_rows.hpp: a job for each event adds its number to a total that all share.
namespace bench {

/// A ConsumerSupervisor with a child of a class derived from Job for each event; a hundred at once.
std::uint64_t sluice_jobs_of_a_class(std::size_t events, int workers);
/// for_each_job with a lambda; a hundred at once.
std::uint64_t sluice_jobs_of_a_function(std::size_t events, int workers);

}  // namespace bench
