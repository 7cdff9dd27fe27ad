#include "sluice/pipeline/message.hpp"

#include <fmt/format.h>

namespace sluice::inline v0::pipeline {

void MessageBase::fail(Reason reason) {
  must_be_open("fail");
  extras().failure = std::move(reason);
  state_ = State::failed;
}

void MessageBase::must_be_open(std::string_view wanted) const {
  switch (state_) {
    case State::open: return;
    case State::failed:
      throw AlreadySettled(
          fmt::format("{}: the message has failed before: {}", wanted, extras_->failure.to_string()));
    case State::told: throw AlreadySettled(fmt::format("{}: the message was settled before", wanted));
    case State::moved_from: throw AlreadySettled(fmt::format("{}: the message was moved away", wanted));
  }
}

void MessageBase::configure(const std::any& options) {
  if (!acknowledger_) throw NotConfigurable("configure: nobody wants to know what becomes of the message");
  tag_ = acknowledger_->configure(tag_, options);
}

std::shared_ptr<Acknowledger> MessageBase::release() {
  must_be_open("release");
  state_ = State::moved_from;
  return take_acknowledger();
}

void MessageBase::become_part(std::shared_ptr<Acknowledger> joint, std::uint64_t tag,
                              const MessageBase& whole) {
  acknowledger_ = std::move(joint);
  tag_ = tag;
  if (!whole.extras_) return;
  extras().batcher = whole.extras_->batcher;
  extras().key = whole.extras_->key;
  extras().mode = whole.extras_->mode;
}

void MessageBase::drop() noexcept {
  if (state_ == State::open) {
    extras().failure = Reason::failure(fmt::format("destroyed unsettled by {}", holder_name()));
    state_ = State::failed;
  }
  const std::shared_ptr<Acknowledger> who = take_acknowledger();
  tell_alone(*who, {.tag = tag_, .failure = &extras_->failure});
  state_ = State::told;
}

}  // namespace sluice::inline v0::pipeline
