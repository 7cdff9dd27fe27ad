#include "sluice/stage/latch.hpp"

#include <condition_variable>
#include <mutex>

namespace sluice::inline v0 {

struct Latch::State {
  mutable std::mutex mutex;
  std::condition_variable opened;
  bool open = false;
};

Latch::Latch() : state_(std::make_unique<State>()) {}
Latch::~Latch() = default;

void Latch::open() noexcept {
  const std::lock_guard lock(state_->mutex);
  state_->open = true;
  state_->opened.notify_all();
}

bool Latch::is_open() const noexcept {
  const std::lock_guard lock(state_->mutex);
  return state_->open;
}

bool Latch::wait_for(Duration time) {
  std::unique_lock lock(state_->mutex);
  if (time == forever) {
    state_->opened.wait(lock, [this] { return state_->open; });
    return true;
  }
  return state_->opened.wait_for(lock, time, [this] { return state_->open; });
}

}  // namespace sluice::inline v0
