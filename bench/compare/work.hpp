#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// The work of every workload, the same for all who do it: the shapes, the partitioning hash and the checksum
/// a run has to return. Numbers of events are whole multiples of batch_size.
namespace bench {

using Event = std::int64_t;

inline constexpr std::size_t batch_size = 1000;        ///< events in a peer's hand-packed vector
inline constexpr std::size_t broadcast_consumers = 4;  ///< W2
inline constexpr std::size_t partitions = 4;           ///< W3
inline constexpr std::size_t demand_consumers = 8;     ///< W4
inline constexpr std::size_t chain_length = 100;       ///< W5: identity stages between counter and sum
inline constexpr std::size_t jobs_at_once = 100;       ///< W12

/// splitmix64's finalizer. std::hash of an integer is the integer itself and would put a counter's multiples
/// of four on one partition.
constexpr std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

constexpr std::size_t partition_of(Event event) {
  return mix(static_cast<std::uint64_t>(event)) % partitions;
}

/// The counter: numbers from `first` on.
inline void fill(std::span<Event> events, Event first) {
  for (Event& event : events) event = first++;
}

inline void twice(std::span<Event> events) {
  for (Event& event : events) event *= 2;
}

/// The source of every workload: 0, 1, 2, … up to a number of events.
class Counter {
 public:
  explicit Counter(std::size_t events = 0) : events_(static_cast<Event>(events)) {}

  [[nodiscard]] bool done() const { return next_ == events_; }
  [[nodiscard]] Event peek() const { return next_; }
  Event next() { return next_++; }

  /// Fills the whole batch. REQUIRES: that many events are left.
  void next(std::span<Event> batch) {
    fill(batch, next_);
    next_ += static_cast<Event>(batch.size());
  }

  /// Takes the next numbers without writing them anywhere; returns how many, at most `limit`.
  std::size_t skip(std::size_t limit) {
    const std::size_t taken = std::min(limit, static_cast<std::size_t>(events_ - next_));
    next_ += static_cast<Event>(taken);
    return taken;
  }

 private:
  Event next_ = 0;
  Event events_;
};

/// Modulo 2^64.
inline std::uint64_t sum(std::span<const Event> events) {
  std::uint64_t total = 0;
  for (Event event : events) total += static_cast<std::uint64_t>(event);
  return total;
}

/// The checksum of several consumers tells who summed what: the first counts once, the second twice, and so
/// on.
constexpr std::uint64_t weighted(std::span<const std::uint64_t> sums) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) total += (i + 1) * sums[i];
  return total;
}

/// 0 + 1 + … + (events - 1); also the checksum of W4 and W5.
constexpr std::uint64_t counter_sum(std::uint64_t events) { return events * (events - 1) / 2; }

constexpr std::uint64_t linear3_checksum(std::uint64_t events) { return 2 * counter_sum(events); }

constexpr std::uint64_t broadcast_checksum(std::uint64_t events) {
  return counter_sum(events) * (broadcast_consumers * (broadcast_consumers + 1) / 2);
}

/// Has no closed form; costs about a nanosecond per event.
constexpr std::uint64_t partition_checksum(std::uint64_t events) {
  std::array<std::uint64_t, partitions> sums{};
  for (std::uint64_t x = 0; x < events; ++x) sums[partition_of(static_cast<Event>(x))] += x;
  return weighted(sums);
}

/// Numbers sorted by key: what a partitioning producer hands out at once, about batch_size for each consumer.
class SortedEvents {
 public:
  static constexpr std::size_t capacity = batch_size * partitions;

  SortedEvents() {
    for (auto& list : lists_) list.resize(capacity);
  }

  /// The counter's next numbers, `capacity` of them or what is left.
  void refill(Counter& counter) {
    std::array<Event*, partitions> ends{};
    for (std::size_t p = 0; p < partitions; ++p) ends[p] = lists_[p].data();
    const Event first = counter.peek();
    const Event last = first + static_cast<Event>(counter.skip(capacity));
    for (Event event = first; event != last; ++event) *ends[partition_of(event)]++ = event;
    for (std::size_t p = 0; p < partitions; ++p)
      sizes_[p] = static_cast<std::size_t>(ends[p] - lists_[p].data());
  }

  [[nodiscard]] std::span<const Event> list(std::size_t partition) const {
    return {lists_[partition].data(), sizes_[partition]};
  }

 private:
  std::array<std::vector<Event>, partitions> lists_;
  std::array<std::size_t, partitions> sizes_{};
};

/// W6: what the round trips of one run took.
struct RoundTrips {
  double p50_ns;
  double p99_ns;
};

/// REQUIRES: at least one sample. One clock read (about 40 ns) is part of each sample, for every peer.
inline RoundTrips percentiles(std::vector<std::int64_t> nanoseconds) {
  const auto at = [&](std::size_t percent) {
    const auto place =
        nanoseconds.begin() + static_cast<std::ptrdiff_t>((nanoseconds.size() - 1) * percent / 100);
    std::nth_element(nanoseconds.begin(), place, nanoseconds.end());
    return static_cast<double>(*place);
  };
  return {.p50_ns = at(50), .p99_ns = at(99)};
}

/// W7: what one idle stage or actor costs.
struct IdleCost {
  double resident_bytes;  ///< growth of the process's resident memory, divided by the count
  double heap_bytes;      ///< growth of what malloc has handed out, divided by the count
  double start_ns;        ///< from the first start until all are idle, divided by the count
};

}  // namespace bench
