#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/compare/work.hpp"

namespace bench {

/// Times consecutive round trips with one clock read each: a trip lasts from the end of the one before it.
/// One thread at a time.
class TripLog {
 public:
  explicit TripLog(std::size_t trips) : nanoseconds_(trips) {}

  /// The first trip leaves now.
  void start() { last_ = Clock::now(); }

  /// A trip ended and the next one leaves. REQUIRES: not complete().
  void back() {
    const Clock::time_point now = Clock::now();
    nanoseconds_[next_++] = std::chrono::duration_cast<std::chrono::nanoseconds>(now - last_).count();
    last_ = now;
  }

  [[nodiscard]] bool complete() const { return next_ == nanoseconds_.size(); }
  [[nodiscard]] RoundTrips result() const { return percentiles(nanoseconds_); }

 private:
  using Clock = std::chrono::steady_clock;
  std::vector<std::int64_t> nanoseconds_;
  std::size_t next_ = 0;
  Clock::time_point last_;
};

}  // namespace bench
