// The workloads on CAF 0.17's actors and streams. Its actors have no back-pressure of their own: batches go
// round in a fixed set of parcels, so that an empty parcel is the credit for a full one; items are paid for
// by Ask messages.

#include <array>
#include <atomic>
#include <caf/all.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "bench/compare/footprint.hpp"
#include "bench/compare/peers.hpp"
#include "bench/compare/trip_log.hpp"

namespace bench {
namespace {

/// `readers`: how many consumers of a broadcast or of a partitioning have read it.
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

/// Points to a batch that outlives the actor system; nothing ends the flow.
template <class T>
struct Parcel {
  T* batch = nullptr;
  std::size_t consumer = 0;  ///< W4: who asked
};

/// A consumer of items can take that many more.
struct Ask {
  std::size_t consumer;
  std::size_t count;
};

}  // namespace
}  // namespace bench

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::Parcel<bench::Batch>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::Parcel<bench::SortedBatch>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::Ask)

namespace bench {
namespace {

using caf::actor;
using caf::anon_send;
using caf::behavior;
using caf::event_based_actor;

/// The end of a flow of items.
using end_atom = caf::atom_constant<caf::atom("end")>;

constexpr std::size_t parcels = 8;  ///< under way at once: fewer starve two workers, more cool the cache
constexpr std::size_t max_demand = 1000;

struct Config : caf::actor_system_config {
  explicit Config(int workers) { set("scheduler.max-threads", static_cast<std::size_t>(workers)); }
};

/// What consumer `i` reads of a batch.
std::span<const Event> part(const Batch& batch, std::size_t) { return batch.events; }
std::span<const Event> part(const SortedBatch& batch, std::size_t i) { return batch.events.list(i); }

/// Actors live until they quit; one that holds a handle in its members drops it then, so that no cycle stays.
class Stage : public event_based_actor {
 public:
  using event_based_actor::event_based_actor;
  void on_exit() override { neighbours_.clear(); }

 protected:
  template <class Message>
  void end_with(const Message& last) {
    for (const actor& neighbour : neighbours_) anon_send(neighbour, last);
    quit();
  }

  std::vector<actor> neighbours_;
};

/// Refills each empty parcel it gets and sends it to every consumer that joined before.
template <class T>
class BatchSource final : public Stage {
 public:
  BatchSource(caf::actor_config& config, Counter counter) : Stage(config), counter_(counter) {}

  behavior make_behavior() override {
    return {[this](const actor& consumer) { neighbours_.push_back(consumer); },
            [this](Parcel<T> parcel) {
              if (counter_.done()) return end_with(Parcel<T>{});
              parcel.batch->refill(counter_);
              parcel.batch->readers.store(0, std::memory_order_relaxed);
              const caf::message full = caf::make_message(parcel);
              for (const actor& consumer : neighbours_) anon_send(consumer, full);
            }};
  }

 private:
  Counter counter_;
};

/// Sends a refilled parcel only to the consumer that sent it empty.
class AskedSource final : public Stage {
 public:
  AskedSource(caf::actor_config& config, Counter counter) : Stage(config), counter_(counter) {}

  behavior make_behavior() override {
    return {[this](const actor& consumer) { neighbours_.push_back(consumer); },
            [this](Parcel<Batch> parcel) {
              if (counter_.done()) return end_with(Parcel<Batch>{});
              parcel.batch->refill(counter_);
              parcel.batch->readers.store(0, std::memory_order_relaxed);
              anon_send(neighbours_[parcel.consumer], parcel);
            }};
  }

 private:
  Counter counter_;
};

/// Applies a function to each batch and passes it on.
template <class Function>
class BatchStage final : public Stage {
 public:
  BatchStage(caf::actor_config& config, actor next, Function function) : Stage(config), function_(function) {
    neighbours_.push_back(std::move(next));
  }

  behavior make_behavior() override {
    return {[this](Parcel<Batch> parcel) {
      if (parcel.batch == nullptr) return end_with(parcel);
      function_(parcel.batch->events);
      anon_send(neighbours_.front(), parcel);
    }};
  }

