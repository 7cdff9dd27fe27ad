// The workloads written by hand, for the limits: one loop without any hand-over, and threads that hand
// batches over rings. What these reach says what the machine can do, not what a user would write.

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "bench/compare/peers.hpp"
#include "bench/compare/ring.hpp"
#include "bench/compare/trip_log.hpp"

namespace bench {
namespace {

/// Keeps the compiler from computing a loop's result without the values between.
inline void keep(Event& event) { asm volatile("" : "+r"(event)); }
inline void keep(std::span<Event> events) { asm volatile("" : : "r"(events.data()) : "memory"); }

using Batch = std::vector<Event>;

/// One way and back between two threads: full batches there, empty ones back. A null batch ends the flow.
template <class T>
struct Edge {
  Ring<T*> full;
  Ring<T*> empty;
};

constexpr std::size_t batches_per_edge = 4;

std::vector<Batch> batches(std::size_t count) { return std::vector<Batch>(count, Batch(batch_size)); }

template <class T>
void hand_out_empty(std::vector<T>& batches, Edge<T>& edge) {
  for (T& batch : batches) edge.empty.push(&batch);
}

/// A batch that several consumers read; the last reader hands it back.
template <class T>
struct Shared {
  T events;
  std::atomic<std::size_t> readers = 0;
};

/// One producer, one thread per consumer; every consumer gets every batch and reads its own part of it.
template <class T, class Refill, class Part>
std::uint64_t to_all_threads(std::size_t events, std::size_t consumers, Refill refill, Part part) {
  std::vector<Ring<Shared<T>*>> rings(consumers);
  std::vector<Shared<T>> batches(batches_per_edge);
  std::vector<std::uint64_t> sums(consumers);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < consumers; ++i) {
    threads.emplace_back([&, i] {
      std::uint64_t total = 0;
      while (Shared<T>* batch = rings[i].pop()) {
        total += sum(part(batch->events, i));
        batch->readers.fetch_sub(1, std::memory_order_release);
      }
      sums[i] = total;
    });
  }
  Counter counter(events);
  for (std::size_t turn = 0; !counter.done(); turn = (turn + 1) % batches.size()) {
    Shared<T>& batch = batches[turn];
    spin_until([&] { return batch.readers.load(std::memory_order_acquire) == 0; });
    refill(batch.events, counter);
    batch.readers.store(consumers, std::memory_order_relaxed);
    for (auto& ring : rings) ring.push(&batch);
  }
  for (auto& ring : rings) ring.push(nullptr);
  for (std::thread& thread : threads) thread.join();
  return weighted(sums);
}

/// An identity stage as a class hierarchy would have it.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual Batch* handle(Batch* batch) = 0;
};

class PassOn final : public Stage {
 public:
  Batch* handle(Batch* batch) override { return batch; }
};

/// Writes every event again, as a stage would that emits what it got.
class Touch final : public Stage {
 public:
  Batch* handle(Batch* batch) override {
    for (Event& event : *batch) keep(event);
    return batch;
  }
};

template <class OneStage>
std::uint64_t chain_of(std::size_t events) {
  std::vector<std::unique_ptr<Stage>> chain;
  for (std::size_t i = 0; i < chain_length; ++i) chain.push_back(std::make_unique<OneStage>());
  Batch storage(batch_size);
  Counter counter(events);
  std::uint64_t total = 0;
  while (!counter.done()) {
    Batch* batch = &storage;
    counter.next(*batch);
    for (const auto& stage : chain) batch = stage->handle(batch);
    total += sum(*batch);
  }
  return total;
}

std::uint64_t doubled_sum(Event first, Event last) {
  std::uint64_t total = 0;
  for (Event event = first; event != last; ++event) {
    Event doubled = event * 2;
    keep(doubled);
    total += static_cast<std::uint64_t>(doubled);
  }
  return total;
}

}  // namespace

std::uint64_t by_hand_linear3_fused(std::size_t events) { return doubled_sum(0, static_cast<Event>(events)); }

std::uint64_t by_hand_linear3_batches(std::size_t events) {
  Batch batch(batch_size);
  Counter counter(events);
  std::uint64_t total = 0;
  while (!counter.done()) {
    counter.next(batch);
    keep(batch);
    twice(batch);
    keep(batch);
    total += sum(batch);
  }
  return total;
}

std::uint64_t by_hand_linear3_halves(std::size_t events) {
  const auto middle = static_cast<Event>(events / 2);
  std::uint64_t upper = 0;
  std::thread other([&] { upper = doubled_sum(middle, static_cast<Event>(events)); });
  const std::uint64_t lower = doubled_sum(0, middle);
  other.join();
  return lower + upper;
}

