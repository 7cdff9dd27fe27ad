#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sluice/core/time.hpp"

namespace sluice::inline v0::flow {

/// In which order things were last used, the one longest ago first. Each is a seat with a number of its own;
/// `hash` is kept for whoever looks the thing up by its seat. Constant time; nothing is allocated for a use.
class Recency {
 public:
  using Seat = std::uint32_t;
  static constexpr Seat none = ~Seat{0};

  /// A new thing, used at `when`; times before an earlier one count as that.
  [[nodiscard]] Seat add(Instant when, std::uint64_t hash);
  /// It is used again.
  void use(Seat seat, Instant when);
  void remove(Seat seat);
  void clear();

  /// `none`: there is nothing.
  [[nodiscard]] Seat oldest() const noexcept { return first_; }
  [[nodiscard]] Instant used(Seat seat) const { return places_[seat].when; }
  [[nodiscard]] std::uint64_t hash(Seat seat) const { return places_[seat].hash; }

  /// What a seat costs.
  [[nodiscard]] static constexpr std::size_t bytes() noexcept { return sizeof(Place); }

 private:
  struct Place {
    Instant when;
    std::uint64_t hash;
    Seat before;
    Seat behind;
  };
  void append(Seat seat, Instant when);
  void unlink(Seat seat);

  std::vector<Place> places_;
  Seat first_ = none;
  Seat last_ = none;
  Seat free_ = none;  // linked by `behind`
};

}  // namespace sluice::inline v0::flow
