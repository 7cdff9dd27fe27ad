#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/core/block.hpp"

namespace sluice::inline v0 {

/// A batch of events: contiguous, cheap to move, cut into slices without copying.
///
/// 1. A batch owns its events; slices of one block own disjoint stretches of it.
/// 2. Only share() (a broadcast) makes several batches read the same events; mine() then copies first.
/// 3. Storage goes back to the pool of the thread that lets go of the last slice.
///
/// Thread rule: one thread at a time per batch; slices of one block may live on different threads.
template <class T>
class Events {
  static_assert(std::is_object_v<T> && !std::is_const_v<T>,
                "sluice: an event is a plain, non-const object type");
  static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_destructible_v<T>,
                "sluice: events need a move constructor and a destructor that are noexcept");

 public:
  using value_type = T;
  using iterator = const T*;
  using const_iterator = const T*;

  Events() noexcept = default;
  Events(std::initializer_list<T> events)
    requires std::copy_constructible<T>
  {
    reserve(events.size());
    for (const T& event : events) push_back(event);
  }
  explicit Events(std::vector<T>&& events) {
    reserve(events.size());
    for (T& event : events) push_back(std::move(event));
  }
  Events(Events&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)),
        last_(std::exchange(other.last_, nullptr)),
        owner_(std::exchange(other.owner_, 0)) {}
  Events& operator=(Events&& other) noexcept {
    Events(std::move(other)).swap(*this);
    return *this;
  }
  ~Events() {
    if (owner_ != 0) let_go();
  }

  [[nodiscard]] const T* begin() const noexcept { return first_; }
  [[nodiscard]] const T* end() const noexcept { return last_; }
  [[nodiscard]] const T* data() const noexcept { return first_; }
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(last_ - first_); }
  [[nodiscard]] bool empty() const noexcept { return first_ == last_; }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return first_[i]; }
  [[nodiscard]] const T& front() const noexcept { return *first_; }
  [[nodiscard]] const T& back() const noexcept { return last_[-1]; }

  /// The events to change in place or move from. After a broadcast they are copied first, once.
  [[nodiscard]] std::span<T> mine() {
    if (shared()) unshare();
    return {first_, size()};
  }

  /// All events moved (copied after a broadcast) into a vector, for calls that need one.
  [[nodiscard]] std::vector<T> to_vector() && {
    const std::span<T> events = mine();
    std::vector<T> out(std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
    *this = {};
    return out;
  }

  /// Keeps the events for which `keep(const T&)` holds, in order; returns how many were dropped.
  template <class Predicate>
  std::size_t keep_if(Predicate keep) {
    T* out = mine().data();
    const T* const before = last_;
    for (T* in = out; in != last_; ++in) {
      if (!keep(std::as_const(*in))) continue;
      if (out != in) relocate(in, out);
      ++out;
    }
    std::destroy(out, last_);
    last_ = out;
    return static_cast<std::size_t>(before - out);
  }

  /// The first min(count, size()) events as a batch of their own, without copying.
  [[nodiscard]] Events take_front(std::size_t count) {
    if (count >= size()) return std::exchange(*this, {});
    if (count == 0) return {};
    Events front;
    front.owner_ = owner_;
    if (shared()) {
      stretch()->readers.fetch_add(1, std::memory_order_relaxed);
    } else {
      detail::retain(block());
    }
    front.first_ = first_;
    front.last_ = first_ += count;
    return front;
  }

  /// Destroys the first min(count, size()) events.
  void drop_front(std::size_t count) { static_cast<void>(take_front(count)); }

  /// A second batch with the same events, not copied (a broadcast). Both are shared from now on.
  [[nodiscard]] Events share()
    requires std::copy_constructible<T>
  {
    if (owner_ == 0) return {};
    if (!shared()) {
      void* storage = Pool::take(sizeof(Stretch));
      owner_ =
          reinterpret_cast<std::uintptr_t>(::new (storage) Stretch{1, block(), first_, last_}) | shared_bit;
    }
    stretch()->readers.fetch_add(1, std::memory_order_relaxed);
    Events twin;
    twin.first_ = first_;
    twin.last_ = last_;
    twin.owner_ = owner_;
    return twin;
  }

  /// Whether a broadcast made other batches read the same events.
  [[nodiscard]] bool shared() const noexcept { return (owner_ & shared_bit) != 0; }

  /// Room for `count` events in all without another allocation.
  void reserve(std::size_t count) {
    if (count > size() + spare()) grow(count);
  }

  /// Adds an event at the end; amortised constant time.
  void push_back(T event) {
    if (spare() == 0) grow(size() + 1);
    std::construct_at(last_, std::move(event));
    ++last_;
    note_used();
  }

  /// Moves the events of `other` behind these. An empty batch just takes them over.
  void append(Events&& other) {
    if (other.empty()) return;
    if (empty()) {
      *this = std::move(other);
      return;
    }
    const std::span<T> more = other.mine();
    if (spare() < more.size()) grow(size() + more.size());
    move_into(more.data(), more.size(), last_);
    last_ += more.size();
    note_used();
    other = {};  // what was moved from is destroyed too
  }

  void swap(Events& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    std::swap(owner_, other.owner_);
  }

  friend bool operator==(const Events& a, const Events& b)
    requires std::equality_comparable<T>
  {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

  /// For the outbox: takes over `count` events constructed at the start of `block`.
  static Events adopt(detail::Block* block, std::size_t count) noexcept {
    Events events;
    events.first_ = detail::block_data<T>(block);
    events.last_ = events.first_ + count;
    events.owner_ = reinterpret_cast<std::uintptr_t>(block);
    events.note_used();
    return events;
  }

  /// For dispatchers: takes over the events from `first` to `last` of `block`, as one slice more of it.
  static Events slice(detail::Block* block, T* first, T* last) noexcept {
    detail::retain(block);
    Events events;
    events.first_ = first;
    events.last_ = last;
    events.owner_ = reinterpret_cast<std::uintptr_t>(block);
    return events;
  }

 private:
  using Stretch = detail::SharedStretch<T>;
  static constexpr std::uintptr_t shared_bit = 1;

  [[nodiscard]] detail::Block* block() const noexcept { return reinterpret_cast<detail::Block*>(owner_); }
  [[nodiscard]] Stretch* stretch() const noexcept { return reinterpret_cast<Stretch*>(owner_ & ~shared_bit); }

  /// How many more events fit behind the last one: none unless this is the block's last slice.
  [[nodiscard]] std::size_t spare() const noexcept {
    if (owner_ == 0 || shared()) return 0;
    const auto end = static_cast<std::size_t>(last_ - detail::block_data<T>(block()));
    return block()->used.load(std::memory_order_relaxed) == end ? detail::block_capacity<T>(block()) - end
                                                                : 0;
  }
  void note_used() noexcept {
    block()->used.store(static_cast<std::size_t>(last_ - detail::block_data<T>(block())),
                        std::memory_order_relaxed);
  }

  static void relocate(T* from, T* to) noexcept {
    if constexpr (std::is_nothrow_move_assignable_v<T>) {
      *to = std::move(*from);
    } else {
      std::destroy_at(to);
      std::construct_at(to, std::move(*from));
    }
  }
  static void move_into(T* from, std::size_t count, T* to) noexcept {
    if constexpr (std::is_trivially_copyable_v<T>) {
      if (count != 0) std::memcpy(static_cast<void*>(to), from, count * sizeof(T));
    } else {
      std::uninitialized_move_n(from, count, to);
    }
  }

  void grow(std::size_t count) {
    if (shared()) unshare();
    const std::size_t size_now = size();
    Events bigger = adopt(detail::take_block<T>(std::max(count, 2 * size_now)), 0);
    move_into(first_, size_now, bigger.first_);
    bigger.last_ += size_now;
    bigger.note_used();
    swap(bigger);
  }

  void unshare() {
    Stretch* const from = stretch();
    if (from->readers.load(std::memory_order_acquire) == 1) {  // the last reader takes the events over
      std::destroy(from->first, first_);
      std::destroy(last_, from->last);
      owner_ = reinterpret_cast<std::uintptr_t>(from->block);
      Pool::give(from, sizeof(Stretch));
      return;
    }
    if constexpr (std::copy_constructible<T>) {
      Events copy;
      copy.reserve(size());
      for (const T& event : *this) copy.push_back(event);
      swap(copy);
    }
  }

  void let_go() noexcept {
    if (!shared()) {
      std::destroy(first_, last_);
      detail::release(block());
      return;
    }
    Stretch* const from = stretch();
    if (from->readers.load(std::memory_order_acquire) != 1 &&
        from->readers.fetch_sub(1, std::memory_order_acq_rel) != 1)
      return;
    std::destroy(from->first, from->last);
    detail::release(from->block);
    Pool::give(from, sizeof(Stretch));
  }

  T* first_ = nullptr;
  T* last_ = nullptr;
  std::uintptr_t owner_ = 0;  ///< a Block, or a SharedStretch with the lowest bit set
};

}  // namespace sluice::inline v0
