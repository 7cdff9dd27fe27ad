#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// W9: a text of Zipf distributed words, and what counting its words has to yield.
namespace bench {

/// What a count of words comes to, whatever the order of the words.
struct WordTally {
  /// REQUIRES: once for each distinct word.
  void add(std::string_view word, std::uint64_t count);
  /// REQUIRES: the two have no word in common.
  WordTally& operator+=(const WordTally& other);
  friend bool operator==(const WordTally&, const WordTally&) = default;

  std::uint64_t distinct = 0;
  std::uint64_t total = 0;
  std::uint64_t checksum = 0;  ///< a mix of each word with its count, added up modulo 2^64
};

/// A text file, the same on every machine: lower-case words of 2 to 12 letters, a space or the end of a line
/// after each, twelve words a line. There are 200,000 of them; the word of rank r is drawn in proportion to 1
/// / r, but each 64th is the next of all in turn, so that 100 MB contain them all. Written once, into the
/// folder for temporary files, and held in memory.
class Text {
 public:
  /// Aborts when the file cannot be written. A text ends with a whole word and may be some bytes longer than
  /// asked.
  explicit Text(std::size_t bytes);

  /// Behind its end there are at least 64 bytes more that may be read.
  [[nodiscard]] std::string_view view() const { return std::string_view(content_).substr(0, size_); }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Counted by the one who wrote the words, not by one who read them.
  [[nodiscard]] const WordTally& expected() const { return expected_; }

 private:
  std::string path_;
  WordTally expected_;
  std::size_t size_ = 0;
  std::string content_;
};

}  // namespace bench
