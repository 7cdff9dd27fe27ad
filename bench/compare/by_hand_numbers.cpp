// W8 written by hand: one loop, or each of two threads with half of the numbers.

#include "bench/compare/in_parts.hpp"
#include "bench/compare/numbers.hpp"
#include "bench/compare/peers.hpp"

namespace bench {
namespace {

template <bool (*is_wanted)(Event)>
std::uint64_t kept_sum(Event first, Event last) {
  std::uint64_t total = 0;
  for (Event number = first; number != last; ++number) {
    const Event event = mapped(number);
    if (is_wanted(event)) total += static_cast<std::uint64_t>(event);
  }
  return total;
}

template <bool (*is_wanted)(Event)>
std::uint64_t kept_sum_of(std::size_t numbers, int workers) {
  const std::size_t parts = static_cast<std::size_t>(workers);
  const auto begin_of = [&](std::size_t part) { return static_cast<Event>(numbers / parts * part); };
  return in_parts(
      workers,
      [&](std::size_t part) {
        const Event last = part + 1 == parts ? static_cast<Event>(numbers) : begin_of(part + 1);
        return kept_sum<is_wanted>(begin_of(part), last);
      },
      [](std::uint64_t& total, std::uint64_t other) { total += other; });
}

}  // namespace

std::uint64_t by_hand_map_filter_sum(std::size_t numbers, int workers) {
  return kept_sum_of<is_kept>(numbers, workers);
}

std::uint64_t by_hand_map_filter_sum_multiplying(std::size_t numbers, int workers) {
  return kept_sum_of<is_kept_by_multiplication>(numbers, workers);
}

}  // namespace bench
