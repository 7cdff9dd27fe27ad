#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "sluice/core/pool.hpp"

namespace sluice::inline v0::detail {

/// What precedes the storage of a batch. Counts the slices that refer to the storage, never the events in it.
struct Block {
  std::atomic<std::uint32_t> slices;
  std::atomic<std::size_t>
      used;           ///< events constructed from the start; only the owner of the last slice moves it
  std::size_t bytes;  ///< of header and storage, for the pool
};

template <class T>
inline constexpr std::size_t block_offset = std::max<std::size_t>(32, alignof(T));
static_assert(sizeof(Block) <= 32);

template <class T>
[[nodiscard]] inline T* block_data(Block* block) noexcept {
  return std::launder(reinterpret_cast<T*>(reinterpret_cast<std::byte*>(block) + block_offset<T>));
}

template <class T>
[[nodiscard]] inline std::size_t block_capacity(const Block* block) noexcept {
  return (block->bytes - block_offset<T>) / sizeof(T);
}

/// A block with room for at least `count` events and one slice. Throws std::bad_alloc.
template <class T>
[[nodiscard]] inline Block* take_block(std::size_t count) {
  static_assert(alignof(T) <= 64, "sluice: events are aligned to at most 64 bytes");
  if (count > (std::size_t{1} << 62) / sizeof(T)) throw std::bad_array_new_length();
  constexpr std::size_t least = alignof(T) > 16 ? Pool::largest_unaligned + 1 : 0;
  const std::size_t bytes = Pool::usable_size(std::max(least, block_offset<T> + count * sizeof(T)));
  return ::new (Pool::take(bytes)) Block{1, 0, bytes};
}

inline void retain(Block* block) noexcept { block->slices.fetch_add(1, std::memory_order_relaxed); }

/// Whether nobody else refers to the storage: what others had written to it is gone.
[[nodiscard]] inline bool sole_slice(const Block* block) noexcept {
  return block->slices.load(std::memory_order_acquire) == 1;
}

/// No slice may grow at its end from now on.
template <class T>
inline void use_up(Block* block) noexcept {
  block->used.store(block_capacity<T>(block), std::memory_order_relaxed);
}

inline void release(Block* block) noexcept {
  if (block->slices.load(std::memory_order_acquire) == 1 ||
      block->slices.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    Pool::give(block, block->bytes);
  }
}

/// A stretch of a block that several batches read after a broadcast. The last one destroys the events.
template <class T>
struct SharedStretch {
  std::atomic<std::uint32_t> readers;
  Block* block;
  T* first;
  T* last;
};

}  // namespace sluice::inline v0::detail
