// The bytes are a program for one dispatcher with a buffer before it: consumers come, ask and leave, events
// are emitted. Against it stands what every dispatcher owes: each event once (a broadcast: once each), in
// order, never more than was asked for, none lost, none waiting while somebody who may have it asks.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "sluice/buffer/event_buffer.hpp"
#include "sluice/sluice.hpp"

namespace {

using sluice::Demand;
using sluice::Events;
using sluice::Seat;

void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", property);
  std::abort();
}

class Program {
 public:
  explicit Program(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  [[nodiscard]] bool goes_on() const { return !bytes_.empty(); }
  std::uint64_t below(std::uint64_t n) {
    if (bytes_.empty()) return 0;
    const std::uint8_t drawn = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return drawn % n;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

enum class Kind : unsigned char { demand, shuffled, round_robin, broadcast, partition, several };
constexpr std::size_t partitions = 3;

/// A stage with a dispatcher and nothing else.
class Bench final : public sluice::Delivery<std::uint64_t> {
 public:
  Bench(Kind kind, Demand size, sluice::Keep keep) : kind_(kind), buffer_(size, keep), capacity_(size) {
    switch (kind) {
      case Kind::demand: dispatcher_ = sluice::by_demand().make<std::uint64_t>(); break;
      case Kind::shuffled:
        dispatcher_ = sluice::by_demand({.shuffle = true, .seed = 3}).make<std::uint64_t>();
        break;
      case Kind::round_robin: dispatcher_ = sluice::round_robin().make<std::uint64_t>(); break;
      case Kind::broadcast: dispatcher_ = sluice::broadcast().make<std::uint64_t>(); break;
      default:
        dispatcher_ =
            sluice::partition(partitions, route, {.several = kind == Kind::several}).make<std::uint64_t>();
    }
    dispatcher_->bound_queues(size, keep);
  }

  void sit_down(std::uint64_t id, std::size_t partition) {
    if (consumers_.contains(id + 1)) return;
    Consumer consumer;
    consumer.seat = std::make_unique<Seat<std::uint64_t>>();
    consumer.seat->id = {id + 1};
    consumer.seat->consumer = {id + 1};
    consumer.partition = partition;
    sluice::SubscribeOptions options;
    options.partition = partition;
    Seat<std::uint64_t>& seat = *consumer.seat;
    consumers_.emplace(id + 1, std::move(consumer));
    try {
      offer(dispatcher_->subscribe(seat, {options, {}}, *this));
    } catch (const sluice::Refused&) {
      require(kind_ == Kind::partition, "refused without reason");
      consumers_.erase(id + 1);
    }
  }
  void leave(std::uint64_t id) {
    const auto found = consumers_.find(id + 1);
    if (found == consumers_.end()) return;
    const Demand up = dispatcher_->cancel(*found->second.seat, *this);
    consumers_.erase(found);
    offer(up);
  }
  void ask(std::uint64_t id, Demand n) {
    const auto found = consumers_.find(id + 1);
    if (found == consumers_.end() || n == 0) return;
    found->second.demand = sluice::add_demand(found->second.demand, n);
    offer(dispatcher_->ask(*found->second.seat, n, *this));
  }
  void emit(std::size_t count) {
    if (count == 0) return;
    Events<std::uint64_t> events;
    for (std::size_t i = 0; i < count; ++i) events.push_back(emitted_++);
    const bool was_empty = buffer_.empty();
    const std::size_t before = buffer_.size();
    if (was_empty) dispatch(events);
    if (!was_empty || !events.empty()) {
      const std::size_t left = events.size();
      store(std::move(events));
      const Demand taken = was_empty ? 0 : drain();
      const Demand of_new = taken > before ? taken - before : 0;
      dispatcher_->left_over(left - std::min<Demand>(left, of_new));
    }
    again();
  }

  void check() const {
    const std::uint64_t there = buffer_.size() + dispatcher_->queued();
    if (kind_ != Kind::broadcast) require(emitted_ == delivered_ + discarded_ + there, "an event was lost");
    require(buffer_.size() <= capacity_, "the buffer is too full");
    std::size_t hungry = 0;
    std::set<std::size_t> lanes;
    for (const auto& [id, consumer] : consumers_) {
      hungry += consumer.demand != 0 ? 1 : 0;
      lanes.insert(consumer.partition);
    }
    bool wanted = hungry != 0;
    if (kind_ == Kind::broadcast) wanted = wanted && hungry == consumers_.size();
    if (kind_ == Kind::partition || kind_ == Kind::several) {
      wanted = wanted && hungry == consumers_.size() && lanes.size() == partitions;
    }
    require(!wanted || there == 0, "an event waits although it is wanted");
    require(!wanted || upstream_ != 0, "somebody asks, and nothing was asked for upstream");
  }

 private:
  struct Consumer {
    std::unique_ptr<Seat<std::uint64_t>> seat;
    std::size_t partition = 0;
    Demand demand = 0;
    std::optional<std::uint64_t> last = {};
  };

  static std::optional<std::size_t> route(const std::uint64_t& event) {
    if (event % 7 == 6) return std::nullopt;
    return event % partitions;
  }

  void deliver(Seat<std::uint64_t>& to, Events<std::uint64_t>&& events) override {
    Consumer& consumer = consumers_.at(to.consumer.value);
    require(!events.empty(), "an empty message");
    require(events.size() <= consumer.demand, "more than was asked for");
    consumer.demand = sluice::take_demand(consumer.demand, events.size());
    for (const std::uint64_t event : events) {
      require(!consumer.last || *consumer.last < event, "out of order");
      consumer.last = event;
      if (kind_ == Kind::partition || kind_ == Kind::several)
        require(route(event) == consumer.partition, "a wrong partition");
      if (kind_ != Kind::broadcast) require(seen_.insert(event).second, "delivered twice");
    }
    delivered_ += events.size();
    events = {};
  }
  void discard(std::size_t count, sluice::Discard /*why*/) override { discarded_ += count; }
  void release(sluice::InfoId /*info*/) override {}
  void warn(std::string /*text*/) override {}

  Demand dispatch(Events<std::uint64_t>& events) {
    const std::size_t before = events.size();
    upstream_again_ = sluice::add_demand(upstream_again_, dispatcher_->dispatch(events, *this));
    const Demand placed = before - events.size();
    upstream_ = sluice::take_demand(upstream_, placed);
    return placed;
  }
  Demand drain() {
    Demand placed = 0;
    while (!buffer_.empty()) {
      const Demand taken = dispatch(buffer_.front());
      buffer_.note_taken(static_cast<std::size_t>(taken));
      if (taken == 0) break;
      placed += taken;
    }
    return placed;
  }
  void store(Events<std::uint64_t> events) { discarded_ += buffer_.store(std::move(events)).discarded; }
  void offer(Demand d) {
    const Demand placed = drain();
    upstream_ = sluice::add_demand(upstream_, d);
    static_cast<void>(placed);
    again();
  }
  void again() {
    while (upstream_again_ != 0) {
      upstream_ = sluice::add_demand(upstream_, std::exchange(upstream_again_, 0));
      drain();
    }
  }

  Kind kind_;
  sluice::EventBuffer<std::uint64_t> buffer_;
  Demand capacity_;
  std::unique_ptr<sluice::Dispatcher<std::uint64_t>> dispatcher_;
  std::map<std::uint64_t, Consumer> consumers_;
  std::set<std::uint64_t> seen_;
  std::uint64_t emitted_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t discarded_ = 0;
  Demand upstream_ = 0;  // asked for and not come: an upper bound
  Demand upstream_again_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return -1;
  Program program({data, size});
  const auto kind = static_cast<Kind>(program.below(6));
  const Demand sizes[] = {0, 1, 5, 100, sluice::unlimited};
  Bench bench(kind, sizes[program.below(5)],
              program.below(2) == 0 ? sluice::Keep::first : sluice::Keep::last);
  while (program.goes_on()) {
    switch (program.below(6)) {
      case 0: bench.sit_down(program.below(6), static_cast<std::size_t>(program.below(partitions))); break;
      case 1: bench.leave(program.below(6)); break;
      case 2:
      case 3:
        bench.ask(program.below(6), program.below(40) == 39 ? sluice::unlimited : program.below(20));
        break;
      default: bench.emit(static_cast<std::size_t>(program.below(24)));
    }
    bench.check();
  }
  return 0;
}
