#include "sluice/dispatch/partition_names.hpp"

#include <fmt/format.h>

#include <limits>
#include <stdexcept>
#include <utility>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0 {

namespace {

constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t most_listed = 16;

}  // namespace

PartitionNames::PartitionNames(std::size_t count, std::vector<std::string> names)
    : count_(count), names_(std::move(names)) {
  if (count_ < 1 || count_ > most) {
    throw OptionError("partitions", fmt::format("must be from 1 to {}, got {}", most, count_));
  }
  if (!names_.empty() && names_.size() != count_) {
    throw OptionError(
        "names", fmt::format("must be one for each of the {} partitions, got {}", count_, names_.size()));
  }
}

std::string PartitionNames::text(std::size_t partition) const {
  return partition < names_.size() ? fmt::format("{} ({})", partition, names_[partition])
                                   : fmt::to_string(partition);
}

std::string PartitionNames::all() const {
  if (count_ > most_listed) return fmt::format("{} to {}", text(0), text(count_ - 1));
  std::string out = text(0);
  for (std::size_t i = 1; i < count_; ++i) out += ", " + text(i);
  return out;
}

Reason PartitionNames::missing() const {
  return fmt::format("the subscription option partition is missing: it must be one of {}", all());
}

Reason PartitionNames::unknown(std::size_t partition) const {
  return fmt::format("partition {} does not exist: it must be one of {}", partition, all());
}

Reason PartitionNames::taken(std::size_t partition, std::string_view by) const {
  return fmt::format("partition {} is already taken by {}", text(partition), by);
}

void PartitionNames::misrouted(std::size_t partition) const {
  throw std::out_of_range(fmt::format(
      "the route answered partition {}, which does not exist: the partitions are {}", partition, all()));
}

std::string stage_text(std::string_view name, StageId stage) {
  return name.empty() ? fmt::format("stage {}", stage.value) : std::string(name);
}

}  // namespace sluice::inline v0
