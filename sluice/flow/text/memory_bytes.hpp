#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "sluice/flow/text/byte_source.hpp"

namespace sluice::inline v0::flow {

/// The bytes of a string.
class MemoryBytes final : public ByteSource {
 public:
  explicit MemoryBytes(std::string bytes, std::string name = "text")
      : bytes_(std::move(bytes)), name_(std::move(name)) {}

  [[nodiscard]] std::size_t read(std::span<char> room) override {
    const std::size_t count = std::min(room.size(), bytes_.size() - next_);
    bytes_.copy(room.data(), count, next_);
    next_ += count;
    return count;
  }
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }

 private:
  std::string bytes_;
  std::string name_;
  std::size_t next_ = 0;
};

}  // namespace sluice::inline v0::flow
