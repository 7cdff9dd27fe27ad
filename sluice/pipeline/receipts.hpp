#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sluice/core/time.hpp"
#include "sluice/pipeline/acknowledger.hpp"
#include "sluice/stage/latch.hpp"

namespace sluice::inline v0::pipeline {

/// One acknowledgement as it came: what was settled together.
struct Receipt {
  struct Failure {
    std::uint64_t tag = 0;
    Reason reason = {};
  };
  std::vector<std::uint64_t> done = {};
  std::vector<Failure> failed = {};
};

/// An acknowledger that keeps what it hears, for tests and for those who wait (pipeline.md B9.4).
///
/// Thread rule: any thread.
class Receipts final : public Acknowledger {
 public:
  /// Waits are over when so many messages have been settled.
  explicit Receipts(std::size_t expected = 0) : expected_(expected) {}

  void settle(std::span<const Settled> messages) override;
  /// Keeps what was asked for (BW-027).
  std::uint64_t configure(std::uint64_t tag, const std::any& options) override;

  /// In the order in which they came.
  [[nodiscard]] std::vector<Receipt> all() const;
  /// The tags of all that are done, and of all that failed, sorted.
  [[nodiscard]] std::vector<std::uint64_t> done() const;
  [[nodiscard]] std::vector<std::uint64_t> failed() const;
  [[nodiscard]] std::size_t settled() const;
  [[nodiscard]] std::vector<std::any> configured() const;
  /// Opens when all that are expected have been settled.
  [[nodiscard]] Latch& complete() noexcept { return complete_; }

 private:
  const std::size_t expected_;
  mutable std::mutex mutex_;
  std::vector<Receipt> all_;
  std::vector<std::any> configured_;
  std::size_t settled_ = 0;
  Latch complete_;
};

}  // namespace sluice::inline v0::pipeline
