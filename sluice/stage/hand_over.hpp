#pragma once

#include <array>
#include <cstddef>
#include <new>
#include <utility>

#include "sluice/core/events.hpp"

namespace sluice::inline v0 {

class Host;
class Edge;

/// A batch for a stage that has its turn next on the same thread: what an EventsMessage would carry, without
/// allocating and queueing one. At most one per run queue. Thread rule: that of the run queue.
class HandOver {
 public:
  /// Null: there is none.
  [[nodiscard]] Host* to() const noexcept { return to_; }
  [[nodiscard]] Edge& edge() const noexcept { return *edge_; }

  /// To be called when there is none.
  template <class T>
  void put(Host& to, Edge& edge, Events<T>&& events) noexcept {
    static_assert(sizeof(Events<T>) == sizeof(events_));
    to_ = &to;
    edge_ = &edge;
    ::new (static_cast<void*>(events_.data())) Events<T>(std::move(events));
  }
  /// T is what was put. There is none afterwards.
  template <class T>
  [[nodiscard]] Events<T> take() noexcept {
    auto& events = *std::launder(reinterpret_cast<Events<T>*>(events_.data()));
    Events<T> taken = std::move(events);
    events.~Events<T>();
    to_ = nullptr;
    return taken;
  }

 private:
  Host* to_ = nullptr;
  Edge* edge_ = nullptr;
  alignas(Events<char>) std::array<std::byte, sizeof(Events<char>)> events_;
};

}  // namespace sluice::inline v0
