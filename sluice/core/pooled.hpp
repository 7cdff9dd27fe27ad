#pragma once

#include <cstddef>
#include <new>

#include "sluice/core/pool.hpp"

namespace sluice::inline v0 {

/// Base of what is made and destroyed again and again: `new` and `delete` recycle its storage. What is
/// destroyed by a pointer to a base needs a virtual destructor there, as always.
struct Pooled {
  static void* operator new(std::size_t bytes) { return Pool::take(bytes); }
  static void* operator new(std::size_t /*bytes*/, void* place) noexcept { return place; }
  static void operator delete(void* storage, std::size_t bytes) noexcept { Pool::give(storage, bytes); }
  static void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return ::operator new(bytes, alignment);
  }
  static void operator delete(void* storage, std::size_t /*bytes*/, std::align_val_t alignment) noexcept {
    ::operator delete(storage, alignment);
  }
};

/// The same for standard classes that take an allocator.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() noexcept = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>& /*other*/) noexcept {}
  [[nodiscard]] T* allocate(std::size_t count) { return static_cast<T*>(Pool::take(count * sizeof(T))); }
  void deallocate(T* storage, std::size_t count) noexcept { Pool::give(storage, count * sizeof(T)); }
  friend bool operator==(const PoolAllocator&, const PoolAllocator&) noexcept { return true; }
};

}  // namespace sluice::inline v0
