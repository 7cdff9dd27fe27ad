#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace commits {

struct Commit {
  std::string author = {};
  std::chrono::sys_seconds written = {};    ///< the author's time, but not behind the committer's
  std::chrono::sys_seconds committed = {};  ///< when it came into this repository
  std::uint64_t added = 0;                  ///< lines
  std::uint64_t deleted = 0;                ///< lines

  [[nodiscard]] std::uint64_t churn() const noexcept { return added + deleted; }
};

/// What the input must come from.
extern const char* const git_log;

/// A line that such a log does not have.
class BadLog : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Makes commits of the lines of a log, given one after the other. A value.
class LogParser {
 public:
  /// The commit that this line shows to be complete: the one before it. Throws BadLog with the line's number.
  std::optional<Commit> next(std::string_view line);
  /// The last commit, when there are no more lines. Throws BadLog for a log without any.
  Commit last();

 private:
  [[noreturn]] void fail(std::string_view line) const;

  std::uint64_t lines_ = 0;
  std::optional<Commit> commit_;
};

}  // namespace commits
