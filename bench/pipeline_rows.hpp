#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/compare/work.hpp"

/// W11 on Sluice: messages with an acknowledger through one process step, in batches of 100 that add them up,
/// each acknowledged.
namespace bench {

/// One process stage that asks for 1,000 messages at once.
std::uint64_t sluice_acknowledged(std::size_t events, int workers);
/// The same with the defaults, as Broadway has them: for 10 at once.
std::uint64_t sluice_acknowledged_tens(std::size_t events, int workers);
/// Without batches: the process step adds them up and acknowledges them.
std::uint64_t sluice_acknowledged_one_step(std::size_t events, int workers);

}  // namespace bench
