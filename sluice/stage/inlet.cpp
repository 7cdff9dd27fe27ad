#include "sluice/stage/inlet.hpp"

#include <fmt/format.h>

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

InletGate::InletGate(std::size_t capacity) : capacity_(capacity), news_(std::make_unique<News>(*this)) {}
InletGate::~InletGate() = default;

bool InletGate::Locked::wait_for_room(Duration time) {
  if (time == Duration::zero() || !gate_.accepts()) return false;
  std::unique_lock lock(gate_.mutex_, std::adopt_lock);
  const auto ready = [this] { return gate_.size_ < gate_.capacity_ || !gate_.accepts(); };
  ++gate_.waiting_;
  if (time == forever) {
    gate_.room_.wait(lock, ready);
  } else {
    gate_.room_.wait_for(lock, time, ready);
  }
  --gate_.waiting_;
  lock.release();  // the destructor unlocks
  return gate_.has_room();
}

void InletGate::Locked::close() noexcept {
  if (gate_.closed_) return;
  gate_.closed_ = true;
  gate_.room_.notify_all();
  tell();
}

void InletGate::taken(std::size_t count) noexcept {
  size_ -= count;
  if (count != 0 && waiting_ != 0) room_.notify_all();
}

void InletGate::end() noexcept {
  ended_ = true;
  room_.notify_all();
}

}  // namespace sluice::inline v0
