#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/core/count.hpp"
#include "sluice/core/errors.hpp"
#include "sluice/core/random.hpp"
#include "sluice/flow/text/line_cutter.hpp"
#include "sluice/flow/text/line_runs.hpp"
#include "sluice/flow/text/lines_options.hpp"
#include "sluice/flow/text/memory_bytes.hpp"
#include "sluice/flow/text/text_error.hpp"
#include "sluice/flow/text/utf8.hpp"
#include "sluice/flow/text/whole_lines.hpp"

namespace sluice::tests {
namespace {

using flow::BlockStore;
using flow::Encoding;
using flow::LineCutter;
using flow::LineEnd;
using flow::LineRules;
using flow::LineRun;
using flow::LinesOptions;
using flow::Text;
using flow::TextError;
using flow::WholeLines;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What a text became: its lines, and what was wrong with it.
struct Cut {
  std::vector<std::string> lines = {};
  std::optional<std::string> error = {};
  std::uint64_t offset = 0;
};

/// Bytes by hand, at most `piece` at a time, into blocks of `block` bytes.
class Bench {
 public:
  Bench(std::size_t block, LineRules rules)
      : store_(std::make_shared<BlockStore>(block, 2)),
        lines_("a.txt", rules, store_),
        cutter_(rules.line_end) {}

  Cut cut(std::string_view text, std::size_t piece = 1000) {
    try {
      while (!text.empty()) {
        const auto room = lines_.room();
        const std::size_t count = std::min({room.size(), text.size(), piece});
        text.copy(room.data(), count);
        text.remove_prefix(count);
        lines_.filled(count);
        take_all();
      }
      lines_.finish();
      take_all();
    } catch (const TextError& error) {
      cut_.error = error.what();
      cut_.offset = error.offset();
    }
    return cut_;
  }
  [[nodiscard]] const BlockStore& store() const { return *store_; }

 private:
  void take_all() {
    while (auto run = lines_.take()) {
      cutter_.start(*std::move(run));
      while (!cutter_.empty()) cutter_.cut(2, [this](const Text& line) { cut_.lines.push_back(line.str()); });
    }
  }

