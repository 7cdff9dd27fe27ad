#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace sluice::inline v0 {

/// Where an event is written that leaves with the callback: `slot = event`. A type of its own, so that the
/// compiler knows a write to a slot cannot change the stage's own members, and vectorises the loop.
template <class T>
class Slot {
 public:
  Slot& operator=(const T& event)
    requires std::is_copy_assignable_v<T>
  {
    value_ = event;
    return *this;
  }
  Slot& operator=(T&& event) noexcept(std::is_nothrow_move_assignable_v<T>) {
    value_ = std::move(event);
    return *this;
  }
  [[nodiscard]] T& get() noexcept { return value_; }

 private:
  template <class>
  friend class Emitter;
  explicit Slot(T&& event) noexcept : value_(std::move(event)) {}
  Slot() = default;
  T value_;
};

}  // namespace sluice::inline v0
