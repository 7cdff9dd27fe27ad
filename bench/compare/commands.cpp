// W9 by other programs, which read the file.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "bench/compare/peers.hpp"

namespace bench {
namespace {

struct Close {
  void operator()(std::FILE* output) const { pclose(output); }
};

/// What the command prints. Aborts when it cannot be started.
std::unique_ptr<std::FILE, Close> output_of(const std::string& command) {
  std::unique_ptr<std::FILE, Close> output(popen(command.c_str(), "r"));
  if (!output) std::abort();
  return output;
}

}  // namespace

bool has_command(const std::string& name) {
  return std::system(("command -v " + name + " >/dev/null").c_str()) == 0;
}

WordTally awk_word_count(const Text& text) {
  const auto output = output_of(
      "LC_ALL=C awk '{ for (i = 1; i <= NF; ++i) ++counts[$i] } "
      "END { for (word in counts) print word, counts[word] }' '" +
      text.path() + "'");
  WordTally tally;
  char word[64];
  unsigned long long count = 0;
  while (std::fscanf(output.get(), "%63s %llu", word, &count) == 2) tally.add(word, count);
  return tally;
}

std::uint64_t wc_words(const Text& text) {
  const auto output = output_of("LC_ALL=C wc -w <'" + text.path() + "'");
  unsigned long long words = 0;
  return std::fscanf(output.get(), "%llu", &words) == 1 ? words : 0;
}

}  // namespace bench
