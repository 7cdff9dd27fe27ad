#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <ranges>
#include <vector>

#include "conformance/scenario.hpp"
#include "sluice/flow.hpp"

/// What the tests of flows share.
namespace sluice::flow_tests {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

template <class T>
[[nodiscard]] std::vector<T> sorted(std::vector<T> events) {
  std::ranges::sort(events);
  return events;
}

/// All events of a flow, in order of their coming.
template <class F>
[[nodiscard]] auto events_of(const F& flow, conformance::World& world) {
  return flow | flow::to_vector(world.runtime());
}

/// Appends each event to a list: the reducer of most scenarios.
template <class T>
struct Append {
  void operator()(std::vector<T>& list, T event) const { list.push_back(std::move(event)); }
};

}  // namespace sluice::flow_tests
