#include "sluice/flow/text/words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <memory>
#include <ranges>
#include <string>
#include <vector>

#include "sluice/core/random.hpp"

namespace sluice::tests {
namespace {

using flow::split_at;
using flow::Text;
using flow::words;
using ::testing::ElementsAre;

static_assert(std::ranges::forward_range<decltype(words(std::string_view()))>);
static_assert(std::ranges::input_range<decltype(words(Text()))>);

template <class Range>
std::vector<std::string> all(Range range) {
  std::vector<std::string> found;
  for (const auto& word : range) found.emplace_back(std::string_view(word));
  return found;
}

TEST(Words, StandBetweenWhiteSpace) {
  EXPECT_THAT(all(words("one two")), ElementsAre("one", "two"));
  EXPECT_THAT(all(words(" \t one\r\n\v\ftwo  ")), ElementsAre("one", "two"));
  EXPECT_THAT(all(words("\xA0 \x08\x0E")), ElementsAre("\xA0", "\x08\x0E"));
}

TEST(Words, AreNeverEmpty) {
  EXPECT_THAT(all(words("")), ElementsAre());
  EXPECT_THAT(all(words("   ")), ElementsAre());
  EXPECT_THAT(all(words(Text())), ElementsAre());
  EXPECT_THAT(all(words(std::string_view())), ElementsAre());
}

TEST(Words, StandBetweenAnySetOfBytes) {
  const std::string zero("\0", 1);
  EXPECT_THAT(all(split_at(",;\xFF")("a,b;;c d\xFF"
                                     "e")),
              ElementsAre("a", "b", "c d", "e"));
  EXPECT_THAT(all(split_at(zero)("a" + zero + "b")), ElementsAre("a", "b"));
  EXPECT_THAT(all(split_at("")("a b")), ElementsAre("a b"));
}

TEST(Words, OfAStringAreViewsOfIt) {
  const std::string line = "one two";
  const auto found = words(line);
  const auto second = std::next(found.begin());
  EXPECT_EQ((*second).data(), line.data() + 4);
  EXPECT_EQ(std::next(second), found.end());
  EXPECT_NE(second, found.begin());
}

TEST(Words, OfATextShareItsBlock) {
  std::vector<Text> found;
  const char* characters = nullptr;
  {
    const Text line("one two three");
    characters = line.data();
    for (Text word : words(line)) found.push_back(std::move(word));
  }
  EXPECT_THAT(found, ElementsAre("one", "two", "three"));
  EXPECT_EQ(found[1].data(), characters + 4);
}

TEST(Words, OutliveATemporaryText) {
  std::vector<Text> found;
  for (Text word : words(Text("one two"))) found.push_back(std::move(word));
  EXPECT_THAT(found, ElementsAre("one", "two"));
}

TEST(Words, AreThoseThatByteByByteSplittingFinds) {
  Random random(7);
  for (int round = 0; round != 2000; ++round) {
    std::string line;
    std::vector<std::string> wanted;
    std::string word;
    for (std::uint64_t i = random.below(300); i != 0; --i) {
      const char byte = "ab c\n\td\0"[random.below(8)];
      line += byte;
      if (byte != ' ' && byte != '\n' && byte != '\t') {
        word += byte;
      } else if (!word.empty()) {
        wanted.push_back(std::exchange(word, {}));
      }
    }
    if (!word.empty()) wanted.push_back(word);
    ASSERT_EQ(all(words(line)), wanted) << line;
    ASSERT_EQ(all(words(Text(line))), wanted) << line;
    ASSERT_EQ(all(split_at(" \n\t")(line)), wanted) << line;
  }
}

}  // namespace
}  // namespace sluice::tests
