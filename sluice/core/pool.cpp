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
  for (auto& shelf : state_->full) {
    for (auto magazine : shelf) {
      while (magazine.first != nullptr)
        ::operator delete(std::exchange(magazine.first, magazine.first->next), alignment);
    }
  }
}

Pool::Pool(PoolDepot& depot) noexcept : depot_(depot) {}

Pool::~Pool() {
  for (auto& shelf : shelves_) {
    while (shelf.first != nullptr)
      ::operator delete(std::exchange(shelf.first, shelf.first->next), alignment);
  }
}

std::size_t Pool::usable_size(std::size_t bytes) noexcept {
  const std::size_t size_class = class_of(bytes);
  return size_class < classes ? smallest << size_class : bytes;
}

void* Pool::take_elsewhere(std::size_t bytes) {
  const std::size_t size_class = class_of(bytes);
  if (size_class >= classes) return ::operator new(bytes, alignment);
  if (installed_ != nullptr) return installed_->refill(size_class);
  return ::operator new(smallest << size_class, alignment);
}

void Pool::give_elsewhere(void* storage) noexcept { ::operator delete(storage, alignment); }

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
  if (shelf.first == nullptr) return ::operator new(smallest << size_class, alignment);
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
  while (out.first != nullptr) ::operator delete(std::exchange(out.first, out.first->next), alignment);
}

Pool::Installed::Installed(Pool& pool) noexcept
    : previous_(std::exchange(installed_, recycling ? &pool : nullptr)) {}
Pool::Installed::~Installed() { installed_ = previous_; }

}  // namespace sluice::inline v0
