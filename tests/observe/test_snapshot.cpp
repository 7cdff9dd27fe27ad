#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sluice/observe/ended_stages.hpp"
#include "sluice/observe/snapshot.hpp"

namespace sluice {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Snapshot, ShowsKindStateAndCountsOfEachStageOnALineOfItsOwn) {
  Snapshot snapshot;
  snapshot.stages.push_back({.id = {4},
                             .name = "readings",
                             .kind = StageKind::producer,
                             .state = StageState::blocked,
                             .buffered = 17,
                             .events = {.emitted = 1234}});
  snapshot.stages.push_back({.id = {9},
                             .kind = StageKind::producer_consumer,
                             .state = StageState::busy,
                             .queued = 5,
                             .events = {.received = 60, .handled = 55}});
  const std::string text = to_string(snapshot);
  const std::string first = text.substr(0, text.find('\n'));
  EXPECT_THAT(first, AllOf(HasSubstr("readings"), HasSubstr("producer"), HasSubstr("blocked"),
                           HasSubstr("1234"), HasSubstr("17")));
  EXPECT_THAT(first, Not(HasSubstr("#4")));
  const std::string second = text.substr(text.find('\n') + 1);
  EXPECT_THAT(second, AllOf(HasSubstr("#9"), HasSubstr("producer_consumer"), HasSubstr("busy"),
                            HasSubstr("60"), HasSubstr("55")));
}

TEST(Snapshot, HasAWordForEveryKindAndState) {
  EXPECT_EQ(to_string(StageKind::consumer), "consumer");
  EXPECT_EQ(to_string(StageKind::other), "stage");
  EXPECT_EQ(to_string(StageState::starting), "starting");
  EXPECT_EQ(to_string(StageState::idle), "idle");
  EXPECT_EQ(to_string(StageState::runnable), "runnable");
  EXPECT_EQ(to_string(StageState::running), "running");
  EXPECT_EQ(to_string(StageState::starved), "starved");
  EXPECT_EQ(to_string(StageState::ended), "ended");
}

TEST(EndedStagesBook, AddsUpByNameAndListsTheNamelessFirst) {
  EndedStagesBook book;
  EXPECT_TRUE(book.list().empty());
  book.add("b", {.received = 5, .handled = 3, .lost_received = 2});
  book.add("", {.emitted = 1, .delivered = 1});
  book.add("a", {.discarded_lane_full = 7});
  book.add("b", {.received = 1, .handled = 1});
  book.add_late("b", 4);
  EXPECT_EQ(book.list(),
            (std::vector<EndedStages>{
                {.stages = 1, .events = {.emitted = 1, .delivered = 1}},
                {.name = "a", .stages = 1, .events = {.discarded_lane_full = 7}},
                {.name = "b", .stages = 2, .events = {.received = 10, .handled = 4, .lost_received = 6}}}));
}

TEST(EndedStagesBook, KeepsNoMoreThanAThousandNames) {
  EndedStagesBook book;
  for (std::size_t i = 0; i < EndedStagesBook::most_names + 10; ++i)
    book.add(std::to_string(i), {.lost_received = 1});
  EXPECT_EQ(book.list().size(), EndedStagesBook::most_names + 1);
  EXPECT_EQ(book.list()[0], (EndedStages{.stages = 10, .events = {.lost_received = 10}}));
}

}  // namespace
}  // namespace sluice
