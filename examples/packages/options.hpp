#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace packages {

/// Something the caller has to put right: a wrong argument, an input that cannot be read.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class Bar { on_terminal, always, never };
enum class Figures { shown, left_out };

struct Options {
  std::string file;  ///< empty: the output of `apt-cache dumpavail`
  std::string csv = "packages.csv";
  std::uint64_t times = 1;  ///< how often the input is read
  std::size_t parsers = 1;  ///< parse_options: one per core, at most 8; more would only wait for the reader
  Bar bar = Bar::on_terminal;
  Figures figures = Figures::shown;
  bool help = false;
};

extern const char* const usage;

/// Throws UsageError.
Options parse_options(int argc, char** argv);

}  // namespace packages
