#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "layout.hpp"

namespace sluice::soak {

/// What the program itself knows of the events, apart from the library's counts; outlives every stage.
///
/// Thread rule: any thread. The source alone draws numbers, the sink alone delivers.
class Account {
 public:
  /// The first of `n` new numbers.
  std::uint64_t draw(std::uint64_t n) noexcept { return drawn_.fetch_add(n); }
  [[nodiscard]] std::uint64_t drawn() const noexcept { return drawn_.load(); }

  /// The next callback of this stage that has events throws.
  void light_fuse(std::size_t stage) noexcept { fuses_[stage].store(true); }
  [[nodiscard]] bool take_fuse(std::size_t stage) noexcept {
    return fuses_[stage].load(std::memory_order_relaxed) && fuses_[stage].exchange(false);
  }
  /// A callback of this stage emitted so many events from events that it did not handle, because it threw.
  void note_torn(std::size_t stage, std::uint64_t events) noexcept { torn_[stage].fetch_add(events); }
  [[nodiscard]] std::uint64_t torn(std::size_t stage) const noexcept { return torn_[stage].load(); }
  void note_start(std::size_t stage) noexcept { starts_[stage].fetch_add(1); }
  [[nodiscard]] std::uint64_t starts(std::size_t stage) const noexcept { return starts_[stage].load(); }

  /// The sink has handled these.
  void deliver(const Parcel* first, const Parcel* last);
  [[nodiscard]] std::uint64_t delivered() const;
  /// Waits until so many were delivered; false: nothing at all came for `patience`.
  [[nodiscard]] bool await(std::uint64_t delivered, std::chrono::seconds patience) const;
  /// Forgets which stages the events came through; from now on only those numbered `from` or later count.
  void watch_paths(std::uint64_t from);
  /// Waits until the events have come through all of these steps, as await does.
  [[nodiscard]] bool await_paths(std::uint32_t steps, std::chrono::seconds patience) const;
  /// Complaints about what was delivered: twice; too late to know; not through a whole line of stages.
  [[nodiscard]] std::uint64_t twice() const;
  [[nodiscard]] std::uint64_t too_old() const;
  [[nodiscard]] std::uint64_t astray() const;

 private:
  /// Of the newest numbers it is known whether they were delivered: more than can be under way at once.
  static constexpr std::uint64_t window = std::uint64_t{1} << 22;

  void note(std::uint64_t number);
  template <class Done>
  [[nodiscard]] bool await_until(Done done, std::chrono::seconds patience) const;

  std::atomic<std::uint64_t> drawn_{0};
  std::array<std::atomic<bool>, stages> fuses_{};
  std::array<std::atomic<std::uint64_t>, stages> torn_{};
  std::array<std::atomic<std::uint64_t>, stages> starts_{};

  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::vector<bool> seen_ = std::vector<bool>(window);
  std::uint64_t newest_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t twice_ = 0;
  std::uint64_t too_old_ = 0;
  std::uint64_t astray_ = 0;
  std::uint64_t watched_from_ = 0;
  std::uint32_t paths_ = 0;
};

}  // namespace sluice::soak
