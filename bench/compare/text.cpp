#include "bench/compare/text.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unordered_set>
#include <vector>

#include "bench/compare/work.hpp"

namespace bench {
namespace {

constexpr std::size_t distinct_words = 200'000;
constexpr std::size_t common_words = 1000;  // of the lowest ranks, and short as in any language
constexpr std::size_t words_per_line = 12;
constexpr std::size_t drawn_in_turn = 64;
constexpr int edition = 1;  // changes with the words, so that nobody reads an older file
constexpr std::size_t readable_behind_end = 64;

/// Draws the same numbers everywhere, which the standard library's distributions do not promise.
class Draw {
 public:
  std::uint64_t below(std::uint64_t limit) { return mix(state_ += 0x9e3779b97f4a7c15U) % limit; }

 private:
  std::uint64_t state_ = 2026;
};

std::string random_word(Draw& draw, std::size_t rank) {
  const std::uint64_t length = rank < common_words ? 2 + draw.below(4) : 4 + draw.below(9);
  std::string word;
  for (std::uint64_t i = 0; i < length; ++i) word += static_cast<char>('a' + draw.below(26));
  return word;
}

std::vector<std::string> vocabulary(Draw& draw) {
  std::vector<std::string> words;
  std::unordered_set<std::string> known;
  while (words.size() < distinct_words) {
    std::string word = random_word(draw, words.size());
    if (known.insert(word).second) words.push_back(std::move(word));
  }
  return words;
}

/// Ranks in proportion to 1 / rank, in whole numbers: no rounding that could differ.
class Ranks {
 public:
  Ranks() {
    std::uint64_t total = 0;
    for (std::uint64_t rank = 1; rank <= distinct_words; ++rank)
      ends_.push_back(total += (std::uint64_t{1} << 40) / rank);
  }
  std::size_t draw(Draw& draw) const {
    const auto end = std::upper_bound(ends_.begin(), ends_.end(), draw.below(ends_.back()));
    return static_cast<std::size_t>(end - ends_.begin());
  }

 private:
  std::vector<std::uint64_t> ends_;
};

struct Written {
  std::string content;
  WordTally tally;
};

Written write_words(std::size_t bytes) {
  Draw draw;
  const std::vector<std::string> words = vocabulary(draw);
  const Ranks ranks;
  std::vector<std::uint64_t> counts(words.size());
  Written text;
  for (std::size_t i = 0; text.content.size() < bytes; ++i) {
    const bool in_turn = i % drawn_in_turn == 0;
    const std::size_t rank = in_turn ? i / drawn_in_turn % words.size() : ranks.draw(draw);
    ++counts[rank];
    text.content += words[rank];
    text.content += (i + 1) % words_per_line == 0 ? '\n' : ' ';
  }
  text.content.back() = '\n';
  for (std::size_t rank = 0; rank < words.size(); ++rank) {
    if (counts[rank] != 0) text.tally.add(words[rank], counts[rank]);
  }
  return text;
}

/// Under its final name a file is complete.
void write_file(const std::string& path, const std::string& content) {
  const std::string unfinished = path + ".unfinished";
  std::ofstream file(unfinished, std::ios::binary);
  file << content << std::flush;
  if (!file) {
    std::fprintf(stderr, "%s cannot be written\n", unfinished.c_str());
    std::abort();
  }
  file.close();
  std::filesystem::rename(unfinished, path);
}

/// The tally beside a text is written last, so that where it is, the text is too.
std::string tally_path(const std::string& path) { return path + ".tally"; }

void write_text(const std::string& path, std::size_t bytes) {
  const Written text = write_words(bytes);
  const WordTally& tally = text.tally;
  write_file(path, text.content);
  write_file(tally_path(path), std::to_string(tally.distinct) + " " + std::to_string(tally.total) + " " +
                                   std::to_string(tally.checksum) + "\n");
}

WordTally read_tally(const std::string& path) {
  WordTally tally;
  std::ifstream(tally_path(path)) >> tally.distinct >> tally.total >> tally.checksum;
  return tally;
}

std::string read_file(const std::string& path) {
  std::string content(std::filesystem::file_size(path), ' ');
  std::ifstream(path, std::ios::binary).read(content.data(), static_cast<std::streamsize>(content.size()));
  return content;
}

/// FNV-1a.
std::uint64_t hash_of(std::string_view word) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (char letter : word) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  return hash;
}

}  // namespace

void WordTally::add(std::string_view word, std::uint64_t count) {
  ++distinct;
  total += count;
  checksum += mix(hash_of(word) ^ mix(count));
}

WordTally& WordTally::operator+=(const WordTally& other) {
  distinct += other.distinct;
  total += other.total;
  checksum += other.checksum;
  return *this;
}

Text::Text(std::size_t bytes)
    : path_(std::filesystem::temp_directory_path() /
            ("sluice-bench-words-" + std::to_string(edition) + "-" + std::to_string(bytes) + ".txt")) {
  if (!std::filesystem::exists(tally_path(path_))) write_text(path_, bytes);
  expected_ = read_tally(path_);
  content_ = read_file(path_);
  size_ = content_.size();
  content_.append(readable_behind_end, ' ');
}

}  // namespace bench
