#include "sluice/stage/inlet.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

namespace sluice::inline v0 {

void check(const InletOptions& options) {
  if (options.capacity < 1)
    throw OptionError("capacity", fmt::format("must be at least 1, got {}", options.capacity));
}

/// One message for any number of events that come before it is read; used again and again.
class InletGate::News final : public Message {
 public:
  explicit News(InletGate& gate) noexcept : gate_(gate) {}
  void deliver(std::unique_ptr<Message> self, Host& at) override { gate_.on_news(at, std::move(self)); }

 private:
  InletGate& gate_;
};

struct InletGate::State {
  [[nodiscard]] bool accepts() const noexcept { return !closed && !ended; }
  [[nodiscard]] bool has_room() const noexcept { return size < capacity && accepts(); }

  std::mutex mutex;
  bool closed = false;
  bool ended = false;
  std::size_t capacity;
  MessagePtr news;  // null: on its way
  std::size_t size = 0;
  std::size_t waiting = 0;  // threads
  std::condition_variable room = {};
};

InletGate::InletGate(std::size_t capacity)
    : state_(new State{.mutex = {}, .capacity = capacity, .news = std::make_unique<News>(*this)}) {}
InletGate::~InletGate() = default;

InletGate::Locked::Locked(InletGate& gate) : gate_(gate) { gate_.state_->mutex.lock(); }
InletGate::Locked::~Locked() {
  gate_.state_->mutex.unlock();
  if (news_) gate_.stage_->post(std::move(news_));
}

bool InletGate::Locked::has_room() const noexcept { return gate_.state_->has_room(); }

bool InletGate::Locked::wait_for_room(Duration time) {
  State& state = *gate_.state_;
  if (time == Duration::zero() || !state.accepts()) return false;
  std::unique_lock lock(state.mutex, std::adopt_lock);
  const auto ready = [&] { return state.size < state.capacity || !state.accepts(); };
  ++state.waiting;
  if (time == forever) {
    state.room.wait(lock, ready);
  } else {
    state.room.wait_for(lock, time, ready);
  }
  --state.waiting;
  lock.release();  // the destructor unlocks
  return state.has_room();
}

void InletGate::Locked::added() noexcept {
  ++gate_.state_->size;
  tell();
}

void InletGate::Locked::taken(std::size_t count) noexcept {
  State& state = *gate_.state_;
  state.size -= count;
  if (count != 0 && state.waiting != 0) state.room.notify_all();
}

void InletGate::Locked::close() noexcept {
  State& state = *gate_.state_;
  if (std::exchange(state.closed, true)) return;
  state.room.notify_all();
  tell();
}

bool InletGate::Locked::closed() const noexcept { return gate_.state_->closed; }

void InletGate::Locked::end() noexcept {
  gate_.state_->ended = true;
  gate_.state_->room.notify_all();
}

void InletGate::Locked::take_back(MessagePtr news) noexcept { gate_.state_->news = std::move(news); }
void InletGate::Locked::tell() noexcept { news_ = std::move(gate_.state_->news); }

}  // namespace sluice::inline v0
