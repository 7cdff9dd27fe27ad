#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

namespace packages {

/// The bytes to read: a file or the output of a command, several times over if wanted.
class Input {
 public:
  /// Throws UsageError when the file cannot be opened. An empty name: `apt-cache dumpavail`.
  Input(std::string file, std::uint64_t times);

  /// Up to `size` bytes; 0 at the end of each pass. Throws std::runtime_error.
  std::size_t read(char* to, std::size_t size);
  /// Begins the next pass; false: that was the last one.
  bool next_pass();

  /// Bytes of all passes; 0: not known.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  using Close = int (*)(std::FILE*);
  void open();
  [[noreturn]] void fail(const std::string& what) const;

  std::string file_;
  std::string name_;
  std::uint64_t passes_left_;
  std::uint64_t size_ = 0;
  std::unique_ptr<std::FILE, Close> stream_;
};

}  // namespace packages
