#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "bench/compare/text.hpp"
#include "bench/compare/words.hpp"
#include "bench/compare/work.hpp"

namespace bench {

/// Counts of words by open addressing with linear probing. The first 16 letters are the key and lie in the
/// slot, so that no word of up to 16 letters is looked up in the text again. The text has to outlive the
/// table.
class WordTable {
 public:
  /// REQUIRES: 16 readable bytes from `word` on.
  void count(std::string_view word) { add(word, key_of(word), 1); }

  void merge(const WordTable& other) {
    for (const Slot& slot : other.slots_) {
      if (slot.count != 0) add({slot.text, slot.length}, {slot.low, slot.high}, slot.count);
    }
  }

  [[nodiscard]] WordTally tally() const {
    WordTally tally;
    for (const Slot& slot : slots_) {
      if (slot.count != 0) tally.add({slot.text, slot.length}, slot.count);
    }
    return tally;
  }

 private:
  struct Key {
    std::uint64_t low;
    std::uint64_t high;
  };

  struct Slot {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    const char* text = nullptr;
    std::uint32_t length = 0;
    std::uint32_t count = 0;  ///< zero: the slot is free
  };

  static constexpr std::size_t first_capacity = 1 << 14;
  static constexpr std::size_t key_length = 16;

  static std::uint64_t first_letters(std::uint64_t characters, std::size_t letters) {
    return letters >= 8 ? characters : characters & ((std::uint64_t{1} << (8 * letters)) - 1);
  }

  static Key key_of(std::string_view word) {
    const std::uint64_t low = first_letters(eight_characters(word.data()), word.size());
    if (word.size() <= 8) return {low, 0};
    return {low, first_letters(eight_characters(word.data() + 8), word.size() - 8)};
  }

  static std::uint64_t hash_of(const Key& key) {
    const std::uint64_t product = (key.low ^ (key.high * 0xbf58476d1ce4e5b9U)) * 0x9e3779b97f4a7c15U;
    return product ^ (product >> 32);
  }

  static bool is_same(const Slot& slot, std::string_view word, const Key& key) {
    if (slot.low != key.low || slot.high != key.high) return false;
    if (word.size() <= key_length) return slot.length <= key_length;
    return slot.length == word.size() && std::memcmp(slot.text, word.data(), word.size()) == 0;
  }

  void add(std::string_view word, const Key& key, std::uint32_t count) {
    std::size_t place = hash_of(key) & mask_;
    while (slots_[place].count != 0) {
      if (is_same(slots_[place], word, key)) {
        slots_[place].count += count;
        return;
      }
      place = (place + 1) & mask_;
    }
    slots_[place] = {key.low, key.high, word.data(), static_cast<std::uint32_t>(word.size()), count};
    if (++size_ * 2 > slots_.size()) grow();
  }

  void grow() {
    std::vector<Slot> smaller(slots_.size() * 2);
    smaller.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const Slot& slot : smaller) {
      if (slot.count == 0) continue;
      std::size_t place = hash_of({slot.low, slot.high}) & mask_;
      while (slots_[place].count != 0) place = (place + 1) & mask_;
      slots_[place] = slot;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(first_capacity);
  std::size_t mask_ = first_capacity - 1;
  std::size_t size_ = 0;
};

}  // namespace bench
