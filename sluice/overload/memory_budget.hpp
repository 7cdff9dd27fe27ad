#pragma once

#include <atomic>
#include <cstdint>

#include "sluice/core/count.hpp"
#include "sluice/overload/take.hpp"

namespace sluice::inline v0::overload {

/// The memory that the edges of a topology may fill together.
struct MemoryOptions {
  /// Bytes. At least 1.
  std::uint64_t bytes = std::uint64_t{256} << 20U;
  /// Share of the bytes in use from which on edges ask for less. At least 0, below 1.
  double relaxed = 0.8;
};

/// What one edge may fill of it.
struct MemoryShareOptions {
  /// Bytes that no other edge gets. At most what is not reserved or in use.
  std::uint64_t floor = 0;
  /// Bytes at most. At least `floor` and at least 1.
  std::uint64_t cap = unlimited;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const MemoryOptions& options);
void check(const MemoryShareOptions& options);

class MemoryShare;

/// One budget of bytes that edges draw from, each with a floor of its own and a cap. Any thread may call
/// anything. A budget outlives its shares; it neither copies nor moves.
///
/// 1. used() of all shares together <= bytes.
/// 2. free_ = bytes - the floors of all shares - what they use above their floors, or less for a moment while
/// a
///    share takes or gives.
/// 3. A share that uses no more than its floor always gets what it takes up to it: nobody else can use it up.
/// 4. No call waits for another thread: each is a few compare-and-swap loops.
class MemoryBudget {
 public:
  /// Throws OptionError.
  explicit MemoryBudget(const MemoryOptions& options);
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  [[nodiscard]] std::uint64_t bytes() const noexcept { return options_.bytes; }
  /// Bytes in use.
  [[nodiscard]] std::uint64_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  /// What of an ask an edge should make now: 1 up to `relaxed` of the budget, then falling to 0 where all is
  /// used: (1 - u) / (1 - relaxed).
  [[nodiscard]] double scale() const noexcept;

 private:
  friend class MemoryShare;
  [[nodiscard]] Take take_free(std::uint64_t bytes) noexcept;
  void give_free(std::uint64_t bytes) noexcept;

  const MemoryOptions options_;
  std::atomic<std::uint64_t> free_;
  std::atomic<std::uint64_t> used_ = 0;
};

/// What one edge holds of a MemoryBudget. Any thread may call anything: whoever fills the edge takes, whoever
/// empties it gives. What it holds goes back when it ends. It neither copies nor moves.
///
/// 1. used() <= cap.
/// 2. What it uses above its floor has been taken from the budget before it is used, and goes back after.
class MemoryShare {
 public:
  /// Reserves the floor. Throws OptionError, also if there is not so much free now.
  MemoryShare(MemoryBudget& budget, const MemoryShareOptions& options);
  ~MemoryShare();
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;

  /// All of it or nothing.
  [[nodiscard]] Take take(std::uint64_t bytes) noexcept;
  /// Gives back what was taken.
  void give(std::uint64_t bytes) noexcept;

  /// How many of so many events to ask for: budget.scale() of them, rounded down. Below its floor an edge
  /// asks for at least one, so that it never stands still for what others hold.
  [[nodiscard]] Demand ask(Demand wanted) const noexcept;

  [[nodiscard]] std::uint64_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] const MemoryShareOptions& options() const noexcept { return options_; }

 private:
  [[nodiscard]] std::uint64_t above_floor(std::uint64_t used) const noexcept {
    return used > options_.floor ? used - options_.floor : 0;
  }

  MemoryBudget& budget_;
  const MemoryShareOptions options_;
  std::atomic<std::uint64_t> used_ = 0;
};

}  // namespace sluice::inline v0::overload
