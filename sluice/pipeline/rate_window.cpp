#include "sluice/pipeline/rate_window.hpp"

#include <algorithm>

namespace sluice::inline v0::pipeline {

RateWindow::RateWindow(RateLimit limit, Instant now)
    : limit_(limit), coming_(limit), begin_(now), left_(limit.allowed) {
  check(limit);
}

std::size_t RateWindow::take(std::size_t n, Instant now) noexcept {
  advance(now);
  const std::size_t taken = std::min(n, left_);
  left_ -= taken;
  return taken;
}

std::size_t RateWindow::left(Instant now) noexcept {
  advance(now);
  return left_;
}

Instant RateWindow::next(Instant now) noexcept {
  advance(now);
  return after(begin_, limit_.interval);
}

void RateWindow::reset(Instant now) noexcept {
  begin_ = now;
  limit_ = coming_;
  left_ = limit_.allowed;
}

void RateWindow::change(RateLimit limit) {
  check(limit);
  coming_ = limit;
}

/// Intervals follow one another without a gap.
void RateWindow::advance(Instant now) noexcept {
  const Duration passed = now - begin_;
  if (passed < limit_.interval) return;
  const Instant end_of_first = begin_ + limit_.interval;
  reset(end_of_first + (now - end_of_first) / coming_.interval * coming_.interval);
}

}  // namespace sluice::inline v0::pipeline
