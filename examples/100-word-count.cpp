// Counting words: 100-word-count [FILE...], without files those of this repository's licence; "-" is standard
// input. A flow is a pipe of operators. Each stage of its first layer counts the words of its lines by
// itself; only those counts go over the border to the stages that have the words divided among them, and one
// stage picks the most frequent.
#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/flow.hpp"
#include "sluice/flow/text/words.hpp"
#include "sluice/sluice.hpp"

namespace flow = sluice::flow;

using WordCount = std::pair<std::string, std::uint64_t>;

// The most frequent first, and those that are equally frequent by the alphabet.
bool ranks_lower(const WordCount& a, const WordCount& b) {
  return a.second != b.second ? a.second < b.second : a.first > b.first;
}

int main(int argc, char** argv) {
  std::vector<std::string> files(argv + 1, argv + argc);
  if (files.empty()) files.push_back(std::filesystem::path(__FILE__).parent_path().parent_path() / "LICENSE");
  try {
    sluice::Runtime runtime({.log = [](const sluice::LogRecord&) {}});           // what fails is said below
    const auto split = [](std::string_view line) { return flow::words(line); };  // views of the line
    const auto top = flow::from_lines(files)                                     //
                     | flow::flat_map(split)                                     //
                     | flow::count_by(std::identity{})  // a word is copied when it first comes
                     | flow::shuffle({.stages = 1})     //
                     | flow::top_k(20, ranks_lower)     //
                     | flow::flatten()                  //
                     | flow::to_vector(runtime);
    for (const auto& [word, count] : top) fmt::print("{:8} {}\n", count, word);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "100-word-count: {}\n", error.what());
    return 2;
  }
}
