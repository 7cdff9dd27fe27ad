#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::inline v0::overload {

/// Why a strategy of overload let an event go. Every event that is lost is counted under one of these and
/// handed to on_discard(T&&, Loss).
enum class Loss : unsigned char {
  arriving,    ///< the queue was full, and it was the one that came
  oldest,      ///< the queue was full, and it had waited longest
  youngest,    ///< the queue was full, and it was the last one in
  cleared,     ///< the queue was full, and all that waited went
  too_heavy,   ///< it weighs more than the whole queue may
  shrunk,      ///< the queue's limits were lowered
  outranked,   ///< the queue was full, and it was of the lowest class
  expired,     ///< it had waited longer than it may
  overloaded,  ///< it had waited too long for a queue that is not getting shorter
  replaced,    ///< a newer one of the same key or period took its place
  sampled,     ///< it was not among those that a sample keeps
};

inline constexpr std::size_t losses = static_cast<std::size_t>(Loss::sampled) + 1;

/// The name of the enumerator.
[[nodiscard]] std::string_view to_string(Loss loss) noexcept;

/// Events lost, by reason.
class LossCounts {
 public:
  void add(Loss loss) noexcept { ++counts_[static_cast<std::size_t>(loss)]; }
  [[nodiscard]] std::uint64_t of(Loss loss) const noexcept { return counts_[static_cast<std::size_t>(loss)]; }
  [[nodiscard]] std::uint64_t total() const noexcept;

 private:
  std::array<std::uint64_t, losses> counts_ = {};
};

}  // namespace sluice::inline v0::overload
