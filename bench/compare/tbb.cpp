// The workloads on oneTBB 2021.8.

#include <tbb/flow_graph.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/spin_mutex.h>
#include <tbb/task_group.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "bench/compare/peers.hpp"
#include "bench/compare/tbb_workers.hpp"
#include "bench/compare/trip_log.hpp"

namespace bench {
namespace {

using tbb::filter_mode;

/// A worker carries its batch through all filters, so every further token only cools the cache: with one
/// worker 4.2 G/s for 2 tokens, 2.9 for 16; with two workers no difference, but for chains 1.5x in favour
/// of 2.
constexpr std::size_t tokens = 2;
constexpr std::size_t item_tokens = 64;

/// Recycles batches, last in first out: the next one taken is still in the cache. Any thread may call it.
/// Owns every batch it ever handed out.
template <class T>
class Pool {
 public:
  T* take() {
    const tbb::spin_mutex::scoped_lock lock(mutex_);
    if (free_.empty()) return owned_.emplace_back(std::make_unique<T>()).get();
    T* batch = free_.back();
    free_.pop_back();
    return batch;
  }

  void give(T* batch) {
    const tbb::spin_mutex::scoped_lock lock(mutex_);
    free_.push_back(batch);
  }

 private:
  tbb::spin_mutex mutex_;
  std::vector<T*> free_;
  std::vector<std::unique_ptr<T>> owned_;
};

/// `readers`: how many consumers of a broadcast or of a partitioning have not read it yet.
struct Batch {
  void refill(Counter& counter) { counter.next(events); }
  std::vector<Event> events = std::vector<Event>(batch_size);
  std::atomic<std::size_t> readers = 0;
};

struct SortedBatch {
  void refill(Counter& counter) { events.refill(counter); }
  SortedEvents events;
  std::atomic<std::size_t> readers = 0;
};

/// The body of a source, of a filter as of a flow graph's node: refilled batches until the counter is done.
template <class T>
auto counted(Counter& counter, Pool<T>& pool) {
  return [&](tbb::flow_control& flow) -> T* {
    if (counter.done()) {
      flow.stop();
      return nullptr;
    }
    T* batch = pool.take();
    batch->refill(counter);
    return batch;
  };
}

auto counted_items(Counter& counter) {
  return [&](tbb::flow_control& flow) -> Event {
    if (!counter.done()) return counter.next();
    flow.stop();
    return 0;
  };
}

template <class Out, class Body>
auto first_filter(Body body) {
  return tbb::make_filter<void, Out>(filter_mode::serial_in_order, std::move(body));
}

/// Sums in parallel: one atomic addition per batch.
auto summed(std::atomic<std::uint64_t>& total, Pool<Batch>& pool) {
  return tbb::make_filter<Batch*, void>(filter_mode::parallel, [&](Batch* batch) {
    total.fetch_add(sum(batch->events), std::memory_order_relaxed);
    pool.give(batch);
  });
}

/// Serial: per item, a plain addition is cheaper than an atomic one.
auto summed_items(std::uint64_t& total) {
  return tbb::make_filter<Event, void>(filter_mode::serial_out_of_order,
                                       [&](Event event) { total += static_cast<std::uint64_t>(event); });
}

template <class T>
tbb::filter<void, T> through_identities(tbb::filter<void, T> pipeline,
                                        filter_mode mode = filter_mode::parallel) {
  for (std::size_t i = 0; i < chain_length; ++i) {
    pipeline = pipeline & tbb::make_filter<T, T>(mode, [](T passed) { return passed; });
  }
  return pipeline;
}

/// What consumer `i` reads of a batch.
std::span<const Event> part(const Batch& batch, std::size_t) { return batch.events; }
std::span<const Event> part(const SortedBatch& batch, std::size_t i) { return batch.events.list(i); }

/// Four consumers as nodes of a flow graph, each batch sent to all of them; the last reader recycles it.
template <class T>
std::uint64_t graph_to_four(std::size_t events, int workers) {
  using namespace tbb::flow;
  using Consumer = function_node<T*, continue_msg>;
  const TbbWorkers limit(workers);
  Pool<T> pool;
  Counter counter(events);
  std::array<std::uint64_t, 4> sums{};

  graph g;
  input_node<T*> source(g, counted(counter, pool));
  limiter_node<T*> limiter(g, tokens);
  broadcast_node<T*> broadcast(g);
  make_edge(source, limiter);
  make_edge(limiter, broadcast);
  std::vector<std::unique_ptr<Consumer>> consumers;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    consumers.push_back(std::make_unique<Consumer>(g, serial, [&, i](T* batch) {
      sums[i] += sum(part(*batch, i));
      if (batch->readers.fetch_add(1, std::memory_order_acq_rel) + 1 == sums.size()) {
        batch->readers.store(0, std::memory_order_relaxed);
        pool.give(batch);
        limiter.decrementer().try_put(continue_msg{});
      }
      return continue_msg{};
    }));
    make_edge(broadcast, *consumers.back());
  }
  source.activate();
  g.wait_for_all();
  return weighted(sums);
}

/// Four consumers as filters of a pipeline, so that each batch visits one after another.
template <class T>
std::uint64_t pipeline_through_four(std::size_t events, int workers) {
  const TbbWorkers limit(workers);
  Pool<T> pool;
  Counter counter(events);
  std::array<std::uint64_t, 4> sums{};
  auto pipeline = first_filter<T*>(counted(counter, pool));
  for (std::size_t i = 0; i < sums.size(); ++i) {
    pipeline = pipeline & tbb::make_filter<T*, T*>(filter_mode::serial_out_of_order, [&sums, i](T* batch) {
                 sums[i] += sum(part(*batch, i));
                 return batch;
               });
  }
  const auto recycle = tbb::make_filter<T*, void>(filter_mode::parallel, [&](T* batch) { pool.give(batch); });
  tbb::parallel_pipeline(tokens, pipeline & recycle);
  return weighted(sums);
}

/// Lightweight consumers run inside the source's task, so nothing piles up and no limiter is needed.
using ItemConsumer =
    tbb::flow::function_node<Event, tbb::flow::continue_msg, tbb::flow::queueing_lightweight>;

std::vector<std::unique_ptr<ItemConsumer>> item_consumers(tbb::flow::graph& g,
                                                          std::span<std::uint64_t> sums) {
  std::vector<std::unique_ptr<ItemConsumer>> consumers;
  for (std::uint64_t& total : sums) {
    consumers.push_back(std::make_unique<ItemConsumer>(g, tbb::flow::serial, [&total](Event event) {
      total += static_cast<std::uint64_t>(event);
      return tbb::flow::continue_msg{};
    }));
  }
  return consumers;
}

}  // namespace

