#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/compare/readings.hpp"
#include "bench/compare/work.hpp"

namespace bench {

/// Counts for keys that are known to be 0 … reading_keys - 1.
class KeyArray {
 public:
  void count(std::int64_t key) { ++counts_[static_cast<std::size_t>(key)]; }

  /// `handle` gets each key with its count; afterwards there are none.
  template <class Handle>
  void take(Handle handle) {
    for (std::size_t key = 0; key < counts_.size(); ++key) {
      if (counts_[key] != 0) handle(static_cast<std::int64_t>(key), counts_[key]);
    }
    counts_.fill(0);
  }

 private:
  std::array<std::uint32_t, reading_keys> counts_{};
};

/// Counts for any keys: open addressing with linear probing, and a list of the places in use.
class KeyTable {
 public:
  void count(std::int64_t key) {
    Slot& slot = slots_[place_of(key)];
    if (slot.count == 0) {
      used_.push_back(static_cast<std::uint32_t>(&slot - slots_.data()));
      slot.key = key;
    }
    ++slot.count;
    if (used_.size() * 2 > slots_.size()) grow();
  }

  /// `handle` gets each key with its count; afterwards there are none.
  template <class Handle>
  void take(Handle handle) {
    for (std::uint32_t place : used_) {
      handle(slots_[place].key, slots_[place].count);
      slots_[place].count = 0;
    }
    used_.clear();
  }

 private:
  struct Slot {
    std::int64_t key = 0;
    std::uint64_t count = 0;  ///< zero: the slot is free
  };

  /// Where the key is or belongs.
  [[nodiscard]] std::size_t place_of(std::int64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = (static_cast<std::uint64_t>(key) * 0x9e3779b97f4a7c15U >> 32) & mask;
    while (slots_[place].count != 0 && slots_[place].key != key) place = (place + 1) & mask;
    return place;
  }

  void grow() {
    std::vector<Slot> smaller(slots_.size() * 2);
    smaller.swap(slots_);
    for (std::uint32_t& place : used_) {
      const std::size_t larger = place_of(smaller[place].key);
      slots_[larger] = smaller[place];
      place = static_cast<std::uint32_t>(larger);
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(64);
  std::vector<std::uint32_t> used_;
};

}  // namespace bench
