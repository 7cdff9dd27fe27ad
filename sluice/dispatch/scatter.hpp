#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sluice/core/events.hpp"

namespace sluice::inline v0 {

/// Divides the front of a batch into lanes, each a batch of exactly its size. Keeps the order inside a lane.
/// Costs nothing for lanes that get no event, and allocates nothing per event.
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
  /// lane that got some, first the one of the first event.
  template <class F>
  void move_out(Events<T>& events, std::size_t count, F&& place) {
    find_touched(count);
    if (touched_.size() == 1) {  // all for one lane: nothing has to be moved
      lanes_[touched_.front()] = {};
      place(touched_.front(), events.take_front(count));
      return;
    }
    std::vector<Batch> batches = open();
    fill(events.mine().data(), count, batches);
    events.drop_front(count);
    for (Batch& batch : batches) place(batch.lane, std::move(batch.events));
    batches.clear();
    spare_.swap(batches);
  }

 private:
  struct Place {
    T* out = nullptr;  // where the lane's next event goes
    std::size_t count = 0;
  };
  struct Release {
    void operator()(detail::Block* block) const noexcept { detail::release(block); }
  };
  struct Batch {
    Lane lane;
    std::unique_ptr<detail::Block, Release> block;  // until `events` owns it
    Events<T> events;
  };

  void find_touched(std::size_t count) {
    for (const Lane lane : touched_) lanes_[lane] = {};  // what an exception may have left
    touched_.clear();
    Place* const lanes = lanes_.data();
    const Lane* const lane_of = lane_of_.get();
    for (std::size_t i = 0; i != count; ++i) {
      if (lanes[lane_of[i]].count++ == 0) touched_.push_back(lane_of[i]);
    }
  }

  /// A block for each touched lane.
  [[nodiscard]] std::vector<Batch> open() {
    std::vector<Batch> batches = std::exchange(spare_, {});
    batches.reserve(touched_.size());
    for (const Lane lane : touched_) {
      batches.push_back({lane, {detail::take_block<T>(lanes_[lane].count), {}}, {}});
      lanes_[lane].out = detail::block_data<T>(batches.back().block.get());
    }
    return batches;
  }

  /// Moves the events into their lanes' blocks, and makes batches of these.
  void fill(T* const first, std::size_t count, std::vector<Batch>& batches) noexcept {
    Place* const lanes = lanes_.data();
    const Lane* const lane_of = lane_of_.get();
    for (std::size_t i = 0; i != count; ++i) std::construct_at(lanes[lane_of[i]].out++, std::move(first[i]));
    for (Batch& batch : batches) {
      batch.events = Events<T>::adopt(batch.block.release(), lanes[batch.lane].count);
      lanes[batch.lane] = {};
    }
    touched_.clear();
  }

  std::vector<Place> lanes_;
  std::unique_ptr<Lane[]> lane_of_;
  std::size_t room_ = 0;
  std::vector<Lane> touched_;
  std::vector<Batch> spare_;
};

}  // namespace sluice::inline v0
