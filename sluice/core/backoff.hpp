#pragma once

#include <cstdint>
#include <optional>

#include "sluice/core/options.hpp"
#include "sluice/core/time.hpp"

namespace sluice::inline v0 {

/// How long to wait before the next attempt: from RetryOptions::first, doubling to RetryOptions::most, each
/// 20 % more or less so that many who wait for one do not come at once. Has no clock and no dice.
class Backoff {
 public:
  explicit Backoff(const RetryOptions& options) noexcept : options_(options) {}

  /// `drawn`: any 64 random bits. std::nullopt: as many attempts in a row as there may be have been made.
  [[nodiscard]] std::optional<Duration> next(std::uint64_t drawn) noexcept;
  /// The next attempt is a first one again.
  void succeeded() noexcept { attempts_ = 0; }
  /// In a row.
  [[nodiscard]] std::uint64_t attempts() const noexcept { return attempts_; }
  [[nodiscard]] const RetryOptions& options() const noexcept { return options_; }

 private:
  RetryOptions options_;
  std::uint64_t attempts_ = 0;
};

}  // namespace sluice::inline v0