  std::shared_ptr<BlockStore> store_;
  WholeLines lines_;
  LineCutter cutter_;
  Cut cut_;
};

Cut cut(std::string_view text, std::size_t block = 64, LineRules rules = {}) {
  return Bench(block, rules).cut(text);
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    lines.emplace_back(text.substr(0, newline));
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  }
  return lines;
}

TEST(Lines, AreSeparatedByNewlines) {
  EXPECT_THAT(cut("a\nbc\n\nd\n").lines, ElementsAre("a", "bc", "", "d"));
}

TEST(Lines, NeedNoNewlineAtTheEnd) { EXPECT_THAT(cut("a\nb").lines, ElementsAre("a", "b")); }

TEST(Lines, OfNothingAreNone) {
  EXPECT_THAT(cut("").lines, ElementsAre());
  EXPECT_THAT(cut("\n").lines, ElementsAre(""));
}

TEST(Lines, MayHoldAnyByte) {
  const std::string text("a\0b\r\n\xFF\0\n\0", 9);
  EXPECT_EQ(cut(text).lines, split(text));
}

TEST(Lines, LoseOneCarriageReturnOnlyIfAskedTo) {
  const LineRules crlf{.line_end = LineEnd::crlf};
  EXPECT_THAT(cut("a\r\n\r\nb\r\r\nc\rd\ne\r", 64, crlf).lines, ElementsAre("a", "", "b\r", "c\rd", "e"));
  EXPECT_THAT(cut("a\r\n\r").lines, ElementsAre("a\r", "\r"));
}

TEST(Lines, CrossTheEndOfABlockAtEveryPosition) {
  const std::string text = "one\ntwo three\n\nfour\n\n\nfive, six and seven\n8";
  for (std::size_t block = 1; block != text.size() + 2; ++block) {
    for (std::size_t piece = 1; piece <= block; ++piece)
      ASSERT_EQ(Bench(block, {}).cut(text, piece).lines, split(text)) << block << ' ' << piece;
  }
}

TEST(Lines, AreThoseThatNaiveSplittingFinds) {
  Random random(11);
  for (int round = 0; round != 3000; ++round) {
    std::string text;
    const std::uint64_t rarity = 1 + random.below(30);
    for (std::uint64_t i = random.below(400); i != 0; --i)
      text += random.below(rarity) == 0 ? '\n' : static_cast<char>(random.below(256));
    const std::size_t block = 1 + random.below(100);
    const std::size_t piece = 1 + random.below(100);
    ASSERT_EQ(Bench(block, {}).cut(text, piece).lines, split(text)) << block << ' ' << piece;
  }
}

TEST(Lines, ShareTheBlockTheyLieIn) {
  Bench bench(64, {});
  EXPECT_EQ(bench.cut("many\nshort\nlines\n").lines.size(), 3U);
  EXPECT_EQ(bench.store().most_live(), 1U);
}

TEST(Lines, LongerThanABlockGetALargerOne) {
  const std::string longer(1000, 'x');
  Bench bench(16, {});
  EXPECT_THAT(bench.cut("a\n" + longer + "\nb\n").lines, ElementsAre("a", longer, "b"));
  EXPECT_LE(bench.store().most_live(), 3U);
}

TEST(Lines, AfterALongOneLieInBlocksOfTheUsualSize) {
  const auto store = std::make_shared<BlockStore>(8, 2);
  WholeLines lines("a.txt", {}, store);
  const auto feed = [&](std::string_view bytes) {
    for (std::optional<LineRun> run; !bytes.empty(); run = lines.take()) {
      const auto room = lines.room();
      const std::size_t count = std::min(room.size(), bytes.size());
      bytes.copy(room.data(), count);
      bytes.remove_prefix(count);
      lines.filled(count);
    }
    static_cast<void>(lines.take());
  };
  feed("more than eight bytes\n");
  EXPECT_EQ(lines.room().size(), 8U);
}

TEST(Lines, UpToTheLimitAreNotTooLong) {
  for (const std::size_t block : {1U, 4U, 5U, 6U, 7U, 100U}) {
    const Cut fits = cut("12345\n12345\n1\n12345", block, {.max_line = 5});
    EXPECT_EQ(fits.lines.size(), 4U) << block;
    EXPECT_FALSE(fits.error) << block;
  }
}

TEST(Lines, BeyondTheLimitAreAnErrorWithFileAndOffset) {
  for (const std::size_t block : {1U, 4U, 5U, 6U, 7U, 100U}) {
    for (const char* const text : {"12\n345\n123456\n7\n", "12\n345\n123456", "12\n345\n1234567890"}) {
      for (std::size_t piece = 1; piece != 20; ++piece) {
        const Cut late = Bench(block, {.max_line = 5}).cut(text, piece);
        ASSERT_THAT(late.lines, ElementsAre("12", "345")) << block << ' ' << piece;
        ASSERT_EQ(late.error, "a.txt: at byte 7: a line is longer than max_line = 5 bytes");
        ASSERT_EQ(late.offset, 7U);
      }
    }
  }
}

TEST(Lines, KnowTheirOffsetAfterManyBlocks) {
  std::string text;
  for (int i = 0; i != 500; ++i) text += "seven..\n";
  const Cut late = cut(text + "too long a line", 10, {.max_line = 7});
  EXPECT_EQ(late.lines.size(), 500U);
  EXPECT_EQ(late.offset, 4000U);
}

TEST(Lines, AreCheckedToBeUtf8OnlyIfAskedTo) {
  const std::string text = "gr\xC3\xBC\xC3\x9F\n\xE2\x82\xAC\n\xF0\x9F\x98\x80\na\xC3\nb\n";
  EXPECT_EQ(cut(text).lines.size(), 5U);
  for (std::size_t block = 1; block != 30; ++block) {
    const Cut wrong = cut(text, block, {.encoding = Encoding::utf8});
    ASSERT_THAT(wrong.lines, ElementsAre("gr\xC3\xBC\xC3\x9F", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"));
    ASSERT_EQ(wrong.error, "a.txt: at byte 17: no UTF-8") << block;
  }
}

TEST(Lines, AreUtf8ToTheirLastByte) {
  EXPECT_EQ(cut("a\nb\xE2\x82", 64, {.encoding = Encoding::utf8}).offset, 3U);
  EXPECT_FALSE(cut("a\nb\xE2\x82\xAC", 64, {.encoding = Encoding::utf8}).error);
}

TEST(Lines, ReportWhatIsWrongFirst) {
  const LineRules both{.max_line = 5, .encoding = Encoding::utf8};
  EXPECT_THAT(*cut("a\n\xFF\n123456\n", 64, both).error, HasSubstr("at byte 2: no UTF-8"));
  EXPECT_THAT(*cut("a\n123456\n\xFF\n", 64, both).error, HasSubstr("at byte 2: a line is longer"));
}

TEST(Utf8, IsWhatRfc3629Says) {
  constexpr auto none = std::string_view::npos;
  EXPECT_EQ(flow::find_invalid_utf8(""), none);
  EXPECT_EQ(flow::find_invalid_utf8("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEF\xBF\xBF"), none);
  EXPECT_EQ(flow::find_invalid_utf8("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"), none);
  for (const char* const wrong :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x7F", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xE1\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xF1\x80\x80"}) {
    EXPECT_EQ(flow::find_invalid_utf8(wrong), 0U);
    EXPECT_EQ(flow::find_invalid_utf8("twelve bytes" + std::string(wrong) + " more"), 12U);
  }
}

TEST(LinesOptions, AreChecked) {
  const auto field_of = [](const LinesOptions& options) -> std::string {
    try {
      check(options);
    } catch (const OptionError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(field_of({}), "");
  EXPECT_EQ(field_of({.block = 0}), "block: must be 1 to 1073741824, got 0");
  EXPECT_EQ(field_of({.block = (std::size_t{1} << 30) + 1}),
            "block: must be 1 to 1073741824, got 1073741825");
  EXPECT_EQ(field_of({.ahead = 0}), "ahead: must be at least 1, got 0");
  EXPECT_EQ(field_of({.max_line = 0}), "max_line: must be 1 to 4294967295, got 0");
  EXPECT_EQ(field_of({.max_line = std::size_t{1} << 32}),
            "max_line: must be 1 to 4294967295, got 4294967296");
  EXPECT_EQ(field_of({.max_line = (std::size_t{1} << 32) - 1}), "");
  EXPECT_THAT(field_of({.buffer = {.size = static_cast<Demand>(-1)}}), HasSubstr("buffer.size"));
}

}  // namespace
}  // namespace sluice::tests
