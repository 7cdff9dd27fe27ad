#pragma once

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace commits {

/// A wrong argument.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Options {
  std::string file = "-";  ///< "-": standard input
  /// How far behind the latest one a commit may be written and still count in its windows.
  std::chrono::days lateness{28};
  /// Among so many stages the authors are divided.
  std::size_t stages = 1;
  bool help = false;
};

extern const char* const usage;

/// Throws UsageError.
Options parse_options(int argc, char** argv);

}  // namespace commits
