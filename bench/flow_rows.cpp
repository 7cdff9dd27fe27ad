#include "bench/flow_rows.hpp"

#include <functional>
#include <ranges>
#include <string_view>
#include <utility>

#include "bench/compare/numbers.hpp"
#include "bench/compare/readings.hpp"
#include "sluice/flow.hpp"
#include "sluice/flow/text/words.hpp"
#include "sluice/sluice.hpp"

namespace bench {
namespace {

namespace flow = sluice::flow;

[[nodiscard]] auto up_to(std::size_t count) {
  return flow::from(std::views::iota(Event{0}, static_cast<Event>(count)));
}

/// Adds up what comes, modulo 2^64.
[[nodiscard]] auto summed() {
  return flow::reduce(std::uint64_t{0},
                      [](std::uint64_t& sum, auto n) { sum += static_cast<std::uint64_t>(n); });
}

[[nodiscard]] sluice::RuntimeOptions with(int workers) {
  return {.workers = static_cast<std::size_t>(workers)};
}

/// How often a key came in a window, and when it last did.
struct Occurrences {
  EventTime last = {};
  std::uint64_t count = 0;
};

}  // namespace

std::uint64_t flow_map_filter_sum(std::size_t numbers, int workers) {
  sluice::Runtime runtime(with(workers));
  const auto sums = up_to(numbers) | flow::map([](Event n) { return mapped(n); }) |
                    flow::filter([](Event n) { return is_kept(n); }) | summed() | flow::to_vector(runtime);
  std::uint64_t sum = 0;
  for (const std::uint64_t of_stage : sums) sum += of_stage;
  return sum;
}

WordTally flow_word_count(const Text& text, int workers) {
  sluice::Runtime runtime(with(workers));
  WordTally tally;
  auto counts = flow::from_lines(text.path()) |
                flow::flat_map([](std::string_view line) { return flow::words(line); }) |
                flow::count_by(std::identity{}) | flow::to_range(runtime);
  for (const auto& [word, count] : counts) tally.add(word, count);
  return tally;
}

std::uint64_t flow_windowed_counts(std::size_t readings, int workers) {
  sluice::Runtime runtime(with(workers));
  const auto sums = up_to(readings) |
                    flow::map([](Event n) { return reading(static_cast<std::size_t>(n)); }) |
                    flow::partition(&Reading::key) | flow::window::fixed(window_length, &Reading::at) |
                    flow::reduce_by(&Reading::key, Occurrences{},
                                    [](Occurrences& seen, const Reading& one) {
                                      seen.last = one.at;
                                      ++seen.count;
                                    }) |
                    flow::map([](const std::pair<std::int64_t, Occurrences>& result) {
                      const auto& [key, seen] = result;
                      return folded(std::chrono::floor<std::chrono::seconds>(seen.last), key, seen.count);
                    }) |
                    flow::shuffle({.stages = 1}) | summed() | flow::to_vector(runtime);
  return sums.at(0);
}

}  // namespace bench
