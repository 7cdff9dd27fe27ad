#pragma once

#include <cstddef>
#include <cstdint>

#include "sluice/core/count.hpp"

namespace sluice::inline v0 {

/// The sum of the demand of several consumers, exact although it may exceed 64 bits in between.
class DemandSum {
 public:
  void add(Demand n) noexcept {
    if (n == unlimited) {
      ++without_limit_;
    } else {
      low_ += n;
      high_ += low_ < n ? 1 : 0;
    }
  }
  /// Undoes one add(n).
  void take(Demand n) noexcept {
    if (n == unlimited) {
      --without_limit_;
    } else {
      high_ -= low_ < n ? 1 : 0;
      low_ -= n;
    }
  }
  /// At most `unlimited`.
  [[nodiscard]] Demand total() const noexcept {
    return without_limit_ != 0 || high_ != 0 || low_ > unlimited ? unlimited : low_;
  }

 private:
  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
  std::size_t without_limit_ = 0;
};

}  // namespace sluice::inline v0
