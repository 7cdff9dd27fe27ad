#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace sluice::inline v0::flow {

/// How many events were left out because their function failed, in all stages and runs of the flows that it
/// was given to. Copyable; all copies are one number. Thread rule: any thread.
class FailureCount {
 public:
  FailureCount() : count_(std::make_shared<std::atomic<std::uint64_t>>(0)) {}

  [[nodiscard]] std::uint64_t value() const noexcept { return count_->load(std::memory_order_relaxed); }
  void add() const noexcept { count_->fetch_add(1, std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> count_;
};

}  // namespace sluice::inline v0::flow
