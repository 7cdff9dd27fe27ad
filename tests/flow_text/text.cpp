#include "sluice/flow/text/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_set>
#include <vector>

#include "sluice/core/hash.hpp"
#include "sluice/flow/text/block_store.hpp"
#include "sluice/flow/text/text_pieces.hpp"

namespace sluice::tests {
namespace {

using flow::BlockStore;
using flow::Text;
using flow::TextBlockPtr;
using flow::TextPieces;

static_assert(sizeof(Text) == 16);
static_assert(std::is_nothrow_move_constructible_v<Text> && std::is_nothrow_copy_constructible_v<Text>);
static_assert(!std::is_convertible_v<std::string_view, Text>);

TextBlockPtr block_with(BlockStore& store, std::string_view characters) {
  TextBlockPtr block = store.take(characters.size());
  characters.copy(block->data(), characters.size());
  return block;
}

TEST(Text, HasTheCharactersItWasMadeOf) {
  const Text text(std::string_view("a\0b", 3));
  EXPECT_EQ(text.size(), 3U);
  EXPECT_EQ(text.str(), std::string("a\0b", 3));
  EXPECT_EQ(std::string(text.begin(), text.end()), text.view());
}

TEST(Text, OfNothingIsEmpty) {
  const Text none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.view(), "");
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_EQ(none, Text(""));
}

TEST(Text, ComparesLikeAStringView) {
  const Text a("a");
  EXPECT_EQ(a, "a");
  EXPECT_EQ(a, std::string("a"));
  EXPECT_EQ(std::string("a"), a);
  EXPECT_EQ(std::string_view("a"), a);
  EXPECT_NE(a, "b");
  EXPECT_LT(a, Text("ab"));
  EXPECT_GT(a, "A");
}

TEST(Text, HashesLikeAString) {
  const std::string characters = "a key that is longer than a few bytes";
  EXPECT_EQ(Hash<Text>{}(Text(characters)), Hash<std::string>{}(characters));
  EXPECT_EQ(Hash<Text>{}(Text(characters)), Hash<std::string_view>{}(characters));
  EXPECT_EQ(std::hash<Text>{}(Text(characters)), std::hash<std::string>{}(characters));
  EXPECT_EQ(std::unordered_set<Text>({Text("a"), Text("b"), Text("a")}).size(), 2U);
}

TEST(Text, IsPrinted) {
  std::ostringstream out;
  out << Text("a word");
  EXPECT_EQ(out.str(), "a word");
}

TEST(Text, LeavesNothingBehindWhenItIsMoved) {
  Text from("moved");
  const Text to(std::move(from));
  EXPECT_EQ(to, "moved");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is the question
  EXPECT_EQ(from, "");
}

TEST(Text, IsAssignedToItself) {
  Text text("itself");
  const Text& same = text;
  text = same;
  EXPECT_EQ(text, "itself");
}

TEST(Text, SharesItsBlockWithItsParts) {
  const Text line("one two");
  const Text part = line.part(line.view().substr(4));
  EXPECT_EQ(part, "two");
  EXPECT_EQ(part.data(), line.data() + 4);
  EXPECT_EQ(part.part(part.view().substr(1, 1)), "w");
  EXPECT_TRUE(line.part(line.view().substr(7)).empty());
  EXPECT_EQ(line.part(line), line);
}

TEST(Text, HasNoPartsOfOtherText) {
  const Text line("one two");
  const Text head = line.part(line.view().substr(0, 3));
  EXPECT_THROW(static_cast<void>(line.part("elsewhere")), std::out_of_range);
  EXPECT_THROW(static_cast<void>(head.part(line)), std::out_of_range);
  EXPECT_THROW(static_cast<void>(Text().part("elsewhere")), std::out_of_range);
}

TEST(Text, KeepsItsBlockAlive) {
  const auto store = std::make_shared<BlockStore>(8, 0);
  {
    Text last;
    {
      const Text line = TextPieces(block_with(*store, "some words"), 4).piece(nullptr, 0);
      EXPECT_TRUE(line.empty());
      EXPECT_EQ(store->live(), 0U);
    }
    {
      TextBlockPtr block = block_with(*store, "some words");
      const char* const bytes = block->data();
      TextPieces pieces(std::move(block), 4);
      const std::vector<Text> five(5, pieces.piece(bytes, 4));
      last = pieces.piece(bytes + 5, 5);
      EXPECT_EQ(five.back(), "some");
    }
    EXPECT_EQ(store->live(), 1U);
    EXPECT_EQ(last, "words");
  }
  EXPECT_EQ(store->live(), 0U);
}

TEST(BlockStore, GivesABlockAgainThatCameBack) {
  const auto store = std::make_shared<BlockStore>(8, 1);
  const char* const first = store->take()->data();
  const TextBlockPtr again = store->take();
  EXPECT_EQ(again->data(), first);
  EXPECT_EQ(again->capacity(), 8U);
  EXPECT_EQ(store->take(100)->capacity(), 100U);
  EXPECT_EQ(store->most_live(), 2U);
}

TEST(BlockStore, LivesAsLongAsItsBlocks) {
  auto store = std::make_shared<BlockStore>(8, 2);
  const std::weak_ptr<BlockStore> seen = store;
  TextBlockPtr block = store->take();
  store.reset();
  EXPECT_FALSE(seen.expired());
  block = {};
  EXPECT_TRUE(seen.expired());
}

TEST(Text, OfOneBlockLivesOnSeveralThreads) {
  const auto store = std::make_shared<BlockStore>(8, 0);
  TextBlockPtr block = block_with(*store, "words");
  const char* const bytes = block->data();
  TextPieces pieces(std::move(block), 16);
  std::vector<std::thread> threads;
  for (int i = 0; i != 4; ++i) {
    threads.emplace_back([mine = pieces.piece(bytes, 5)] {
      for (int turn = 0; turn != 1000; ++turn) {
        const Text copy = mine.part(mine.view().substr(1));
        ASSERT_EQ(copy, "ords");
      }
    });
  }
  pieces = {};
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  EXPECT_EQ(store->live(), 0U);
}

}  // namespace
}  // namespace sluice::tests
