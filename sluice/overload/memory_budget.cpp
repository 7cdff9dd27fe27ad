#include "sluice/overload/memory_budget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "sluice/core/errors.hpp"
#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const MemoryOptions& options) {
  detail::check_count(options.bytes, "bytes");
  if (!(options.relaxed >= 0 && options.relaxed < 1))
    throw OptionError("relaxed", fmt::format("must be at least 0 and below 1, got {}", options.relaxed));
}

void check(const MemoryShareOptions& options) {
  detail::check_count(options.cap, "cap");
  if (options.floor > options.cap)
    throw OptionError("floor", fmt::format("must be at most cap, {}, got {}", options.cap, options.floor));
}

MemoryBudget::MemoryBudget(const MemoryOptions& options) : options_(options), free_(options.bytes) {
  check(options_);
}

double MemoryBudget::scale() const noexcept {
  const double share = static_cast<double>(used()) / static_cast<double>(options_.bytes);
  return std::clamp((1 - share) / (1 - options_.relaxed), 0.0, 1.0);
}

Take MemoryBudget::take_free(std::uint64_t bytes) noexcept {
  std::uint64_t free = free_.load(std::memory_order_relaxed);
  do {
    if (free < bytes) return Take::not_yet;
  } while (
      !free_.compare_exchange_weak(free, free - bytes, std::memory_order_acquire, std::memory_order_relaxed));
  return Take::taken;
}

void MemoryBudget::give_free(std::uint64_t bytes) noexcept {
  free_.fetch_add(bytes, std::memory_order_release);
}

MemoryShare::MemoryShare(MemoryBudget& budget, const MemoryShareOptions& options)
    : budget_(budget), options_(options) {
  check(options_);
  if (budget_.take_free(options_.floor) == Take::taken) return;
  throw OptionError("floor", fmt::format("must be at most what is free of the budget, {}, got {}",
                                         budget_.free_.load(std::memory_order_relaxed), options_.floor));
}

MemoryShare::~MemoryShare() {
  give(used());
  budget_.give_free(options_.floor);
}

Take MemoryShare::take(std::uint64_t bytes) noexcept {
  std::uint64_t used = used_.load(std::memory_order_relaxed);
  while (true) {
    if (used > options_.cap || bytes > options_.cap - used) return Take::not_yet;
    const std::uint64_t more = above_floor(used + bytes) - above_floor(used);
    if (more != 0 && budget_.take_free(more) == Take::not_yet) return Take::not_yet;
    if (used_.compare_exchange_weak(used, used + bytes, std::memory_order_acq_rel, std::memory_order_relaxed))
      break;
    if (more != 0) budget_.give_free(more);
  }
  budget_.used_.fetch_add(bytes, std::memory_order_relaxed);
  return Take::taken;
}

void MemoryShare::give(std::uint64_t bytes) noexcept {
  budget_.used_.fetch_sub(bytes, std::memory_order_relaxed);
  const std::uint64_t before = used_.fetch_sub(bytes, std::memory_order_acq_rel);
  assert(before >= bytes);
  const std::uint64_t less = above_floor(before) - above_floor(before - bytes);
  if (less != 0) budget_.give_free(less);
}

Demand MemoryShare::ask(Demand wanted) const noexcept {
  const double scale = budget_.scale();
  if (scale >= 1) return wanted;
  const auto scaled = static_cast<Demand>(static_cast<double>(wanted) * scale);
  return std::max(scaled, used() < options_.floor ? std::min<Demand>(wanted, 1) : 0);
}

}  // namespace sluice::inline v0::overload
