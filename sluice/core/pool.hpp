#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace sluice::inline v0 {

class PoolDepot;

/// Recycles the storage of batches and messages, one per worker thread: in the steady state nothing is
/// allocated. Memory is in classes of 64 B to 64 KiB; what is larger goes straight to the heap.
/// Storage taken on one thread may be given back on another: full magazines travel over the depot.
///
/// Thread rule: a pool is used by the thread it is installed on; the static functions by any thread.
class Pool {
 public:
  static constexpr std::size_t largest_unaligned = 128;

  explicit Pool(PoolDepot& depot) noexcept;
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// At least `bytes` of storage, aligned to 64 bytes where it is more than largest_unaligned, else as by
  /// new.
  [[nodiscard]] static void* take(std::size_t bytes) {
    const std::size_t size_class = class_of(bytes);
    if (Pool* const pool = installed_; pool != nullptr && size_class < classes) {
      Shelf& shelf = pool->shelves_[size_class];
      if (shelf.first != nullptr) {
        --shelf.count;
        return std::exchange(shelf.first, shelf.first->next);
      }
    }
    return take_elsewhere(bytes);
  }
  /// `bytes` is the size that was asked for, or what usable_size made of it.
  static void give(void* storage, std::size_t bytes) noexcept {
    const std::size_t size_class = class_of(bytes);
    if (Pool* const pool = installed_; pool != nullptr && size_class < classes) {
      Shelf& shelf = pool->shelves_[size_class];
      shelf.first = ::new (storage) Free{shelf.first};
      if (++shelf.count >= 2 * magazine(size_class)) pool->spill(size_class);
    } else {
      give_elsewhere(storage, bytes);
    }
  }
  /// What `take(bytes)` really provides: the class it falls into.
  [[nodiscard]] static std::size_t usable_size(std::size_t bytes) noexcept;

  /// Makes this the calling thread's pool for as long as the guard lives.
  class Installed {
   public:
    explicit Installed(Pool& pool) noexcept;
    ~Installed();
    Installed(const Installed&) = delete;
    Installed& operator=(const Installed&) = delete;

   private:
    Pool* previous_;
  };

 private:
  friend class PoolDepot;
  struct Free {
    Free* next;
  };
  struct Shelf {
    Free* first = nullptr;
    std::size_t count = 0;
  };
  static constexpr std::size_t smallest = 64;
  static constexpr std::size_t classes = 11;

  static constexpr std::size_t magazine_bytes = 64 * 1024;

  static constexpr std::size_t class_of(std::size_t bytes) noexcept {
    if (bytes <= smallest) return 0;
    return static_cast<std::size_t>(std::bit_width(bytes - 1) - std::bit_width(smallest - 1));
  }
  static constexpr std::size_t magazine(std::size_t size_class) noexcept {
    return std::clamp<std::size_t>(magazine_bytes / (smallest << size_class), 2, 64);
  }
  static void* take_elsewhere(std::size_t bytes);
  static void give_elsewhere(void* storage, std::size_t bytes) noexcept;
  static void free_all(Free* first, std::size_t size_class) noexcept;
  void* refill(std::size_t size_class);
  void spill(std::size_t size_class) noexcept;

  static thread_local constinit Pool* installed_;

  std::array<Shelf, classes> shelves_;
  PoolDepot& depot_;
};

/// Where the pools of one runtime exchange full magazines. Thread rule: any thread.
class PoolDepot {
 public:
  PoolDepot();
  ~PoolDepot();
  PoolDepot(const PoolDepot&) = delete;
  PoolDepot& operator=(const PoolDepot&) = delete;

 private:
  friend class Pool;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::inline v0
