#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/buffer/event_buffer.hpp"
#include "sluice/core/hash.hpp"
#include "sluice/dispatch/dispatcher.hpp"
#include "sluice/dispatch/ledger.hpp"
#include "sluice/dispatch/partition_names.hpp"
#include "sluice/dispatch/scatter.hpp"

namespace sluice::inline v0 {

/// Says which partition an event belongs to: a callable with T&, which it may change. std::nullopt drops the
/// event.
template <class Route, class T>
concept RouteFor =
    std::invocable<Route&, T&> && std::same_as<std::invoke_result_t<Route&, T&>, std::optional<std::size_t>>;

/// The route by sluice::Hash of the whole event.
struct ByHash {
  std::size_t partitions;

  template <class T>
  [[nodiscard]] std::optional<std::size_t> operator()(const T& event) const {
    return bucket_of(Hash<T>{}(event), partitions);
  }
};

/// Terms of a partition dispatcher.
struct PartitionOptions {
  /// What the partitions are called in messages: one for each, or none.
  std::vector<std::string> names = {};
  /// Whether a partition may have several consumers. An event goes to one of them, as with the demand
  /// dispatcher.
  bool several = false;
};

/// Each event to the partition that its route says (genstage.md §12). A partition that gets more than its
/// consumers have asked for queues it, up to the stage's buffer size; the queue stays for the next consumer
/// when one leaves. The order inside a partition is kept.
///
/// Demand is common: an event for a partition whose consumers are slow uses up demand of the others, until
/// the slow ones ask. So the partitions' queues hold no more than all consumers have asked for, and a
/// partition without a consumer stops the others in the end.
template <class T, class Route>
class PartitionDispatcher final : public Dispatcher<T> {
  static_assert(RouteFor<Route, T>, "sluice: a route takes T& and returns std::optional<std::size_t>");

 public:
  PartitionDispatcher(std::size_t partitions, Route route, PartitionOptions options = {})
      : names_(partitions, std::move(options.names)),
        several_(options.several),
        route_(std::move(route)),
        scatter_(partitions + 1),
        lanes_(partitions) {}

  void bound_queues(Demand size, Keep keep) override {
    for (Lane& lane : lanes_) lane.queue = EventBuffer<T>(size, keep);
  }

  Demand subscribe(Seat<T>& seat, const Newcomer& who, Delivery<T>& /*out*/) override {
    if (!who.options.partition) throw Refused(names_.missing());
    const std::size_t partition = *who.options.partition;
    if (partition >= lanes_.size()) throw Refused(names_.unknown(partition));
    Lane& lane = lanes_[partition];
    if (!several_ && !lane.consumers.empty()) throw Refused(names_.taken(partition, lane.holder));
    if (!several_) lane.holder = stage_text(who.name, seat.consumer);
    seat.lane = partition;
    lane.consumers.add(seat);
    return 0;
  }

  /// What the consumer had asked for stays asked for; later ones are served from it. Its partition's queue
  /// stays.
  Demand cancel(Seat<T>& seat, Delivery<T>& /*out*/) override {
    owed_.add(lanes_[seat.lane].consumers.remove(seat));
    return 0;
  }

  Demand ask(Seat<T>& seat, Demand n, Delivery<T>& out) override {
    Lane& lane = lanes_[seat.lane];
    lane.consumers.raise(seat, n);
    serve_queue(lane, out);
    const Demand up = add_demand(owed_.settle(n), std::exchange(lane.overflow, 0));
    waiting_ = add_demand(waiting_, up);
    return up;
  }

  /// Dropped events use up no demand: as many are asked for again, unless they had come unasked (genstage.md
  /// D18).
  Demand dispatch(Events<T>& events, Delivery<T>& out) override {
    if (waiting_ == 0 || events.empty()) return 0;
    const Demand requested = waiting_;
    const Assigned assigned = give_lanes(events);
    scatter_.move_out(events, assigned.events, [&](std::size_t lane, Events<T> batch) {
      if (lane != lanes_.size()) place(lanes_[lane], std::move(batch), out);
    });
    if (assigned.dropped == 0) return 0;
    out.discard(assigned.dropped, Discard::routed_away);
    const Demand outstanding = take_demand(requested, assigned.events);
    return waiting_ - std::min(waiting_, outstanding);
  }

  void place_info(InfoId info, Delivery<T>& out) override {
    std::size_t queues = 0;
    for (Lane& lane : lanes_) {
      if (lane.queue.empty()) continue;
      lane.queue.mark(info.value);
      ++queues;
    }
    if (queues == 0) {
      out.release(info);
    } else {
      infos_.emplace(info.value, queues);
    }
  }

  /// A route may drop any number of events for one that it places.
  [[nodiscard]] Demand room() const override {
    return waiting_ == 0 || std::same_as<Route, ByHash> ? waiting_ : unlimited;
  }
  [[nodiscard]] std::size_t queued() const override { return queued_; }
  [[nodiscard]] std::string_view name() const override { return "partition"; }

  /// Events asked for upstream that have not come yet, for all partitions together.
  [[nodiscard]] Demand waiting() const noexcept { return waiting_; }
  /// Demand that went upstream for consumers that have left, and was not met.
  [[nodiscard]] Demand owed() const noexcept { return owed_.amount(); }
  /// Events in the queue of one partition.
  [[nodiscard]] std::size_t queued(std::size_t partition) const { return lanes_.at(partition).queue.size(); }

