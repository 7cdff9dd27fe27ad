#include "sluice/pipeline/split.hpp"

namespace sluice::inline v0::pipeline {

void Joint::settle(std::span<const Settled> messages) {
  for (const Settled& message : messages) {
    if (message.failure != nullptr && !has_failed_.exchange(true)) failure_ = *message.failure;
  }
  if (parts_.fetch_sub(messages.size(), std::memory_order_acq_rel) != messages.size()) return;
  const Settled whole{.tag = tag_, .failure = has_failed_ ? &failure_ : nullptr};
  whole_->settle({&whole, 1});
}

std::shared_ptr<Acknowledger> detail::joint_of(MessageBase& whole, std::size_t parts) {
  const std::uint64_t tag = whole.tag();
  std::shared_ptr<Acknowledger> who = whole.release();
  return who ? std::make_shared<Joint>(std::move(who), tag, parts) : nullptr;
}

}  // namespace sluice::inline v0::pipeline
