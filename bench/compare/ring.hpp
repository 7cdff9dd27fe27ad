#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <thread>

namespace bench {

/// Spins for some microseconds, then gives the core away between looks: the workloads have more threads than
/// this kind of machine has cores.
template <class Condition>
void spin_until(Condition condition) {
  constexpr int looks_before_yield = 200;
  for (int looks = 0; !condition(); ++looks) {
    if (looks >= looks_before_yield) std::this_thread::yield();
  }
}

/// A bounded queue between one writing and one reading thread.
/// 1. Only the writer changes `end_`, only the reader `begin_`; begin_ <= end_ <= begin_ + places.
/// 2. Each side keeps the other's index as it last saw it, and looks again only when that one says full or
/// empty.
template <class T>
class Ring {
 public:
  /// Waits for room.
  void push(T value) {
    const std::size_t end = end_.load(std::memory_order_relaxed);
    if (end - begin_seen_ == places) {
      spin_until([&] { return end - (begin_seen_ = begin_.load(std::memory_order_acquire)) != places; });
    }
    values_[end % places] = value;
    end_.store(end + 1, std::memory_order_release);
  }

  /// Waits for a value.
  T pop() {
    const std::size_t begin = begin_.load(std::memory_order_relaxed);
    if (is_empty()) spin_until([&] { return !is_empty(); });
    const T value = values_[begin % places];
    begin_.store(begin + 1, std::memory_order_release);
    return value;
  }

  /// For the reader only.
  bool is_empty() {
    const std::size_t begin = begin_.load(std::memory_order_relaxed);
    if (begin == end_seen_) end_seen_ = end_.load(std::memory_order_acquire);
    return begin == end_seen_;
  }

 private:
  static constexpr std::size_t places = 16;
  alignas(64) std::atomic<std::size_t> end_ = 0;
  std::size_t begin_seen_ = 0;
  alignas(64) std::atomic<std::size_t> begin_ = 0;
  std::size_t end_seen_ = 0;
  alignas(64) std::array<T, places> values_{};
};

}  // namespace bench