 private:
  /// A partition. Its consumers have no demand while events are in its queue.
  struct Lane {
    EventBuffer<T> queue;
    Ledger consumers;
    Demand overflow =
        0;  // demand used up by events that the full queue lost; asked for again with its next ask
    std::string holder;  // who sits here, unless several may
  };

  struct Assigned {
    std::size_t events = 0;   // so many from the front have a lane
    std::size_t dropped = 0;  // some of them the lane behind the last partition, which leads nowhere
  };

  /// Gives events a lane each until as many will be placed as may be.
  Assigned give_lanes(Events<T>& events) {
    const std::span<T> all = events.mine();
    std::uint32_t* const lane_of = scatter_.begin(all.size());
    const auto most = static_cast<std::size_t>(std::min<Demand>(waiting_, all.size()));
    Assigned done;
    while (done.events != all.size() && done.events - done.dropped != most) {
      const std::size_t next = std::min(most - (done.events - done.dropped), all.size() - done.events);
      done.dropped += route_all(all.subspan(done.events, next), lane_of + done.events);
      done.events += next;
    }
    return done;
  }

  /// Writes the lane of each event; returns how many lead nowhere. Without a branch in the loop: compilers
  /// vectorise it together with the route.
  std::size_t route_all(std::span<T> events, std::uint32_t* lane_of) {
    const std::size_t nowhere = lanes_.size();
    std::size_t dropped = 0;
    std::size_t largest = 0;
    for (T& event : events) {
      const std::optional<std::size_t> partition = std::invoke(route_, event);
      largest = std::max(largest, partition.value_or(0));
      dropped += partition ? 0 : 1;
      *lane_of++ = static_cast<std::uint32_t>(partition.value_or(nowhere));
    }
    if (largest >= nowhere) names_.misrouted(largest);
    return dropped;
  }

  void place(Lane& lane, Events<T> batch, Delivery<T>& out) {
    waiting_ = take_demand(waiting_, batch.size());
    if (lane.queue.empty()) serve(lane, batch, out);
    if (batch.empty()) return;
    queued_ -= lane.queue.size();
    const Stored stored = lane.queue.store(std::move(batch));
    queued_ += lane.queue.size();
    if (stored.discarded == 0) return;
    lane.overflow = add_demand(lane.overflow, stored.discarded);
    out.discard(stored.discarded, Discard::lane_full);
    pass_infos(lane, out);
  }

  void serve(Lane& lane, Events<T>& events, Delivery<T>& out) {
    while (!events.empty()) {
      auto* const seat = static_cast<Seat<T>*>(lane.consumers.next());
      if (seat == nullptr) break;
      const Demand count = std::min<Demand>(seat->demand, events.size());
      lane.consumers.serve(count);
      out.deliver(*seat, events.take_front(static_cast<std::size_t>(count)));
    }
  }

  void serve_queue(Lane& lane, Delivery<T>& out) {
    while (!lane.queue.empty() && lane.consumers.next() != nullptr) {
      Events<T>& run = lane.queue.front();
      const std::size_t before = run.size();
      serve(lane, run, out);
      const std::size_t taken = before - run.size();
      queued_ -= taken;
      lane.queue.note_taken(taken);
      pass_infos(lane, out);
    }
  }

  void pass_infos(Lane& lane, Delivery<T>& out) {
    lane.queue.release_passed([&](std::uint64_t mark) {
      const auto info = infos_.find(mark);
      if (--info->second != 0) return;
      infos_.erase(info);
      out.release(InfoId{mark});
    });
  }

  PartitionNames names_;
  bool several_;
  Route route_;
  Scatter<T> scatter_;
  std::vector<Lane> lanes_;
  Demand waiting_ = 0;
  Owed owed_;
  std::size_t queued_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> infos_;  // in how many queues an info still waits
};

/// Makes a PartitionDispatcher for the stage's events.
template <class Route>
struct Partition {
  std::size_t partitions;
  Route route;
  PartitionOptions options = {};

  template <class T>
  [[nodiscard]] std::unique_ptr<Dispatcher<T>> make() && {
    static_assert(RouteFor<Route, T>, "sluice: a route takes T& and returns std::optional<std::size_t>");
    if constexpr (RouteFor<Route, T>) {
      return std::make_unique<PartitionDispatcher<T, Route>>(partitions, std::move(route),
                                                             std::move(options));
    } else {
      return nullptr;
    }
  }
};

/// `{.dispatcher = partition(4, [](Order& order) -> std::optional<std::size_t> { return order.region % 4;
/// })}`
template <class Route>
  requires(!std::same_as<std::remove_cvref_t<Route>, PartitionOptions>)
[[nodiscard]] Partition<std::decay_t<Route>> partition(std::size_t partitions, Route&& route,
                                                       PartitionOptions options = {}) {
  return {partitions, std::forward<Route>(route), std::move(options)};
}

/// By sluice::Hash of the event: `{.dispatcher = partition(4)}`
[[nodiscard]] inline Partition<ByHash> partition(std::size_t partitions, PartitionOptions options = {}) {
  return {partitions, ByHash{partitions}, std::move(options)};
}

}  // namespace sluice::inline v0
