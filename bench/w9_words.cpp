// How fast are the words of a text counted? All rows have to agree on how many words there are, how many
// distinct ones, and how often each occurs.

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "bench/compare/peers.hpp"
#include "bench/compare/text.hpp"
#include "bench/flow_rows.hpp"
#include "bench/harness.hpp"

namespace bench {
namespace {

constexpr double bytes = 100e6;

/// Of the scale asked for first; there is only one in a run.
const Text& text_of(double scale) {
  static const Text text(static_cast<std::size_t>(bytes * scale));
  return text;
}

[[noreturn]] void wrong_words(const std::string& row, const WordTally& got, const WordTally& expected) {
  const auto print = [](const char* what, const WordTally& tally) {
    std::fprintf(stderr, "%s %llu words, %llu distinct, checksum %llu\n", what,
                 static_cast<unsigned long long>(tally.total),
                 static_cast<unsigned long long>(tally.distinct),
                 static_cast<unsigned long long>(tally.checksum));
  };
  std::fprintf(stderr, "%s\n", row.c_str());
  print("counted ", got);
  print("expected", expected);
  std::abort();
}

void add_row(Question& question, const std::string& name, std::function<WordTally(const Text&)> count) {
  question.add(name, [=](double scale) -> Values {
    const Text& text = text_of(scale);
    const auto start = std::chrono::steady_clock::now();
    const WordTally tally = count(text);
    const double seconds = seconds_since(start);
    if (tally != text.expected()) wrong_words(name, tally, text.expected());
    return {static_cast<double>(text.view().size()) / seconds / 1e6};
  });
}

void add(Question& question, const std::string& name, WordTally (*count)(const Text&, int)) {
  for (int workers : {1, 2}) {
    add_row(question, with_workers(name, workers), [=](const Text& text) { return count(text, workers); });
  }
}

/// Of those that only find the words, nothing but their number can be checked.
void add_finding(Question& question, const std::string& name, std::uint64_t (*words)(const Text&)) {
  add_row(question, name, [=](const Text& text) {
    WordTally tally = text.expected();
    tally.total = words(text);
    return tally;
  });
}

void add_peers(Question& question) {
  add_finding(question, "by hand, words only found", by_hand_find_words);
  add(question, "by hand, own table", by_hand_word_count);
  add(question, "by hand, unordered_map", by_hand_word_count_unordered);
  if constexpr (has_robin_map) add(question, "by hand, robin_map", by_hand_word_count_robin);
  if constexpr (has_tbb) add(question, "tbb, unordered_map", tbb_word_count_unordered);
  if constexpr (has_tbb && has_robin_map) add(question, "tbb, robin_map", tbb_word_count_robin);
  if (has_command("awk")) add_row(question, "awk", awk_word_count);
  if (has_command("wc")) add_finding(question, "wc -w", wc_words);
}

std::vector<std::string> peers() {
  std::vector<std::string> names = {"awk", "wc -w"};
  for (const char* name : {"tbb, unordered_map", "tbb, robin_map"}) {
    for (const std::string& row : both(name)) names.push_back(row);
  }
  return names;
}

void hold_bars(Question& question) {
  for (int workers : {1, 2}) {
    const std::string row = with_workers("sluice flow", workers);
    question.hold({.row = row, .factor = 2, .peers = peers(), .against = "best peer"});
    question.hold({.row = row, .factor = 0.6, .peers = {with_workers("by hand, own table", workers)}});
    question.hold({.row = row, .factor = 0, .peers = {with_workers("by hand, robin_map", workers)}});
    question.hold({.row = row, .factor = 0, .recorded = 19, .against = "Flow, tuned, 19 MB/s"});
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Question question("W9: word count", {{.name = "MB/s", .counter = "bytes_per_second", .unit = 1e6}});
  bench::add_peers(question);
  if constexpr (bench::has_flow) bench::add(question, "sluice flow", bench::flow_word_count);
  bench::hold_bars(question);
  return question.run(argc, argv);
}
