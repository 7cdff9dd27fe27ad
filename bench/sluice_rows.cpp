#include "bench/sluice_rows.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "bench/compare/footprint.hpp"
#include "bench/compare/trip_log.hpp"
#include "sluice/sluice.hpp"

namespace bench {
namespace {

using sluice::Demand;
using sluice::DemandFlow;
using sluice::Events;
using sluice::Ref;
using sluice::Runtime;
using sluice::Subscription;

/// Where a producer's events go; what its user chose.
using Options = sluice::ProducerOptions<Event>;

/// Counts with a bounded shape. Ends behind its last event.
class BoundedSource final : public sluice::Producer<Event> {
 public:
  explicit BoundedSource(std::size_t events, Options options = {})
      : Producer(std::move(options)), left_(events) {}

 private:
  void handle_demand(Demand demand) override {
    if (left_ == 0) return;
    const Demand n = std::min<Demand>(demand, left_);
    emit_n(n, [this] { return next_++; });
    left_ -= n;
    if (left_ == 0) info([this] { stop(); });
  }

  Event next_ = 0;
  Demand left_;
};

/// Counts event by event.
class EmittingSource final : public sluice::Producer<Event> {
 public:
  explicit EmittingSource(std::size_t events, Options options = {})
      : Producer(std::move(options)), left_(events) {}

 private:
  void handle_demand(Demand demand) override {
    if (left_ == 0) return;
    const Demand n = std::min<Demand>(demand, left_);
    for (Demand i = 0; i < n; ++i) emit(next_++);
    left_ -= n;
    if (left_ == 0) info([this] { stop(); });
  }

  Event next_ = 0;
  Demand left_;
};

class BoundedDoubler final : public sluice::ProducerConsumer<Event, Event> {
  void handle_events(Events<Event> events, const Subscription&) override {
    for (Event& event : events.mine()) event *= 2;
    emit_all(std::move(events));
  }
};

class EmittingDoubler final : public sluice::ProducerConsumer<Event, Event> {
  void handle_events(Events<Event> events, const Subscription&) override {
    for (Event event : events) emit(event * 2);
  }
};

class PassOn final : public sluice::ProducerConsumer<Event, Event> {
  void handle_events(Events<Event> events, const Subscription&) override { emit_all(std::move(events)); }
};

class AddOne final : public sluice::ProducerConsumer<Event, Event> {
  void handle_events(Events<Event> events, const Subscription&) override {
    for (Event& event : events.mine()) ++event;
    emit_all(std::move(events));
  }
};

/// Ends with its producer.
class Sum final : public sluice::Consumer<Event> {
 public:
  explicit Sum(std::uint64_t* total) : total_(total) {}

 private:
  void handle_events(Events<Event> events, const Subscription&) override {
    std::uint64_t total = 0;
    for (Event event : events) total += static_cast<std::uint64_t>(event);
    *total_ += total;
  }

  std::uint64_t* total_;
};

Options held_back(sluice::DispatcherFor<Event> dispatcher) {
  return {.dispatcher = std::move(dispatcher), .demand = DemandFlow::accumulate};
}

/// A source, `stages` transforms, a sum.
template <class Source, class Transform>
std::uint64_t line(std::size_t events, int workers, std::size_t stages, std::size_t max_demand) {
  std::uint64_t total = 0;
  Runtime runtime({.workers = static_cast<std::size_t>(workers)});
  const sluice::SubscribeOptions terms{.max_demand = max_demand};
  sluice::ProducerRef<Event> upstream = runtime.start<Source>(events);
  for (std::size_t i = 0; i < stages; ++i) {
    const auto stage = runtime.start<Transform>();
    stage.subscribe_to(upstream, terms);
    upstream = stage;
  }
  const auto sum = runtime.start<Sum>(&total);
  sum.subscribe_to(upstream, terms);
  runtime.wait(sum);
  return total;
}

/// A source with that dispatcher and one sum per element of `sums`. Nothing flows until all have subscribed.
template <class Source>
void fan_out(std::size_t events, int workers, sluice::DispatcherFor<Event> dispatcher, std::size_t max_demand,
             std::span<std::uint64_t> sums) {
  Runtime runtime({.workers = static_cast<std::size_t>(workers)});
  const auto source = runtime.start<Source>(events, held_back(std::move(dispatcher)));
  std::vector<Ref<Sum>> consumers;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    consumers.push_back(runtime.start<Sum>(&sums[i]));
    consumers.back().subscribe_to(source, {.max_demand = max_demand, .partition = i});
  }
  source.demand_flow(DemandFlow::forward);
  for (const auto& consumer : consumers) runtime.wait(consumer);
}

template <class Source>
std::uint64_t broadcast_with(std::size_t events, int workers) {
  std::array<std::uint64_t, broadcast_consumers> sums{};
  fan_out<Source>(events, workers, sluice::broadcast(), 1000, sums);
  return weighted(sums);
}

template <class Source>
std::uint64_t partition_with(std::size_t events, int workers) {
  std::array<std::uint64_t, partitions> sums{};
  const auto route = [](const Event& event) { return std::optional(partition_of(event)); };
  fan_out<Source>(events, workers, sluice::partition(partitions, route), 1000, sums);
  return weighted(sums);
}

template <class Source>
std::uint64_t demand_with(std::size_t events, int workers, std::size_t consumers, std::size_t max_demand) {
  std::vector<std::uint64_t> sums(consumers);
  fan_out<Source>(events, workers, {}, max_demand, sums);
  std::uint64_t total = 0;
  for (std::uint64_t one : sums) total += one;
  return total;
}

/// Sends the event back until the log is complete; the first one when it is told to.
class Opener final : public sluice::ProducerConsumer<Event, Event> {
 public:
  explicit Opener(TripLog* log) : log_(log) {}

