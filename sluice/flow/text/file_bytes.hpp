#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "sluice/flow/text/byte_source.hpp"

namespace sluice::inline v0::flow {

/// A file descriptor that is closed with it.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

/// The bytes of a file, a pipe or a terminal; "-": of standard input. What is there until the end of file is
/// read: bytes that are appended before belong to it, bytes that are cut off do not, and a file that is
/// deleted is read all the same.
class FileBytes final : public ByteSource {
 public:
  /// Throws TextError: it cannot be opened, or is a directory.
  explicit FileBytes(std::string path);

  [[nodiscard]] std::size_t read(std::span<char> room) override;
  void interrupt() noexcept override;
  [[nodiscard]] const std::string& name() const noexcept override { return path_; }

 private:
  [[nodiscard]] int number() const noexcept;
  [[noreturn]] void fail(const char* what, int error) const;
  enum class Wait : unsigned char { readable, interrupted };
  [[nodiscard]] Wait wait_until_readable() const;

  std::string path_;
  Descriptor file_;
  Descriptor interrupted_;  // an eventfd
  std::uint64_t offset_ = 0;
};

}  // namespace sluice::inline v0::flow
