#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace sluice::inline v0::flow {

/// An event and its place in the order.
template <class T>
struct Numbered {
  using Event = T;

  std::uint64_t number;
  T event;
};

/// Puts numbered things back into their order 0, 1, 2 …: what comes too early waits. Every number comes once.
template <class T>
class Reorder {
 public:
  /// The number everything behind it waits for.
  [[nodiscard]] std::uint64_t expected() const noexcept { return expected_; }
  [[nodiscard]] std::size_t held() const noexcept { return held_; }

  /// Hands on, by next(T&&), whatever can be now.
  template <class Next>
  void put(std::uint64_t number, T thing, const Next& next) {
    const auto place = static_cast<std::size_t>(number - expected_);
    if (place == 0 && slots_.empty()) {
      ++expected_;
      next(std::move(thing));
      return;
    }
    if (place >= slots_.size()) slots_.resize(place + 1);
    slots_[place].emplace(std::move(thing));
    ++held_;
    while (!slots_.empty() && slots_.front()) take_front(next);
  }
  /// Nothing more comes: hands on what waits, in order, as if what is missing did not exist.
  template <class Next>
  void finish(const Next& next) {
    while (!slots_.empty()) take_front(next);
  }

 private:
  template <class Next>
  void take_front(const Next& next) {
    std::optional<T> thing = std::move(slots_.front());
    slots_.pop_front();
    ++expected_;
    if (!thing) return;
    --held_;
    next(std::move(*thing));
  }

  std::deque<std::optional<T>> slots_;  // the front is for `expected_`
  std::uint64_t expected_ = 0;
  std::size_t held_ = 0;
};

}  // namespace sluice::inline v0::flow
