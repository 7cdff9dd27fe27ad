#include "options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string_view>

namespace commits {

const char* const usage =
    "git log --reverse --shortstat --format='commit %ct %at %aN' | commits [OPTION...] [FILE]\n"
    "  FILE              what that command prints; \"-\", or none: standard input\n"
    "  --lateness DAYS   how far behind the latest commit one may be written and still count (default: 28)\n"
    "  --stages N        divide the authors among N stages (default: 1). Each has its own idea of the "
    "latest\n"
    "                    commit, so fewer are late with more of them\n"
    "  --help            this text\n";

namespace {

std::uint32_t number(std::string_view option, std::string_view text, std::uint32_t least,
                     std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    throw UsageError(
        fmt::format("{}: a number from {} to {} is needed, got \"{}\"", option, least, most, text));
  }
  return value;
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  bool file_given = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto value = [&] {
      if (i + 1 == argc) throw UsageError(fmt::format("{}: needs a value", argument));
      return std::string_view(argv[++i]);
    };
    if (argument == "--lateness") {
      options.lateness = std::chrono::days(number(argument, value(), 0, 100'000));
    } else if (argument == "--stages") {
      options.stages = number(argument, value(), 1, 64);
    } else if (argument == "--help") {
      options.help = true;
    } else if (argument.starts_with('-') && argument != "-") {
      throw UsageError(fmt::format("unknown option \"{}\"; try --help", argument));
    } else if (argument.empty() || file_given) {
      throw UsageError(fmt::format("one FILE is needed, or none, got \"{}\"", argument));
    } else {
      options.file = argument;
      file_given = true;
    }
  }
  return options;
}

}  // namespace commits