 private:
  Function function_;
};

/// Sums its part of every parcel; the last of `readers` consumers sends it back to the source.
template <class T>
class BatchSink final : public Stage {
 public:
  BatchSink(caf::actor_config& config, actor source, std::size_t index, std::size_t readers,
            std::uint64_t* total)
      : Stage(config), index_(index), readers_(readers), total_(total) {
    neighbours_.push_back(std::move(source));
  }

  behavior make_behavior() override {
    return {[this](Parcel<T> parcel) {
      if (parcel.batch == nullptr) return quit();
      *total_ += sum(part(*parcel.batch, index_));
      if (parcel.batch->readers.fetch_add(1, std::memory_order_acq_rel) + 1 == readers_) {
        anon_send(neighbours_.front(), parcel);
      }
    }};
  }

 private:
  std::size_t index_;
  std::size_t readers_;
  std::uint64_t* total_;
};

enum class Route {
  to_all,    ///< when every consumer has asked for more
  by_key,    ///< when every consumer has asked for more
  to_asker,  ///< as many as it asked for
};

/// Sends items one message each, no more than consumers have asked for.
class ItemSource final : public Stage {
 public:
  ItemSource(caf::actor_config& config, Counter counter, Route route)
      : Stage(config), counter_(counter), route_(route) {}

  behavior make_behavior() override {
    return {[this](const actor& consumer) {
              neighbours_.push_back(consumer);
              asked_.push_back(0);
            },
            [this](Ask ask) {
              asked_[ask.consumer] += ask.count;
              while (may_send(ask.consumer) && !counter_.done()) send_next(ask.consumer);
              if (counter_.done()) end_with(end_atom::value);
            }};
  }

 private:
  [[nodiscard]] bool may_send(std::size_t asker) const {
    if (route_ == Route::to_asker) return asked_[asker] > 0;
    return std::all_of(asked_.begin(), asked_.end(), [](std::size_t asked) { return asked > 0; });
  }

  void send_next(std::size_t asker) {
    const Event event = counter_.next();
    if (route_ == Route::to_asker) return send_to(asker, event);
    if (route_ == Route::by_key) return send_to(partition_of(event), event);
    for (std::size_t i = 0; i < neighbours_.size(); ++i) send_to(i, event);
  }

  void send_to(std::size_t consumer, Event event) {
    --asked_[consumer];
    anon_send(neighbours_[consumer], event);
  }

  Counter counter_;
  Route route_;
  std::vector<std::size_t> asked_;
};

/// Multiplies each item and passes it on.
class ItemStage final : public Stage {
 public:
  ItemStage(caf::actor_config& config, actor next, Event factor) : Stage(config), factor_(factor) {
    neighbours_.push_back(std::move(next));
  }

  behavior make_behavior() override {
    return {[this](Event event) { anon_send(neighbours_.front(), event * factor_); },
            [this](end_atom end) { end_with(end); }};
  }

 private:
  Event factor_;
};

/// Sums items and asks for another half of max_demand as often as it got one.
class ItemSink final : public Stage {
 public:
  ItemSink(caf::actor_config& config, actor source, std::size_t index, std::uint64_t* total)
      : Stage(config), index_(index), total_(total) {
    neighbours_.push_back(std::move(source));
  }

  behavior make_behavior() override {
    return {[this](Event event) {
              *total_ += static_cast<std::uint64_t>(event);
              if (++received_ % (max_demand / 2) == 0)
                anon_send(neighbours_.front(), Ask{index_, max_demand / 2});
            },
            [this](end_atom) { quit(); }};
  }

