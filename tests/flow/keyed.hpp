#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flow/record.hpp"

/// What the tests of state by keys share.
namespace sluice::flow_tests {

using ::testing::HasSubstr;
using ::testing::Pair;

template <class K, class V>
[[nodiscard]] std::map<K, V> as_map(const std::vector<std::pair<K, V>>& pairs) {
  std::map<K, V> all;
  for (const auto& [key, value] : pairs) EXPECT_TRUE(all.emplace(key, value).second) << "a key came twice";
  return all;
}

/// What a flow fails with.
template <class F>
[[nodiscard]] std::string failure_of(const F& flow, conformance::World& world) {
  try {
    static_cast<void>(events_of(flow, world));
  } catch (const flow::FlowFailed& failed) {
    return failed.what();
  }
  return "nothing failed";
}
/// What is wrong with an option.
template <class F>
[[nodiscard]] std::string problem_of(F f) {
  try {
    static_cast<void>(f());
  } catch (const OptionError& error) {
    return error.what();
  }
  return "nothing was wrong";
}

/// Some numbers that look random, from a seed.
[[nodiscard]] inline std::vector<int> numbers(std::uint64_t seed, std::size_t count, std::uint64_t limit) {
  std::vector<int> made;
  for (std::size_t i = 0; i != count; ++i)
    made.push_back(static_cast<int>(mix_bits(seed * 1000 + i) % limit));
  return made;
}

}  // namespace sluice::flow_tests