std::uint64_t tbb_linear3(std::size_t events, int workers) {
  const TbbWorkers limit(workers);
  Pool<Batch> pool;
  Counter counter(events);
  std::atomic<std::uint64_t> total = 0;
  const auto doubled = tbb::make_filter<Batch*, Batch*>(filter_mode::parallel, [](Batch* batch) {
    twice(batch->events);
    return batch;
  });
  tbb::parallel_pipeline(tokens,
                         first_filter<Batch*>(counted(counter, pool)) & doubled & summed(total, pool));
  return total;
}

std::uint64_t tbb_linear3_values(std::size_t events, int workers) {
  using Vector = std::vector<Event>;
  const TbbWorkers limit(workers);
  Counter counter(events);
  std::uint64_t total = 0;
  const auto counted_vectors = first_filter<Vector>([&](tbb::flow_control& flow) -> Vector {
    if (counter.done()) {
      flow.stop();
      return {};
    }
    Vector batch(batch_size);
    counter.next(batch);
    return batch;
  });
  const auto doubled = tbb::make_filter<Vector, Vector>(filter_mode::parallel, [](Vector batch) {
    twice(batch);
    return batch;
  });
  const auto added = tbb::make_filter<Vector, void>(filter_mode::serial_in_order,
                                                    [&](const Vector& batch) { total += sum(batch); });
  tbb::parallel_pipeline(tokens, counted_vectors & doubled & added);
  return total;
}

std::uint64_t tbb_linear3_items(std::size_t events, int workers) {
  const TbbWorkers limit(workers);
  Counter counter(events);
  std::uint64_t total = 0;
  const auto doubled =
      tbb::make_filter<Event, Event>(filter_mode::parallel, [](Event event) { return event * 2; });
  tbb::parallel_pipeline(item_tokens,
                         first_filter<Event>(counted_items(counter)) & doubled & summed_items(total));
  return total;
}

std::uint64_t tbb_broadcast(std::size_t events, int workers) { return graph_to_four<Batch>(events, workers); }

std::uint64_t tbb_broadcast_in_turn(std::size_t events, int workers) {
  return pipeline_through_four<Batch>(events, workers);
}

std::uint64_t tbb_broadcast_items(std::size_t events, int workers) {
  const TbbWorkers limit(workers);
  Counter counter(events);
  std::array<std::uint64_t, broadcast_consumers> sums{};
  tbb::flow::graph g;
  tbb::flow::input_node<Event> source(g, counted_items(counter));
  const auto consumers = item_consumers(g, sums);
  for (const auto& consumer : consumers) make_edge(source, *consumer);
  source.activate();
  g.wait_for_all();
  return weighted(sums);
}

