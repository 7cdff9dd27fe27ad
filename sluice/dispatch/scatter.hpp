#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sluice/core/events.hpp"

namespace sluice::inline v0 {

/// Divides the front of a batch into lanes. Keeps the order inside a lane, and allocates nothing per event.
///
/// A lane writes into a block of its own that lasts for several batches, and starts over at its beginning
/// when nobody refers to what it had written: the same memory stays in the cache.
template <class T>
class Scatter {
 public:
  using Lane = std::uint32_t;

  explicit Scatter(std::size_t lanes = 0) : lanes_(lanes) {}

  /// Lanes 0 to count - 1 exist from now on.
  void widen(std::size_t count) {
    if (count > lanes_.size()) lanes_.resize(count);
  }

  /// Room for the lanes of `most` events, to be written before move_out.
  [[nodiscard]] Lane* begin(std::size_t most) {
    if (room_ < most) {
      room_ = std::max(most, 2 * room_);
      lane_of_ = std::make_unique_for_overwrite<Lane[]>(room_);
    }
    return lane_of_.get();
  }

  /// Takes the first `count` of `events`, whose lanes were written, and calls `place(lane, batch)` for each
  /// lane that got some.
  template <class F>
  void move_out(Events<T>& events, std::size_t count, F&& place) {
    if (count == 0) return;
    const Lane* const lane_of = lane_of_.get();
    if (std::all_of(lane_of, lane_of + count, [&](Lane lane) { return lane == *lane_of; })) {
      place(*lane_of, events.take_front(count));  // nothing has to be moved
      return;
    }
    make_room(count);
    fill(events.mine().data(), count);
    std::vector<Batch> batches = cut();
    events.drop_front(count);
    for (Batch& batch : batches) place(batch.lane, std::move(batch.events));
    batches.clear();
    spare_.swap(batches);
  }

 private:
  struct Release {
    void operator()(detail::Block* block) const noexcept { detail::release(block); }
  };
  /// What a lane writes into.
  struct Writer {
    T* next = nullptr;       // where its next event goes
    std::size_t needed = 0;  // room that the events at hand need at most
    T* first = nullptr;      // of the events at hand
    std::unique_ptr<detail::Block, Release> block = {};
  };
  struct Batch {
    Lane lane;
    Events<T> events;
  };

  /// With so few lanes, room for all events in each costs less than counting.
  static constexpr std::size_t few = 16;
  static constexpr std::size_t most_to_double = 64 * 1024 / sizeof(T);

  void make_room(std::size_t count) {
    for (const Lane lane : touched_) lanes_[lane].needed = 0;
    touched_.clear();
    if (lanes_.size() <= few) {
      for (Lane lane = 0; lane != lanes_.size(); ++lane) need(lane, count);
    } else {
      for (std::size_t i = 0; i != count; ++i) need(lane_of_[i], 1);
    }
    for (const Lane lane : touched_) open(lanes_[lane]);
  }
  void need(Lane lane, std::size_t more) {
    if (lanes_[lane].needed == 0) touched_.push_back(lane);
    lanes_[lane].needed += more;
  }

  /// Finds room in the lane's block or takes a new one.
  void open(Writer& lane) {
    if (lane.block && detail::sole_slice(lane.block.get()))
      lane.next = detail::block_data<T>(lane.block.get());
    if (!lane.block || room(lane) < lane.needed) {
      lane.block.reset(detail::take_block<T>(lane.needed <= most_to_double ? 2 * lane.needed : lane.needed));
      detail::use_up<T>(lane.block.get());  // no slice may grow into what is written later
      lane.next = detail::block_data<T>(lane.block.get());
    }
    lane.first = lane.next;
  }
  [[nodiscard]] static std::size_t room(const Writer& lane) noexcept {
    const T* const end =
        detail::block_data<T>(lane.block.get()) + detail::block_capacity<T>(lane.block.get());
    return static_cast<std::size_t>(end - lane.next);
  }

  void fill(T* const from, std::size_t count) noexcept {
    Writer* const lanes = lanes_.data();
    const Lane* const lane_of = lane_of_.get();
    for (std::size_t i = 0; i != count; ++i) std::construct_at(lanes[lane_of[i]].next++, std::move(from[i]));
  }

  /// A batch for each lane that something was written to.
  [[nodiscard]] std::vector<Batch> cut() {
    std::vector<Batch> batches = std::exchange(spare_, {});
    batches.reserve(touched_.size());
    for (const Lane at : touched_) {
      const Writer& lane = lanes_[at];
      if (lane.next == lane.first) continue;
      batches.push_back({at, Events<T>::slice(lane.block.get(), lane.first, lane.next)});
    }
    return batches;
  }

  std::vector<Writer> lanes_;
  std::unique_ptr<Lane[]> lane_of_;
  std::size_t room_ = 0;
  std::vector<Lane> touched_;
  std::vector<Batch> spare_;
};

}  // namespace sluice::inline v0