 private:
  std::size_t index_;
  std::size_t received_ = 0;
  std::uint64_t* total_;
};

/// One source, `consumers` sinks, parcels of T to all of them.
template <class T>
std::uint64_t batches_to_all(std::size_t events, int workers, std::size_t consumers) {
  std::vector<T> batches(parcels);
  std::vector<std::uint64_t> sums(consumers);
  Config config(workers);
  {
    caf::actor_system system(config);
    const actor source = system.spawn<BatchSource<T>>(Counter(events));
    for (std::size_t i = 0; i < consumers; ++i) {
      anon_send(source, system.spawn<BatchSink<T>>(source, i, consumers, &sums[i]));
    }
    for (T& batch : batches) anon_send(source, Parcel<T>{&batch});
  }
  return weighted(sums);
}

/// One source, `stages` that apply the function, one sink.
template <class Function>
std::uint64_t batches_through(std::size_t events, int workers, std::size_t stages, Function function) {
  std::vector<Batch> batches(parcels);
  std::uint64_t total = 0;
  Config config(workers);
  {
    caf::actor_system system(config);
    const actor source = system.spawn<BatchSource<Batch>>(Counter(events));
    actor next = system.spawn<BatchSink<Batch>>(source, 0U, 1U, &total);
    for (std::size_t i = 0; i < stages; ++i) next = system.spawn<BatchStage<Function>>(next, function);
    anon_send(source, next);
    for (Batch& batch : batches) anon_send(source, Parcel<Batch>{&batch});
  }
  return total;
}

std::uint64_t items_to(std::size_t events, int workers, std::size_t consumers, Route route,
                       std::uint64_t (*checksum)(std::span<const std::uint64_t>)) {
  std::vector<std::uint64_t> sums(consumers);
  Config config(workers);
  {
    caf::actor_system system(config);
    const actor source = system.spawn<ItemSource>(Counter(events), route);
    for (std::size_t i = 0; i < consumers; ++i) {
      anon_send(source, system.spawn<ItemSink>(source, i, &sums[i]));
    }
    for (std::size_t i = 0; i < consumers; ++i) anon_send(source, Ask{i, max_demand});
  }
  return checksum(sums);
}

std::uint64_t items_through(std::size_t events, int workers, std::size_t stages, Event factor) {
  std::uint64_t total = 0;
  Config config(workers);
  {
    caf::actor_system system(config);
    const actor source = system.spawn<ItemSource>(Counter(events), Route::to_all);
    actor next = system.spawn<ItemSink>(source, 0U, &total);
    for (std::size_t i = 0; i < stages; ++i) next = system.spawn<ItemStage>(next, factor);
    anon_send(source, next);
    anon_send(source, Ask{0, max_demand});
  }
  return total;
}

std::uint64_t unweighted(std::span<const std::uint64_t> sums) {
  std::uint64_t total = 0;
  for (std::uint64_t one : sums) total += one;
  return total;
}

/// A stream's sink; its actor ends with the stream.
behavior stream_sink(event_based_actor* self, std::uint64_t* total) {
  return {[self, total](caf::stream<Event> in) {
    return caf::attach_stream_sink(
        self, in, [](caf::unit_t&) {},
        [total](caf::unit_t&, Event event) { *total += static_cast<std::uint64_t>(event); });
  }};
}

behavior stream_stage(event_based_actor* self, Event factor) {
  return {[self, factor](caf::stream<Event> in) {
    return caf::attach_stream_stage(
        self, in, [](caf::unit_t&) {},
        [factor](caf::unit_t&, caf::downstream<Event>& out, Event event) { out.push(event * factor); });
  }};
}

void stream_source(event_based_actor* self, std::size_t events, const std::vector<actor>& consumers) {
  const auto source = caf::attach_stream_source(
      self, [events](Counter& counter) { counter = Counter(events); },
      [](Counter& counter, caf::downstream<Event>& out, std::size_t wanted) {
        for (; wanted > 0 && !counter.done(); --wanted) out.push(counter.next());
      },
      [](const Counter& counter) { return counter.done(); });
  for (const actor& consumer : consumers) source.ptr()->add_outbound_path(consumer);
}

std::uint64_t stream_through(std::size_t events, int workers, std::size_t stages, Event factor) {
  std::uint64_t total = 0;
  Config config(workers);
  {
    caf::actor_system system(config);
    actor pipeline = system.spawn(stream_sink, &total);
    for (std::size_t i = 0; i < stages; ++i) pipeline = pipeline * system.spawn(stream_stage, factor);
    system.spawn(stream_source, events, std::vector<actor>{pipeline});
  }
  return total;
}

/// Sends a request as soon as the one before is answered.
class Asker final : public event_based_actor {
 public:
  Asker(caf::actor_config& config, actor answerer, TripLog* log)
      : event_based_actor(config), answerer_(std::move(answerer)), log_(log) {}

