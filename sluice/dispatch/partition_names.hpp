#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/ids.hpp"
#include "sluice/core/reason.hpp"

namespace sluice::inline v0 {

/// How many partitions there are and what they are called, and the sentences about the wrong use of them.
class PartitionNames {
 public:
  /// Throws OptionError when there is no partition, too many, or `names` is neither empty nor one for each.
  PartitionNames(std::size_t count, std::vector<std::string> names);

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// "1", "1 (odd)"
  [[nodiscard]] std::string text(std::size_t partition) const;
  /// "0 (even), 1 (odd)", "0 to 99"
  [[nodiscard]] std::string all() const;

  /// Why a consumer is turned away.
  [[nodiscard]] Reason missing() const;
  [[nodiscard]] Reason unknown(std::size_t partition) const;
  [[nodiscard]] Reason taken(std::size_t partition, std::string_view by) const;

  /// Throws std::out_of_range: the route answered with a partition that does not exist.
  [[noreturn]] void misrouted(std::size_t partition) const;

 private:
  std::size_t count_;
  std::vector<std::string> names_;
};

/// "printer", or "stage 7" where it has no name.
[[nodiscard]] std::string stage_text(std::string_view name, StageId stage);

}  // namespace sluice::inline v0
