#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace sluice::inline v0::flow {

/// How many events came too late for their windows. A copy counts together with what it was copied from: give
/// one as the option `late` of a window, and read it. Thread rule: any thread.
class LateCount {
 public:
  [[nodiscard]] std::uint64_t value() const noexcept { return count_->load(std::memory_order_relaxed); }
  void add(std::uint64_t n) noexcept { count_->fetch_add(n, std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> count_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

/// Nobody wants the late events themselves.
struct DropLate {};

/// Where one stage puts its late events.
template <class F>
class LateEvents {
 public:
  LateEvents(F f, LateCount count) : f_(std::move(f)), count_(std::move(count)) {}

  template <class T>
  void take(std::span<T> events) {
    count_.add(events.size());
    here_ += events.size();
    if constexpr (!std::is_same_v<F, DropLate>) {
      for (T& event : events) std::invoke(f_, std::move(event));
    }
  }
  /// What is to be said at the end; empty: nothing was lost.
  [[nodiscard]] std::string loss() const;

 private:
  F f_;
  LateCount count_;
  std::uint64_t here_ = 0;
};

namespace detail {

[[nodiscard]] std::string late_warning(std::uint64_t events);

/// Whether Late is a function for events of type T, or DropLate.
template <class Late, class T>
consteval bool takes_late() {
  constexpr bool fits = std::is_same_v<Late, DropLate> || std::is_invocable_v<Late&, T>;
  static_assert(fits, "sluice: on_late(f) needs an f that takes an event");
  return fits;
}

}  // namespace detail

template <class F>
std::string LateEvents<F>::loss() const {
  if (!std::is_same_v<F, DropLate> || here_ == 0) return {};
  return detail::late_warning(here_);
}

}  // namespace sluice::inline v0::flow
