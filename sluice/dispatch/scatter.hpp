#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sluice/core/events.hpp"

namespace sluice::inline v0 {

/// Divides the front of a batch into lanes: first every event is given a lane, then all are moved at once,
/// each lane into a batch of exactly its size. Keeps the order inside a lane. Nothing is allocated per event.
template <class T>
class Scatter {
 public:
  explicit Scatter(std::size_t lanes = 0) : lanes_(lanes) {}
  ~Scatter() { abandon(); }
  Scatter(const Scatter&) = delete;
  Scatter& operator=(const Scatter&) = delete;

  /// Lanes 0 to count - 1 exist from now on.
  void widen(std::size_t count) {
    if (count > lanes_.size()) lanes_.resize(count);
  }

  /// Begins with a batch of at most `most` events.
  void begin(std::size_t most) {
    if (room_ < most) {
      room_ = std::max(most, 2 * room_);
      lane_of_ = std::make_unique_for_overwrite<std::uint32_t[]>(room_);
    }
    if (!touched_.empty() || !batches_.empty()) abandon();
    count_ = dropped_ = 0;
  }
  /// The next event goes to this lane.
  void to(std::size_t lane) {
    if (lanes_[lane].count++ == 0) touched_.push_back(static_cast<std::uint32_t>(lane));
    lane_of_[count_++] = static_cast<std::uint32_t>(lane);
  }
  /// The next event goes nowhere.
  void drop() noexcept {
    lane_of_[count_++] = nowhere;
    ++dropped_;
  }

  /// Takes the events that were given a lane out of `events` and calls `place(lane, batch)` for each lane
  /// that got some, first the one that was first given an event. What an exception leaves behind goes with
  /// the next begin().
  template <class F>
  void move_out(Events<T>& events, F&& place) {
    if (touched_.size() == 1 && dropped_ == 0) {  // all for one lane: nothing has to be moved
      const std::size_t lane = touched_.front();
      abandon();
      place(lane, events.take_front(count_));
      return;
    }
    open();
    fill(events.mine().data());
    events.drop_front(count_);
    for (Batch& batch : batches_) place(batch.lane, std::move(batch.events));
    batches_.clear();
  }

 private:
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};

  struct Lane {
    T* out = nullptr;  // where its next event goes
    std::size_t count = 0;
  };
  struct Batch {
    std::size_t lane;
    detail::Block* block;  // null when `events` owns it
    Events<T> events;
  };

  /// A block for each touched lane.
  void open() {
    batches_.reserve(touched_.size());
    for (const std::uint32_t lane : touched_) {
      batches_.push_back({lane, detail::take_block<T>(lanes_[lane].count), {}});
      lanes_[lane].out = detail::block_data<T>(batches_.back().block);
    }
  }

  /// Moves the events into their lanes' blocks, and makes batches of these.
  void fill(T* const first) noexcept {
    Lane* const lanes = lanes_.data();
    const std::uint32_t* const lane_of = lane_of_.get();
    const std::size_t count = count_;
    if (dropped_ == 0) {
      for (std::size_t i = 0; i != count; ++i)
        std::construct_at(lanes[lane_of[i]].out++, std::move(first[i]));
    } else {
      for (std::size_t i = 0; i != count; ++i) {
        if (lane_of[i] != nowhere) std::construct_at(lanes[lane_of[i]].out++, std::move(first[i]));
      }
    }
    for (Batch& batch : batches_) {
      batch.events = Events<T>::adopt(std::exchange(batch.block, nullptr), lanes[batch.lane].count);
      lanes[batch.lane] = {};
    }
    touched_.clear();
  }

  /// Forgets the lanes given so far.
  void abandon() noexcept {
    for (const std::uint32_t lane : touched_) lanes_[lane] = {};
    for (const Batch& batch : batches_) {
      if (batch.block != nullptr) detail::release(batch.block);
    }
    touched_.clear();
    batches_.clear();
  }

  std::vector<Lane> lanes_;
  std::unique_ptr<std::uint32_t[]> lane_of_;
  std::size_t room_ = 0;
  std::size_t count_ = 0;
  std::size_t dropped_ = 0;
  std::vector<std::uint32_t> touched_;
  std::vector<Batch> batches_;
};

}  // namespace sluice::inline v0
