#pragma once

#include <cstdint>

namespace sluice::inline v0 {

/// A small generator (splitmix64) that draws the same numbers on every platform, so that a seed repeats a
/// run.
class Random {
 public:
  /// What the state grows by with each number.
  static constexpr std::uint64_t step = 0x9e3779b97f4a7c15U;

  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}
  [[nodiscard]] std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += step);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  /// 0 … n-1; n >= 1.
  [[nodiscard]] std::uint64_t below(std::uint64_t n) noexcept { return next() % n; }
  /// Whether something of this probability happens.
  [[nodiscard]] bool chance(double probability) noexcept {
    return static_cast<double>(next() >> 11U) * 0x1.0p-53 < probability;
  }

 private:
  std::uint64_t state_;
};

}  // namespace sluice::inline v0
