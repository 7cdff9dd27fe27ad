#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace sluice::inline v0::flow {

/// Where bytes come from. Thread rule: one thread at a time, but interrupt() from any.
class ByteSource {
 public:
  ByteSource() = default;
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Reads at least one byte, at most room.size() >= 1; blocks until one is there. 0: there are no more.
  /// Throws TextError.
  [[nodiscard]] virtual std::size_t read(std::span<char> room) = 0;
  /// A read that waits, and every later one that would, returns 0.
  virtual void interrupt() noexcept {}
  /// For messages.
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;
};
using ByteSourcePtr = std::unique_ptr<ByteSource>;

}  // namespace sluice::inline v0::flow
