#pragma once

#include <cstddef>
#include <iterator>

#include "bench/compare/work.hpp"

namespace bench {

/// Points to the number that it is. The parallel algorithms divide only what C++17 calls a random access
/// iterator; by that measure std::views::iota's is an input iterator.
class NumberIterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = Event;
  using difference_type = std::ptrdiff_t;
  using pointer = const Event*;
  using reference = Event;

  NumberIterator() = default;
  explicit NumberIterator(Event number) : number_(number) {}

  Event operator*() const { return number_; }
  Event operator[](difference_type n) const { return number_ + n; }
  NumberIterator& operator++() { return *this += 1; }
  NumberIterator& operator--() { return *this -= 1; }
  NumberIterator operator++(int) { return NumberIterator(number_++); }
  NumberIterator operator--(int) { return NumberIterator(number_--); }
  NumberIterator& operator+=(difference_type n) {
    number_ += n;
    return *this;
  }
  NumberIterator& operator-=(difference_type n) { return *this += -n; }
  friend NumberIterator operator+(NumberIterator a, difference_type n) { return a += n; }
  friend NumberIterator operator+(difference_type n, NumberIterator a) { return a += n; }
  friend NumberIterator operator-(NumberIterator a, difference_type n) { return a -= n; }
  friend difference_type operator-(NumberIterator a, NumberIterator b) { return a.number_ - b.number_; }
  friend auto operator<=>(NumberIterator, NumberIterator) = default;

 private:
  Event number_ = 0;
};

}  // namespace bench
