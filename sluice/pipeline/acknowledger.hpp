#pragma once

#include <any>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <typeinfo>

#include "sluice/core/reason.hpp"

namespace sluice::inline v0::pipeline {

/// What became of one message. The pointers are valid during Acknowledger::settle.
struct Settled {
  /// What the source called the message.
  std::uint64_t tag = 0;
  /// Why it failed; null: it is done.
  const Reason* failure = nullptr;
  /// The data as it was then, perhaps of another type than the source's; null: destroyed before.
  const void* data = nullptr;
  const std::type_info* type = nullptr;

  [[nodiscard]] bool done() const noexcept { return failure == nullptr; }
  /// Null: there is none, or of another type.
  template <class T>
  [[nodiscard]] const T* data_as() const noexcept {
    return type != nullptr && *type == typeid(T) ? static_cast<const T*>(data) : nullptr;
  }
};

/// Hears what became of the messages that carry it (pipeline.md §9). Held by a std::shared_ptr; messages with
/// the same acknowledger are a group.
///
/// Thread rule: called from any thread, several at once.
class Acknowledger {
 public:
  Acknowledger() = default;
  virtual ~Acknowledger() = default;
  Acknowledger(const Acknowledger&) = delete;
  Acknowledger& operator=(const Acknowledger&) = delete;

  /// Messages of one callback, in the order in which they were settled: each exactly once. What it throws is
  /// logged, and harms no other group (P3).
  virtual void settle(std::span<const Settled> messages) = 0;
  /// A message changes how it wants to be settled; what `options` may be is the acknowledger's choice.
  /// Returns the new tag. The default throws NotConfigurable.
  virtual std::uint64_t configure(std::uint64_t tag, const std::any& options);
};

/// Message::configure on an acknowledger that has nothing to configure.
class NotConfigurable : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// ack() or fail() on a message that has been settled, or moved from.
class AlreadySettled : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace sluice::inline v0::pipeline
