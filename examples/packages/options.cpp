#include "options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <thread>

namespace packages {

const char* const usage =
    "packages [OPTION...] [FILE]: statistics over Debian's package index\n"
    "  FILE            a package index; without one, the output of `apt-cache dumpavail`\n"
    "  --csv PATH      where the table goes (default: packages.csv)\n"
    "  --times N       read the input N times (default: 1)\n"
    "  --parsers N     parse with N stages (default: one per core, at most 8)\n"
    "  --progress      show the progress bar even if stderr is no terminal\n"
    "  --quiet         neither a progress bar nor figures of the run\n"
    "  --help          this text\n";

namespace {

std::uint64_t number(std::string_view option, std::string_view text, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most) {
    throw UsageError(fmt::format("{}: a number from 1 to {} is needed, got \"{}\"", option, most, text));
  }
  return value;
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  options.parsers = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
  bool file_given = false;
  bool only_files = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto value = [&] {
      if (i + 1 == argc) throw UsageError(fmt::format("{}: needs a value", argument));
      return std::string_view(argv[++i]);
    };
    if (only_files || argument.empty() || argument.front() != '-') {
      if (file_given) throw UsageError(fmt::format("one FILE only, got also \"{}\"", argument));
      if (argument.empty()) throw UsageError("FILE: the name is empty");
      options.file = argument;
      file_given = true;
    } else if (argument == "--") {
      only_files = true;
    } else if (argument == "--csv") {
      options.csv = value();
    } else if (argument == "--times") {
      options.times = number(argument, value(), 1'000'000);
    } else if (argument == "--parsers") {
      options.parsers = number(argument, value(), 16);
    } else if (argument == "--progress") {
      options.bar = Bar::always;
    } else if (argument == "--quiet") {
      options.bar = Bar::never;
      options.figures = Figures::left_out;
    } else if (argument == "--help") {
      options.help = true;
    } else {
      throw UsageError(fmt::format("unknown option \"{}\"; try --help", argument));
    }
  }
  return options;
}

}  // namespace packages
