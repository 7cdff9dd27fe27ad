#include "sluice/core/pool.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace sluice::inline v0 {

namespace {

constexpr std::align_val_t alignment{64};

void* allocate(std::size_t bytes) {
  return bytes > Pool::largest_unaligned ? ::operator new(bytes, alignment) : ::operator new(bytes);
}
void deallocate(void* storage, std::size_t bytes) noexcept {
  if (bytes > Pool::largest_unaligned) {
    ::operator delete(storage, alignment);
  } else {
    ::operator delete(storage);
  }
}
constexpr std::size_t most_magazines = 8;  // of each class in the depot: half a MiB

/// AddressSanitizer sees a use after free only when storage really is freed.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool recycling = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool recycling = false;
#else
constexpr bool recycling = true;
#endif
#else
constexpr bool recycling = true;
#endif

}  // namespace

thread_local constinit Pool* Pool::installed_ = nullptr;

struct PoolDepot::State {
  struct Magazine {
    Pool::Free* first;
    std::size_t count;
  };
  std::mutex mutex;
  std::array<std::vector<Magazine>, Pool::classes> full;
};

PoolDepot::PoolDepot() : state_(std::make_unique<State>()) {
  for (auto& full : state_->full) full.reserve(most_magazines);
}

PoolDepot::~PoolDepot() {
  for (std::size_t size_class = 0; size_class != Pool::classes; ++size_class) {
    for (const State::Magazine& magazine : state_->full[size_class])
      Pool::free_all(magazine.first, size_class);
  }
}

Pool::Pool(PoolDepot& depot) noexcept : depot_(depot) {}

Pool::~Pool() {
  for (std::size_t size_class = 0; size_class != classes; ++size_class)
    free_all(shelves_[size_class].first, size_class);
}

std::size_t Pool::usable_size(std::size_t bytes) noexcept {
  const std::size_t size_class = class_of(bytes);
  return size_class < classes ? smallest << size_class : bytes;
}

void* Pool::take_elsewhere(std::size_t bytes) {
  const std::size_t size_class = class_of(bytes);
  if (size_class >= classes) return allocate(bytes);
  if (installed_ != nullptr) return installed_->refill(size_class);
  return allocate(smallest << size_class);
}

void Pool::give_elsewhere(void* storage, std::size_t bytes) noexcept { deallocate(storage, bytes); }

void Pool::free_all(Free* first, std::size_t size_class) noexcept {
  while (first != nullptr) deallocate(std::exchange(first, first->next), smallest << size_class);
}

void* Pool::refill(std::size_t size_class) {
  Shelf& shelf = shelves_[size_class];
  {
    const std::lock_guard lock(depot_.state_->mutex);
    auto& full = depot_.state_->full[size_class];
    if (!full.empty()) {
      shelf = {full.back().first, full.back().count};
      full.pop_back();
    }
  }
  if (shelf.first == nullptr) return allocate(smallest << size_class);
  --shelf.count;
  return std::exchange(shelf.first, shelf.first->next);
}

void Pool::spill(std::size_t size_class) noexcept {
  Shelf& shelf = shelves_[size_class];
  const std::size_t count = magazine(size_class);
  PoolDepot::State::Magazine out{shelf.first, count};
  Free* last = shelf.first;
  for (std::size_t i = 1; i < count; ++i) last = last->next;
  shelf.first = std::exchange(last->next, nullptr);
  shelf.count -= count;
  {
    const std::lock_guard lock(depot_.state_->mutex);
    auto& full = depot_.state_->full[size_class];
    if (full.size() < most_magazines) {
      full.push_back(out);
      return;
    }
  }
  free_all(out.first, size_class);
}

Pool::Installed::Installed(Pool& pool) noexcept
    : previous_(std::exchange(installed_, recycling ? &pool : nullptr)) {}
Pool::Installed::~Installed() { installed_ = previous_; }

}  // namespace sluice::inline v0
