#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/observe/snapshot.hpp"

namespace sluice::inline v0 {

/// The sums over the stages that have ended, by name, so that what a stage has lost is known after its end.
/// A name is kept for ever, so there are at most `most_names`; what has none, or comes later, is one entry
/// with the empty name. Thread rule: one thread at a time.
class EndedStagesBook {
 public:
  static constexpr std::size_t most_names = 1000;

  /// A stage has ended with these counts.
  void add(std::string_view name, const EventCounts& counts);
  /// Events came for a stage that had ended before.
  void add_late(std::string_view name, std::uint64_t events);
  /// By name, the empty one first.
  [[nodiscard]] std::vector<EndedStages> list() const;

 private:
  EndedStages& entry(std::string_view name);

  EndedStages nameless_;
  std::map<std::string, EndedStages, std::less<>> named_;
};

}  // namespace sluice::inline v0
