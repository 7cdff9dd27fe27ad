#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace sluice::inline v0::flow {

/// Text could not be read: the input is broken, or an operation on its file failed.
class TextError : public std::runtime_error {
 public:
  /// "access.log: at byte 123: problem"
  TextError(const std::string& file, std::uint64_t offset, const std::string& problem);
  /// "access.log: problem"
  TextError(const std::string& file, const std::string& problem);

  /// "-" for standard input.
  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  /// Bytes from the start: of the text, or of the compressed file where that is broken.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

 private:
  std::string file_;
  std::uint64_t offset_ = 0;
};

}  // namespace sluice::inline v0::flow