std::uint64_t by_hand_linear3_threads(std::size_t events) {
  auto storage = batches(batches_per_edge);
  Edge<Batch> counted;
  Ring<Batch*> doubled;
  hand_out_empty(storage, counted);
  std::thread doubler([&] {
    while (Batch* batch = counted.full.pop()) {
      twice(*batch);
      doubled.push(batch);
    }
    doubled.push(nullptr);
  });
  std::uint64_t total = 0;
  std::thread summer([&] {
    while (Batch* batch = doubled.pop()) {
      total += sum(*batch);
      counted.empty.push(batch);
    }
  });
  Counter counter(events);
  while (!counter.done()) {
    Batch* batch = counted.empty.pop();
    counter.next(*batch);
    counted.full.push(batch);
  }
  counted.full.push(nullptr);
  doubler.join();
  summer.join();
  return total;
}

std::uint64_t by_hand_broadcast_fused(std::size_t events) {
  std::array<std::uint64_t, broadcast_consumers> sums{};
  for (Event event = 0; event != static_cast<Event>(events); ++event) {
    for (std::uint64_t& total : sums) {
      Event received = event;
      keep(received);
      total += static_cast<std::uint64_t>(received);
    }
  }
  return weighted(sums);
}

std::uint64_t by_hand_broadcast_threads(std::size_t events) {
  return to_all_threads<std::array<Event, batch_size>>(
      events, broadcast_consumers, [](std::span<Event> batch, Counter& counter) { counter.next(batch); },
      [](std::span<const Event> batch, std::size_t) { return batch; });
}

std::uint64_t by_hand_partition_fused(std::size_t events) { return partition_checksum(events); }

std::uint64_t by_hand_partition_threads(std::size_t events) {
  return to_all_threads<SortedEvents>(
      events, partitions, [](SortedEvents& batch, Counter& counter) { batch.refill(counter); },
      [](const SortedEvents& batch, std::size_t i) { return batch.list(i); });
}

std::uint64_t by_hand_demand_threads(std::size_t events) {
  auto storage = batches(demand_consumers * batches_per_edge);
  std::array<Edge<Batch>, demand_consumers> edges;
  std::array<std::uint64_t, demand_consumers> sums{};
  for (std::size_t i = 0; i < storage.size(); ++i) edges[i % demand_consumers].empty.push(&storage[i]);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < demand_consumers; ++i) {
    threads.emplace_back([&edge = edges[i], &total = sums[i]] {
      while (Batch* batch = edge.full.pop()) {
        total += sum(*batch);
        edge.empty.push(batch);
      }
    });
  }
  Counter counter(events);
  const auto serve_whoever_asks = [&] {
    bool served = false;
    for (auto& edge : edges) {
      while (!counter.done() && !edge.empty.is_empty()) {
        Batch* batch = edge.empty.pop();
        counter.next(*batch);
        edge.full.push(batch);
        served = true;
      }
    }
    return served || counter.done();
  };
  while (!counter.done()) spin_until(serve_whoever_asks);
  for (auto& edge : edges) edge.full.push(nullptr);
  for (std::thread& thread : threads) thread.join();
  std::uint64_t total = 0;
  for (std::uint64_t one : sums) total += one;
  return total;
}

std::uint64_t by_hand_chain_calls(std::size_t events) { return chain_of<PassOn>(events); }
std::uint64_t by_hand_chain_touching(std::size_t events) { return chain_of<Touch>(events); }

RoundTrips by_hand_round_trips_spinning(std::size_t trips) {
  struct alignas(64) Line {
    std::atomic<Event> value = 0;
  };
  Line there;
  Line back;
  std::thread other([&] {
    for (Event expected = 1; expected <= static_cast<Event>(trips); ++expected) {
      while (there.value.load(std::memory_order_acquire) != expected) {
      }
      back.value.store(expected, std::memory_order_release);
    }
  });
  TripLog log(trips);
  log.start();
  for (Event event = 1; !log.complete(); ++event) {
    there.value.store(event, std::memory_order_release);
    while (back.value.load(std::memory_order_acquire) != event) {
    }
    log.back();
  }
  other.join();
  return log.result();
}

RoundTrips by_hand_round_trips_parked(std::size_t trips) {
  std::atomic<Event> there = 0;
  std::atomic<Event> back = 0;
  std::thread other([&] {
    for (Event expected = 1; expected <= static_cast<Event>(trips); ++expected) {
      there.wait(expected - 1);
      back.store(expected);
      back.notify_one();
    }
  });
  TripLog log(trips);
  log.start();
  for (Event event = 1; !log.complete(); ++event) {
    there.store(event);
    there.notify_one();
    back.wait(event - 1);
    log.back();
  }
  other.join();
  return log.result();
}

}  // namespace bench
