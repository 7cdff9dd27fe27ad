#include "sluice/stage/inlet.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

namespace sluice::inline v0 {

void check(const InletOptions& options) {
  if (options.capacity < 1)
    throw OptionError("capacity", fmt::format("must be at least 1, got {}", options.capacity));
}

struct InletGate::State {
  std::mutex mutex;
  std::condition_variable room;
};

InletGate::InletGate(std::size_t capacity) : state_(std::make_unique<State>()), capacity_(capacity) {}
InletGate::~InletGate() = default;

InletGate::Locked::Locked(InletGate& gate) : gate_(gate) { gate_.state_->mutex.lock(); }
InletGate::Locked::~Locked() { gate_.state_->mutex.unlock(); }

void InletGate::connect(HostPtr stage) {
  const Locked lock(*this);
  stage_ = std::move(stage);
}

bool InletGate::wait_for_room(Duration time) {
  if (time == Duration::zero() || !accepts()) return false;
  std::unique_lock lock(state_->mutex, std::adopt_lock);
  const auto ready = [this] { return size_ < capacity_ || !accepts(); };
  if (time == forever) {
    state_->room.wait(lock, ready);
  } else {
    state_->room.wait_for(lock, time, ready);
  }
  lock.release();  // the caller's Locked unlocks
  return has_room();
}

void InletGate::added() {
  ++size_;
  tell();
}

void InletGate::taken(std::size_t count) {
  size_ -= count;
  state_->room.notify_all();
}

void InletGate::close() {
  if (closed_) return;
  closed_ = true;
  state_->room.notify_all();
  tell();
}

void InletGate::end() {
  ended_ = true;
  state_->room.notify_all();
}

/// One message for any number of events that come before it is read.
void InletGate::tell() {
  if (told_ || !stage_) return;
  told_ = true;
  stage_->post(make_errand([this](Host& at) {
    {
      const Locked lock(*this);
      told_ = false;
    }
    on_news(at);
  }));
}

}  // namespace sluice::inline v0