  void open() {
    log_->start();
    emit(0);
  }

 private:
  void handle_events(Events<Event> events, const Subscription&) override {
    for (Event event : events) {
      log_->back();
      if (log_->complete()) return stop();
      emit(event + 1);
    }
  }

  TripLog* log_;
};

class Answer final : public sluice::Consumer<Event> {
 public:
  explicit Answer(std::atomic<Event>* answered) : answered_(answered) {}

 private:
  void handle_events(Events<Event> events, const Subscription&) override {
    for (Event event : events) answered_->store(event, std::memory_order_release);
  }

  std::atomic<Event>* answered_;
};

/// Has nothing to say.
class Silent final : public sluice::Producer<Event> {
  void handle_demand(Demand) override {}
};

class Idle final : public sluice::ProducerConsumer<Event, Event> {
 public:
  explicit Idle(const sluice::Upstream<Event>& upstream) : ProducerConsumer({.subscribe_to = {{upstream}}}) {}

 private:
  void handle_events(Events<Event> events, const Subscription&) override { emit_all(std::move(events)); }
};

class IdleConsumer final : public sluice::Consumer<Event> {
 public:
  explicit IdleConsumer(const sluice::Upstream<Event>& upstream) : Consumer({.subscribe_to = {{upstream}}}) {}

 private:
  void handle_events(Events<Event>, const Subscription&) override {}
};

}  // namespace

std::uint64_t sluice_linear3(std::size_t events, int workers, std::size_t max_demand) {
  return line<BoundedSource, BoundedDoubler>(events, workers, 1, max_demand);
}

std::uint64_t sluice_linear3_emit(std::size_t events, int workers, std::size_t max_demand) {
  return line<EmittingSource, EmittingDoubler>(events, workers, 1, max_demand);
}

std::uint64_t sluice_broadcast(std::size_t events, int workers) {
  return broadcast_with<BoundedSource>(events, workers);
}

std::uint64_t sluice_broadcast_emit(std::size_t events, int workers) {
  return broadcast_with<EmittingSource>(events, workers);
}

std::uint64_t sluice_partition(std::size_t events, int workers) {
  return partition_with<BoundedSource>(events, workers);
}

std::uint64_t sluice_partition_emit(std::size_t events, int workers) {
  return partition_with<EmittingSource>(events, workers);
}

std::uint64_t sluice_demand(std::size_t events, int workers, std::size_t consumers, std::size_t max_demand) {
  return demand_with<BoundedSource>(events, workers, consumers, max_demand);
}

std::uint64_t sluice_demand_emit(std::size_t events, int workers) {
  return demand_with<EmittingSource>(events, workers, demand_consumers, 1000);
}

std::uint64_t sluice_chain(std::size_t events, int workers, std::size_t max_demand) {
  return line<BoundedSource, PassOn>(events, workers, chain_length, max_demand);
}

std::uint64_t sluice_chain_adding(std::size_t events, int workers, std::size_t max_demand) {
  return line<BoundedSource, AddOne>(events, workers, chain_length, max_demand) - events * chain_length;
}

RoundTrips sluice_round_trips_between_stages(std::size_t trips, int workers) {
  TripLog log(trips);
  Runtime runtime({.workers = static_cast<std::size_t>(workers)});
  const auto opener = runtime.start<Opener>(&log);
  const auto returner = runtime.start<PassOn>();
  returner.subscribe_to(opener, {.max_demand = 1});
  opener.subscribe_to(returner, {.max_demand = 1});
  opener.cast(&Opener::open);
  runtime.wait(opener);
  return log.result();
}

RoundTrips sluice_round_trips_from_outside(std::size_t trips, int workers) {
  TripLog log(trips);
  std::atomic<Event> answered = 0;
  Runtime runtime({.workers = static_cast<std::size_t>(workers)});
  auto [inlet, source] = runtime.start_inlet<Event>({.capacity = 1000});
  const auto answer = runtime.start<Answer>(&answered);
  answer.subscribe_to(source);
  log.start();
  for (Event event = 1; !log.complete(); ++event) {
    inlet.push(event);
    while (answered.load(std::memory_order_acquire) != event) {
    }
    log.back();
  }
  inlet.close();
  runtime.wait(answer);
  return log.result();
}

IdleCost sluice_idle_pairs(std::size_t stages) {
  Runtime runtime({.workers = 2});
  const Footprint footprint;
  for (std::size_t i = 0; i < stages / 2; ++i) {
    const auto producer = runtime.start<Silent>();
    runtime.start<IdleConsumer>(producer);
  }
  runtime.settle();
  return footprint.per(stages / 2 * 2);
}

IdleCost sluice_idle_chains(std::size_t stages) {
  const std::size_t chains = std::max<std::size_t>(stages / chain_length, 1);
  Runtime runtime({.workers = 2});
  const Footprint footprint;
  for (std::size_t i = 0; i < chains; ++i) {
    sluice::ProducerRef<Event> upstream = runtime.start<Silent>();
    for (std::size_t j = 1; j < chain_length; ++j) upstream = runtime.start<Idle>(upstream);
  }
  runtime.settle();
  return footprint.per(chains * chain_length);
}

}  // namespace bench