  behavior make_behavior() override {
    log_->start();
    ask();
    return {[](end_atom) {}};
  }

  void on_exit() override { answerer_ = nullptr; }

 private:
  void ask() {
    request(answerer_, caf::infinite, Event{1}).then([this](Event) {
      log_->back();
      if (!log_->complete()) return ask();
      quit();
    });
  }

  actor answerer_;
  TripLog* log_;
};

}  // namespace

std::uint64_t caf_linear3(std::size_t events, int workers) {
  return batches_through(events, workers, 1, [](std::span<Event> batch) { twice(batch); });
}

std::uint64_t caf_linear3_items(std::size_t events, int workers) {
  return items_through(events, workers, 1, 2);
}

std::uint64_t caf_linear3_stream(std::size_t events, int workers) {
  return stream_through(events, workers, 1, 2);
}

std::uint64_t caf_broadcast(std::size_t events, int workers) {
  return batches_to_all<Batch>(events, workers, broadcast_consumers);
}

std::uint64_t caf_broadcast_items(std::size_t events, int workers) {
  return items_to(events, workers, broadcast_consumers, Route::to_all, weighted);
}

std::uint64_t caf_broadcast_stream(std::size_t events, int workers) {
  std::array<std::uint64_t, broadcast_consumers> sums{};
  Config config(workers);
  {
    caf::actor_system system(config);
    std::vector<actor> consumers;
    for (std::uint64_t& total : sums) consumers.push_back(system.spawn(stream_sink, &total));
    system.spawn(stream_source, events, consumers);
  }
  return weighted(sums);
}

std::uint64_t caf_partition(std::size_t events, int workers) {
  return batches_to_all<SortedBatch>(events, workers, partitions);
}

std::uint64_t caf_partition_items(std::size_t events, int workers) {
  return items_to(events, workers, partitions, Route::by_key, weighted);
}

std::uint64_t caf_demand(std::size_t events, int workers) {
  std::vector<Batch> batches(2 * demand_consumers);
  std::array<std::uint64_t, demand_consumers> sums{};
  Config config(workers);
  {
    caf::actor_system system(config);
    const actor source = system.spawn<AskedSource>(Counter(events));
    for (std::size_t i = 0; i < demand_consumers; ++i) {
      anon_send(source, system.spawn<BatchSink<Batch>>(source, i, 1U, &sums[i]));
    }
    for (std::size_t i = 0; i < batches.size(); ++i) {
      anon_send(source, Parcel<Batch>{&batches[i], i % demand_consumers});
    }
  }
  return unweighted(sums);
}

std::uint64_t caf_demand_items(std::size_t events, int workers) {
  return items_to(events, workers, demand_consumers, Route::to_asker, unweighted);
}

std::uint64_t caf_chain(std::size_t events, int workers) {
  return batches_through(events, workers, chain_length, [](std::span<Event>) {});
}

std::uint64_t caf_chain_items(std::size_t events, int workers) {
  return items_through(events, workers, chain_length, 1);
}

std::uint64_t caf_chain_stream(std::size_t events, int workers) {
  return stream_through(events, workers, chain_length, 1);
}

RoundTrips caf_round_trips(std::size_t trips) {
  TripLog log(trips);
  Config config(2);
  {
    caf::actor_system system(config);
    const actor answerer =
        system.spawn([](event_based_actor*) -> behavior { return {[](Event event) { return event; }}; });
    system.spawn<Asker>(answerer, &log);
  }
  return log.result();
}

IdleCost caf_idle(std::size_t actors) {
  Config config(2);
  caf::actor_system system(config);
  std::atomic<std::size_t> idle = 0;
  std::vector<actor> handles(actors);
  const Footprint footprint;
  for (actor& handle : handles) {
    handle = system.spawn([&idle](event_based_actor*) -> behavior {
      idle.fetch_add(1, std::memory_order_relaxed);
      return {[](Event) {}};
    });
  }
  while (idle.load(std::memory_order_relaxed) != actors) std::this_thread::yield();
  return footprint.per(actors);
}

}  // namespace bench
