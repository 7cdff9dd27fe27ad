#include "sluice/pipeline/receipts.hpp"

#include <algorithm>

namespace sluice::inline v0::pipeline {

void Receipts::settle(std::span<const Settled> messages) {
  Receipt receipt;
  for (const Settled& message : messages) {
    if (message.done()) {
      receipt.done.push_back(message.tag);
    } else {
      receipt.failed.push_back({message.tag, *message.failure});
    }
  }
  bool complete = false;
  {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(receipt));
    settled_ += messages.size();
    complete = settled_ >= expected_;
  }
  if (complete) complete_.open();
}

std::uint64_t Receipts::configure(std::uint64_t tag, const std::any& options) {
  const std::lock_guard lock(mutex_);
  configured_.push_back(options);
  return tag;
}

std::vector<Receipt> Receipts::all() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

std::vector<std::uint64_t> Receipts::done() const {
  std::vector<std::uint64_t> tags;
  for (const Receipt& receipt : all()) tags.insert(tags.end(), receipt.done.begin(), receipt.done.end());
  std::ranges::sort(tags);
  return tags;
}

std::vector<std::uint64_t> Receipts::failed() const {
  std::vector<std::uint64_t> tags;
  for (const Receipt& receipt : all())
    for (const Receipt::Failure& failure : receipt.failed) tags.push_back(failure.tag);
  std::ranges::sort(tags);
  return tags;
}

std::size_t Receipts::settled() const {
  const std::lock_guard lock(mutex_);
  return settled_;
}

std::vector<std::any> Receipts::configured() const {
  const std::lock_guard lock(mutex_);
  return configured_;
}

}  // namespace sluice::inline v0::pipeline