std::uint64_t tbb_partition(std::size_t events, int workers) {
  return graph_to_four<SortedBatch>(events, workers);
}

std::uint64_t tbb_partition_in_turn(std::size_t events, int workers) {
  return pipeline_through_four<SortedBatch>(events, workers);
}

std::uint64_t tbb_partition_items(std::size_t events, int workers) {
  using namespace tbb::flow;
  const TbbWorkers limit(workers);
  Counter counter(events);
  std::array<std::uint64_t, partitions> sums{};
  graph g;
  input_node<Event> source(g, counted_items(counter));
  const auto consumers = item_consumers(g, sums);
  function_node<Event, continue_msg, queueing_lightweight> by_key(g, serial, [&](Event event) {
    consumers[partition_of(event)]->try_put(event);
    return continue_msg{};
  });
  make_edge(source, by_key);
  source.activate();
  g.wait_for_all();
  return weighted(sums);
}

std::uint64_t tbb_demand(std::size_t events, int workers) {
  const TbbWorkers limit(workers);
  Pool<Batch> pool;
  Counter counter(events);
  std::atomic<std::uint64_t> total = 0;
  tbb::parallel_pipeline(demand_consumers,
                         first_filter<Batch*>(counted(counter, pool)) & summed(total, pool));
  return total;
}

std::uint64_t tbb_demand_items(std::size_t events, int workers) {
  const TbbWorkers limit(workers);
  Counter counter(events);
  std::uint64_t total = 0;
  tbb::parallel_pipeline(item_tokens, first_filter<Event>(counted_items(counter)) & summed_items(total));
  return total;
}

std::uint64_t tbb_chain(std::size_t events, int workers) {
  const TbbWorkers limit(workers);
  Pool<Batch> pool;
  Counter counter(events);
  std::atomic<std::uint64_t> total = 0;
  tbb::parallel_pipeline(
      tokens, through_identities(first_filter<Batch*>(counted(counter, pool))) & summed(total, pool));
  return total;
}

std::uint64_t tbb_chain_of_stages(std::size_t events, int workers) {
  const TbbWorkers limit(workers);
  Pool<Batch> pool;
  Counter counter(events);
  std::atomic<std::uint64_t> total = 0;
  tbb::parallel_pipeline(
      tokens, through_identities(first_filter<Batch*>(counted(counter, pool)), filter_mode::serial_in_order) &
                  summed(total, pool));
  return total;
}

std::uint64_t tbb_chain_items(std::size_t events, int workers) {
  const TbbWorkers limit(workers);
  Counter counter(events);
  std::uint64_t total = 0;
  tbb::parallel_pipeline(
      item_tokens, through_identities(first_filter<Event>(counted_items(counter))) & summed_items(total));
  return total;
}

RoundTrips tbb_round_trips_waiting(std::size_t trips) {
  using namespace tbb::flow;
  const TbbWorkers limit(2);
  graph g;
  function_node<Event> stage(g, serial, [](Event) { return continue_msg{}; });
  TripLog log(trips);
  log.start();
  while (!log.complete()) {
    stage.try_put(0);
    g.wait_for_all();
    log.back();
  }
  return log.result();
}

std::uint64_t tbb_jobs(std::size_t events, int workers) {
  const TbbWorkers limit(workers);
  struct Jobs {
    void run(Event event) {
      total.fetch_add(static_cast<std::uint64_t>(event), std::memory_order_relaxed);
      spawn_next();
    }
    void spawn_next() {
      const Event event = next.fetch_add(1, std::memory_order_relaxed);
      if (event < end) group.run([this, event] { run(event); });
    }
    Event end;
    std::atomic<Event> next = 0;
    std::atomic<std::uint64_t> total = 0;
    tbb::task_group group = {};
  };
  Jobs jobs{.end = static_cast<Event>(events)};
  for (std::size_t i = 0; i < jobs_at_once; ++i) jobs.spawn_next();
  jobs.group.wait();
  return jobs.total;
}

RoundTrips tbb_round_trips_spinning(std::size_t trips) {
  using namespace tbb::flow;
  const TbbWorkers limit(2);
  std::atomic<Event> answered = 0;
  graph g;
  function_node<Event> stage(g, serial, [&](Event event) {
    answered.store(event, std::memory_order_release);
    return continue_msg{};
  });
  TripLog log(trips);
  log.start();
  for (Event event = 1; !log.complete(); ++event) {
    stage.try_put(event);
    while (answered.load(std::memory_order_acquire) != event) {
    }
    log.back();
  }
  g.wait_for_all();
  return log.result();
}

}  // namespace bench
