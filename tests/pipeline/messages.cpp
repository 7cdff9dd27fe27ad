#include <thread>

#include "pipeline/pipelines.hpp"

namespace sluice::pipeline_tests {
namespace {

TEST(Message, DestroyedUnsettledItHasFailed) {
  const auto receipts = std::make_shared<Receipts>();
  {
    const Message<int> message(1, receipts, 7);
  }
  EXPECT_THAT(text(receipts->all()), ElementsAre("| 7"));
  EXPECT_EQ(receipts->all()[0].failed[0].reason.text(), "destroyed unsettled by no stage");
}

TEST(Message, AssignedOverItHasFailed) {
  const auto receipts = std::make_shared<Receipts>();
  Message<int> message(1, receipts, 1);
  message = Message<int>(2, receipts, 2);
  EXPECT_THAT(text(receipts->all()), ElementsAre("| 1"));
  message.ack();
  EXPECT_THAT(text(receipts->all()), ElementsAre("| 1", "2 |"));
}

TEST(Message, FailedAndDestroyedItSaysWhy) {
  const auto receipts = std::make_shared<Receipts>();
  {
    Message<int> message(1, receipts, 7);
    message.fail("by hand");
    EXPECT_THROW(message.fail("again"), pipeline::AlreadySettled);
    EXPECT_THROW(message.ack(), pipeline::AlreadySettled);
  }
  ASSERT_EQ(receipts->all().size(), 1U);
  EXPECT_EQ(receipts->all()[0].failed[0].reason.text(), "by hand");
}

TEST(Message, MovedAwayItCannotBeSettled) {
  const auto receipts = std::make_shared<Receipts>();
  Message<int> message(1, receipts, 7);
  Message<std::string> other = std::move(message).with(std::string("one"));
  EXPECT_THROW(message.ack(), pipeline::AlreadySettled);  // NOLINT(bugprone-use-after-move): that is the test
  other.ack();
  EXPECT_THAT(text(receipts->all()), ElementsAre("7 |"));
}

TEST(Message, IsSettledFromAnyThread) {
  const auto receipts = std::make_shared<Receipts>();
  Message<int> message(1, receipts, 7);
  std::thread([message = std::move(message)]() mutable { message.ack(); }).join();
  EXPECT_THAT(text(receipts->all()), ElementsAre("7 |"));
}

TEST(Message, PartsAreSettledOnAnyThreads) {
  const auto receipts = std::make_shared<Receipts>();
  auto parts = pipeline::split(Message<int>(1, receipts, 7), std::vector<int>(64, 1));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&parts, t] {
      for (std::size_t i = t; i < parts.size(); i += 4) {
        if (i == 13) {
          parts[i].fail("unlucky");
        } else {
          parts[i].ack();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(receipts->settled(), 0U);  // 13 is not told before it is destroyed
  parts.clear();
  ASSERT_THAT(text(receipts->all()), ElementsAre("| 7"));
  EXPECT_EQ(receipts->all()[0].failed[0].reason.text(), "unlucky");
}

TEST(Message, SplitIntoNothingItIsDone) {
  const auto receipts = std::make_shared<Receipts>();
  EXPECT_TRUE(pipeline::split(Message<int>(1, receipts, 7), std::vector<int>{}).empty());
  EXPECT_THAT(text(receipts->all()), ElementsAre("7 |"));
}

TEST(Message, PartsGoWhereTheWholeWould) {
  Message<int> whole(1);
  whole.route_to("odd");
  whole.key(3);
  whole.flush_now();
  const auto parts = pipeline::split(std::move(whole), std::vector<int>{1, 2});
  EXPECT_EQ(parts[1].batcher(), "odd");
  EXPECT_EQ(*parts[1].key(), pipeline::BatchKey(3));
  EXPECT_EQ(parts[1].batch_mode(), BatchMode::flush);
}

TEST(Options, OutOfRangeNameTheFieldAndTheValue) {
  const auto field_of = [](auto code) -> std::string {
    try {
      code();
    } catch (const OptionError& error) {
      return error.what();
    }
    return "nothing";
  };
  const auto before = pipeline::from_pushes<int>();
  const auto handle = [](Batch<int>&) {};
  EXPECT_EQ(field_of([&] { static_cast<void>(before | pipeline::process(nothing, {.concurrency = 0})); }),
            "concurrency: must be at least 1, got 0");
  EXPECT_EQ(field_of([&] { static_cast<void>(before | pipeline::process(nothing, {.max_demand = 0})); }),
            "max_demand: must be at least 1 and limited, got 0");  // P6
  EXPECT_EQ(field_of([&] {
              static_cast<void>(before | pipeline::process(nothing, {.max_demand = 5, .min_demand = 5}));
            }),
            "min_demand: must be less than max_demand = 5, got 5");
  EXPECT_EQ(field_of([&] { static_cast<void>(before | pipeline::batch(handle, {.size = 0})); }),
            "size: must be at least 1, got 0");
  EXPECT_EQ(field_of([&] { static_cast<void>(before | pipeline::batch(handle, {.within = -1s})); }),
            "within: must be positive, got -1000000000 ns");
  EXPECT_EQ(field_of([&] { static_cast<void>(before | pipeline::batch("", handle)); }),
            "name: of a batcher must not be empty");
  EXPECT_EQ(field_of([&] {
              static_cast<void>(before | pipeline::batch(handle, {}, pipeline::weigh(std::identity{}, 0)));
            }),
            "weigh: must allow at least 1, got 0");
  EXPECT_EQ(field_of([&] {
              static_cast<void>(pipeline::from_pushes<int>({.rate_limit = pipeline::RateLimit{0, 1s}}));
            }),
            "allowed: must be at least 1, got 0");
  EXPECT_EQ(field_of([&] { static_cast<void>(pipeline::from_pushes<int>({.resubscribe_after = 0s})); }),
            "resubscribe_after: must be positive, got 0 ns");
  Runtime runtime({.workers = 1});
  const auto twins =
      before | pipeline::process(nothing) | pipeline::batch("a", handle) | pipeline::batch("a", handle);
  EXPECT_EQ(field_of([&] { twins | pipeline::start(runtime); }),
            "name: two steps of a pipeline are called \"a\"");
}

}  // namespace
}  // namespace sluice::pipeline_tests
