#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace sluice::inline v0 {

/// An identity that is never used again within a runtime. 0: none.
template <class Tag>
struct Id {
  std::uint64_t value = 0;

  explicit operator bool() const noexcept { return value != 0; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

using StageId = Id<struct StageTag>;
using SubscriptionId = Id<struct SubscriptionTag>;
using MonitorId = Id<struct MonitorTag>;
using TimerId = Id<struct TimerTag>;

}  // namespace sluice::inline v0

template <class Tag>
struct std::hash<sluice::Id<Tag>> {
  std::size_t operator()(sluice::Id<Tag> id) const noexcept { return std::hash<std::uint64_t>{}(id.value); }
};
