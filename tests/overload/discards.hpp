#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "sluice/overload/loss.hpp"

namespace sluice::overload_tests {

/// An on_discard that remembers.
template <class T>
struct Discards {
  std::vector<std::pair<T, overload::Loss>> all = {};

  void operator()(T&& event, overload::Loss why) { all.emplace_back(std::move(event), why); }

  /// Whether the counters say the same.
  [[nodiscard]] bool agree(const overload::LossCounts& counts) const {
    std::map<overload::Loss, std::uint64_t> mine;
    for (const auto& [event, why] : all) ++mine[why];
    for (std::size_t i = 0; i < overload::losses; ++i) {
      if (counts.of(static_cast<overload::Loss>(i)) != mine[static_cast<overload::Loss>(i)]) return false;
    }
    return counts.total() == all.size();
  }
};

}  // namespace sluice::overload_tests
