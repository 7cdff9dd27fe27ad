#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>

namespace sluice::inline v0 {

class PoolDepot;

/// Recycles the storage of batches and messages, one per worker thread: in the steady state nothing is
/// allocated. Memory is in classes of 64 B to 64 KiB; what is larger goes straight to the heap.
/// Storage taken on one thread may be given back on another: full magazines travel over the depot.
///
/// Thread rule: a pool is used by the thread it is installed on; the static functions by any thread.
class Pool {
 public:
  explicit Pool(PoolDepot& depot) noexcept;
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// At least `bytes` of storage, aligned to 64 bytes.
  [[nodiscard]] static void* take(std::size_t bytes);
  /// `bytes` is the size that was asked for, or what usable_size made of it.
  static void give(void* storage, std::size_t bytes) noexcept;
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

  static std::size_t class_of(std::size_t bytes) noexcept;
  static std::size_t magazine(std::size_t size_class) noexcept;
  void* refill(std::size_t size_class);
  void spill(std::size_t size_class) noexcept;

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
