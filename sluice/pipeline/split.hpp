#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include "sluice/pipeline/message.hpp"

namespace sluice::inline v0::pipeline {

/// Settles one message when all that it was split into are settled: as done if all are done, else as failed
/// for the reason of the first that failed.
///
/// Thread rule: settle() from any thread, several at once.
class Joint final : public Acknowledger {
 public:
  /// `parts`: how many there are, at least 1.
  Joint(std::shared_ptr<Acknowledger> whole, std::uint64_t tag, std::size_t parts) noexcept
      : whole_(std::move(whole)), tag_(tag), parts_(parts) {}

  void settle(std::span<const Settled> messages) override;

 private:
  std::shared_ptr<Acknowledger> whole_;
  std::uint64_t tag_;
  std::atomic<std::size_t> parts_;
  std::atomic<bool> has_failed_{false};
  Reason failure_;  // written once, before its message is counted
};

namespace detail {

/// What the parts of a split message are acknowledged by; null: nobody wants to know.
[[nodiscard]] std::shared_ptr<Acknowledger> joint_of(MessageBase& whole, std::size_t parts);

template <class T>
void join(MessageBase& whole, std::vector<Message<T>>& parts) {
  const std::shared_ptr<Acknowledger> joint = joint_of(whole, parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i].become_part(joint, i, whole);
}

}  // namespace detail

/// One message becomes several, each with one element of `parts`, and with its batcher, key and mode: it is
/// settled when they are. Without parts it is done. Throws AlreadySettled.
template <std::ranges::input_range R, class T>
[[nodiscard]] auto split(Message<T>&& whole, R&& parts) {
  using U = std::ranges::range_value_t<R>;
  std::vector<Message<U>> made;
  for (auto&& part : parts) made.emplace_back(std::forward<decltype(part)>(part));
  if (made.empty()) {
    whole.ack();
  } else {
    detail::join(whole, made);
  }
  return made;
}

}  // namespace sluice::inline v0::pipeline
