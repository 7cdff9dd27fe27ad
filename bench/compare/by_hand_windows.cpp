// W10 written by hand: one loop, and two threads with half of the keys each.

#include <array>
#include <thread>
#include <vector>

#include "bench/compare/key_counts.hpp"
#include "bench/compare/peers.hpp"
#include "bench/compare/readings.hpp"
#include "bench/compare/ring.hpp"

namespace bench {
namespace {

/// Counts of the window that is open. A reading behind its end closes it.
template <class Counts>
class Window {
 public:
  void add(const Reading& reading) {
    if (reading.at >= end_) {
      close();
      begin_ = std::chrono::floor<std::chrono::seconds>(reading.at);
      end_ = begin_ + window_length;
    }
    counts_.count(reading.key);
  }

  /// After the last reading; returns the checksum of all windows.
  std::uint64_t finish() {
    close();
    return checksum_;
  }

 private:
  void close() {
    counts_.take([this](std::int64_t key, std::uint64_t count) { checksum_ += folded(begin_, key, count); });
  }

  Counts counts_;
  EventTime begin_{};
  EventTime end_{};
  std::uint64_t checksum_ = 0;
};

static_assert(window_length == std::chrono::seconds(1));

template <class Counts>
std::uint64_t counted(std::size_t readings) {
  Window<Counts> window;
  for (std::size_t number = 0; number != readings; ++number) window.add(reading(number));
  return window.finish();
}

/// Readings on the way to the second thread. A null batch ends the flow.
struct Batch {
  std::array<Reading, batch_size> readings;
  std::size_t size = 0;
};

struct Edge {
  Ring<Batch*> full;
  Ring<Batch*> empty;
};

std::uint64_t count_batches(Edge& edge) {
  Window<KeyTable> window;
  while (Batch* batch = edge.full.pop()) {
    for (std::size_t i = 0; i != batch->size; ++i) window.add(batch->readings[i]);
    batch->size = 0;
    edge.empty.push(batch);
  }
  return window.finish();
}

std::uint64_t count_even_and_send_odd(std::size_t readings, Edge& edge) {
  Window<KeyTable> window;
  Batch* batch = edge.empty.pop();
  for (std::size_t number = 0; number != readings; ++number) {
    const Reading next = reading(number);
    if (next.key % 2 == 0) {
      window.add(next);
      continue;
    }
    batch->readings[batch->size++] = next;
    if (batch->size != batch_size) continue;
    edge.full.push(batch);
    batch = edge.empty.pop();
  }
  edge.full.push(batch);
  edge.full.push(nullptr);
  return window.finish();
}

}  // namespace

std::uint64_t by_hand_windowed_counts(std::size_t readings) { return counted<KeyTable>(readings); }

std::uint64_t by_hand_windowed_counts_array(std::size_t readings) { return counted<KeyArray>(readings); }

std::uint64_t by_hand_windowed_counts_threads(std::size_t readings) {
  std::vector<Batch> batches(4);
  Edge edge;
  for (Batch& batch : batches) edge.empty.push(&batch);
  std::uint64_t odd = 0;
  std::thread second([&] { odd = count_batches(edge); });
  const std::uint64_t even = count_even_and_send_odd(readings, edge);
  second.join();
  return even + odd;
}

}  // namespace bench
