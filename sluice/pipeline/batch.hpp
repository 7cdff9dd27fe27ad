#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "sluice/core/events.hpp"
#include "sluice/pipeline/message.hpp"

namespace sluice::inline v0::pipeline {

/// Why a batch goes on.
enum class BatchTrigger : unsigned char {
  size,     ///< it is full, or its splitter says so
  timeout,  ///< its time is over
  flush,    ///< one of its messages does not wait, or the pipeline is drained
};

[[nodiscard]] std::string_view to_string(BatchTrigger trigger) noexcept;

struct BatchInfo {
  std::string batcher;
  /// Empty where the messages have none.
  BatchKey key;
  /// Which of the batcher's stages its messages belong to; unset without partition_by.
  std::optional<std::size_t> partition;
  BatchTrigger trigger = BatchTrigger::size;
};

/// Messages to be handled together, in the order in which they came. Never empty. Each is settled when the
/// function that got the batch has returned: as done, unless it has failed or was settled there.
template <class T>
class Batch {
 public:
  Batch(Events<Message<T>> messages, BatchInfo info) noexcept
      : messages_(std::move(messages)), info_(std::move(info)) {}

  [[nodiscard]] std::span<Message<T>> messages() noexcept { return messages_.mine(); }
  [[nodiscard]] auto begin() noexcept { return messages().begin(); }
  [[nodiscard]] auto end() noexcept { return messages().end(); }
  [[nodiscard]] std::size_t size() const noexcept { return messages_.size(); }
  [[nodiscard]] const BatchInfo& info() const noexcept { return info_; }

 private:
  Events<Message<T>> messages_;
  BatchInfo info_;
};

}  // namespace sluice::inline v0::pipeline
