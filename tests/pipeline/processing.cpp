#include "pipeline/pipelines.hpp"

namespace sluice::pipeline_tests {
namespace {

using pipeline::batch;
using pipeline::from_pushes;
using pipeline::process;

[[nodiscard]] int no_negatives(int n) {
  if (n < 0) throw std::runtime_error("negative");
  return n;
}

SCENARIO(BW_013_AcksComeInGroupsOfMaxLessMin) {
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) | pipeline::start(world.runtime());
  const auto receipts = run.test(numbers(1, 12));
  world.settle();
  EXPECT_THAT(text(receipts->all()), ElementsAre("0 1 2 3 4 |", "5 6 7 8 9 |", "10 11 |"));
}

SCENARIO(BW_014_ABatchIsOneAck) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(nothing, one(2, 1)) | batch(noting(batches), {.size = 2}) |
                   pipeline::start(world.runtime());
  const auto receipts = run.test({1, 2});
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(Seen{{1, 2}, "default", "", BatchTrigger::size, {}}));
  EXPECT_THAT(text(receipts->all()), ElementsAre("0 1 |"));
}

SCENARIO(BW_015_AFailedMessageIsNotRouted) {
  const auto fails = [](Message<int>& message) {
    message.fail("failed by hand");
    message.route_to("nowhere");
  };
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(fails, one(2, 1)) | batch(noting(batches), {.size = 2}) |
                   pipeline::start(world.runtime());
  const auto receipts = run.test({1}, BatchMode::flush);
  world.settle();
  ASSERT_THAT(text(receipts->all()), ElementsAre("| 0"));
  EXPECT_EQ(receipts->all()[0].failed[0].reason.text(), "failed by hand");
  EXPECT_THAT(batches.all(), IsEmpty());
  EXPECT_THAT(world.logs(Severity::error), IsEmpty());
}

SCENARIO(BW_016_OthersOfTheListGoOn) {
  const Notes<Seen> batches;
  const auto fails = [](Message<int>& message) {
    if (message.data() < 0) message.fail("negative");
  };
  const auto run = from_pushes<int>() | process(fails, one(2, 1)) | batch(noting(batches), {.size = 2}) |
                   pipeline::start(world.runtime());
  const auto receipts = run.test({1, -1, -1, 4});
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(Seen{{1, 4}, "default", "", BatchTrigger::size, {}}));
  EXPECT_THAT(text(receipts->all()), UnorderedElementsAre("| 1", "| 2", "0 3 |"));
}

SCENARIO_EXCLUDED_BY_TYPE(BW_018_HandlersReturnMessages) {
  // A function of the data returns data, one of the message returns nothing: there is no wrong value.
  static_assert(!std::is_copy_constructible_v<Message<int>>);
  static_assert(std::is_same_v<pipeline::detail::Processed<void (*)(Message<int>&), int>, int>);
}

SCENARIO(BW_019_AnUnknownBatcherFailsTheMessage) {
  const Notes<Seen> batches;
  const auto route = [](Message<int>& message) {
    if (message.data() < 0) message.route_to("nowhere");
  };
  const auto run = from_pushes<int>() | process(route, one(10, 5)) | batch(noting(batches), {.size = 2}) |
                   pipeline::start(world.runtime());
  const auto receipts = run.test({1, -1, 4});
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(Seen{{1, 4}, "default", "", BatchTrigger::size, {}}));
  EXPECT_THAT(text(receipts->all()), ElementsAre("| 1", "0 2 |"));
  EXPECT_EQ(world.logged(Severity::error, "there is no batcher \"nowhere\"; there are \"default\""), 1U);
}

/// Throws for one tag.
struct Grumpy final : pipeline::Acknowledger {
  void settle(std::span<const pipeline::Settled> /*messages*/) override {
    throw std::runtime_error("grumpy");
  }
};

SCENARIO(BW_020_AThrowingAcknowledgerHarmsNoStep) {
  const auto run = from_pushes<int>() | process(no_negatives, one(10, 5)) | pipeline::start(world.runtime());
  const auto receipts = std::make_shared<Receipts>();
  Events<Message<int>> messages;
  messages.push_back(Message<int>(1, receipts, 1));
  messages.push_back(Message<int>(-1, std::make_shared<Grumpy>(), 2));
  messages.push_back(Message<int>(4, receipts, 4));
  run.push(std::move(messages));
  world.settle();
  EXPECT_THAT(text(receipts->all()), ElementsAre("1 4 |"));
  EXPECT_EQ(world.logged(Severity::error, "the acknowledger of 1 messages threw: failure: grumpy"), 1U);
  EXPECT_TRUE(run.coordinator().alive());
}

SCENARIO(BW_021_WhatAHelperThrowsFailsOneMessage) {
  // A helper that dies is an exception where it is awaited.
  const auto run = from_pushes<int>() | process(no_negatives, one(10, 5)) | pipeline::start(world.runtime());
  const auto receipts = run.test({1, -1, 4});
  world.settle();
  EXPECT_THAT(text(receipts->all()), ElementsAre("0 2 | 1"));
  EXPECT_EQ(receipts->all()[0].failed[0].reason.text(), "negative");
}

SCENARIO(BW_022_WhatPrepareThrowsFailsAll) {
  const auto run =
      from_pushes<int>() |
      process(nothing, one(10, 5),
              pipeline::prepare([](std::span<Message<int>>) { throw std::runtime_error("not prepared"); })) |
      pipeline::start(world.runtime());
  const auto receipts = run.test({1, 2, 3, 4});
  world.settle();
  EXPECT_THAT(text(receipts->all()), ElementsAre("| 0 1 2 3"));
  EXPECT_GE(world.logged(Severity::error, "not prepared"), 1U);
}

SCENARIO(BW_024_AcksAreGroupedBySource) {
  const auto first = std::make_shared<Receipts>();
  const auto second = std::make_shared<Receipts>();
  const auto fails = [](Batch<int>& messages) {
    for (Message<int>& message : messages)
      if (message.data() < 0) message.fail("negative");
  };
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) | batch(fails, {.size = 4}) |
                   pipeline::start(world.runtime());
  Events<Message<int>> messages;
  messages.push_back(Message<int>(1, first, 1));
  messages.push_back(Message<int>(-2, second, 2));
  messages.push_back(Message<int>(-3, first, 3));
  messages.push_back(Message<int>(4, second, 4));
  run.push(std::move(messages));
  world.settle();
  EXPECT_THAT(text(first->all()), ElementsAre("1 | 3"));
  EXPECT_THAT(text(second->all()), ElementsAre("4 | 2"));
}

SCENARIO(BW_025_AnAckedMessageIsSettledOnce) {
  const Notes<std::size_t> settled_before_return;
  auto receipts = std::make_shared<Receipts>();
  const auto acks = [receipts, settled_before_return](Message<int>& message) {
    message.ack();
    settled_before_return.add(receipts->settled());
  };
  const auto run = from_pushes<int>() | process(acks, one(10, 5)) | pipeline::start(world.runtime());
  Events<Message<int>> messages;
  messages.push_back(Message<int>(1, receipts, 1));
  run.push(std::move(messages));
  world.settle();
  EXPECT_THAT(settled_before_return.all(), ElementsAre(1U));
  EXPECT_THAT(text(receipts->all()), ElementsAre("1 |"));
}

SCENARIO(BW_026_AListIsAckedAtOnce) {
  const auto acks = [](Batch<int>& messages) {
    messages.messages()[2].fail("bad");
    pipeline::settle_now(messages.messages());
  };
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) | batch(acks, {.size = 4}) |
                   pipeline::start(world.runtime());
  const auto receipts = run.test({1, 2, 3, 4});
  world.settle();
  EXPECT_THAT(text(receipts->all()), ElementsAre("0 1 3 | 2"));
}

SCENARIO(BW_027_AcksAreConfigured) {
  const auto configures = [](Message<int>& message) { message.configure(std::string("later")); };
  const auto run = from_pushes<int>() | process(configures, one(10, 5)) | pipeline::start(world.runtime());
  const auto receipts = run.test({1});
  Events<Message<int>> messages;
  messages.push_back(Message<int>(1));  // nobody to configure
  run.push(std::move(messages));
  world.settle();
  EXPECT_THAT(text(receipts->all()), ElementsAre("0 |"));
  ASSERT_EQ(receipts->configured().size(), 1U);
  EXPECT_EQ(std::any_cast<std::string>(receipts->configured()[0]), "later");
  EXPECT_EQ(world.logged(Severity::error, "nobody wants to know"), 1U);
}

/// Keeps the data of what failed.
struct FailedData final : pipeline::Acknowledger {
  void settle(std::span<const pipeline::Settled> messages) override {
    for (const auto& message : messages)
      if (!message.done()) notes.add(*message.data_as<int>());
  }
  Notes<int> notes;
};

SCENARIO(BW_028_TheFailureHandlerChangesTheData) {
  const auto data = std::make_shared<FailedData>();
  const auto fails = [](Message<int>& message) {
    if (message.data() == 1) message.fail("by hand");
    if (message.data() == 2) throw std::runtime_error("by exception");
  };
  const auto run =
      from_pushes<int>() |
      process(fails, one(10, 5), pipeline::on_failure([](Message<int>& message) { message.data() *= 10; })) |
      pipeline::start(world.runtime());
  Events<Message<int>> messages;
  for (int n = 1; n <= 3; ++n) messages.push_back(Message<int>(n, data, 0));
  run.push(std::move(messages));
  world.settle();
  EXPECT_THAT(data->notes.all(), ElementsAre(10, 20));
}

SCENARIO(BW_030_TheFailureHandlerSeesWhatTheBatchFailed) {
  const Notes<int> failures;
  const auto fails = [](Batch<int>& messages) {
    if (messages.size() != 4) throw std::runtime_error("all of them");
    messages.messages()[0].fail("one");
    messages.messages()[3].fail("two");
  };
  const auto run =
      from_pushes<int>() | process(nothing, one(10, 5)) |
      batch(fails, {.size = 4},
            pipeline::on_failure([failures](Message<int>& message) { failures.add(message.data()); })) |
      pipeline::start(world.runtime());
  const auto some = run.test({1, 2, 3, 4});
  world.settle();
  EXPECT_THAT(failures.all(), ElementsAre(1, 4));
  EXPECT_THAT(text(some->all()), ElementsAre("1 2 | 0 3"));
  const auto all = run.test({5}, BatchMode::flush);
  world.settle();
  EXPECT_THAT(failures.all(), ElementsAre(1, 4, 5));
  EXPECT_THAT(text(all->all()), ElementsAre("| 0"));
}

SCENARIO(BW_031_WhatABatchGivesAwayIsSettledByItsHolder) {
  const auto kept = std::make_shared<std::vector<Message<int>>>();
  const auto keeps = [kept](Batch<int>& messages) { kept->push_back(std::move(messages.messages()[0])); };
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) | batch(keeps, {.size = 2}) |
                   pipeline::start(world.runtime());
  const auto receipts = run.test({1, 2});
  world.settle();
  EXPECT_THAT(text(receipts->all()), ElementsAre("1 |"));
  kept->clear();
  EXPECT_THAT(text(receipts->all()), ElementsAre("1 |", "| 0"));
  EXPECT_THAT(receipts->all()[1].failed[0].reason.text(), HasSubstr("destroyed unsettled"));
}

SCENARIO(BW_032_WhatABatchThrowsFailsAllOfIt) {
  const auto fails = [](Batch<int>& /*messages*/) { throw std::runtime_error("the disk is full"); };
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) | batch(fails, {.size = 4}) |
                   pipeline::start(world.runtime());
  const auto receipts = run.test({1, 2, 3, 4});
  world.settle();
  EXPECT_THAT(text(receipts->all()), ElementsAre("| 0 1 2 3"));
  EXPECT_EQ(receipts->all()[0].failed[0].reason.text(), "the disk is full");
  EXPECT_EQ(world.logged(Severity::error, "a batch of 4 failed"), 1U);
}

// -- beyond the numbers

SCENARIO_OF(Process, StepsFollowOneAnother) {  // P10
  const Notes<std::string> out;
  const auto run = from_pushes<int>() | process([](int n) { return n * 1.5; }, one(10, 5)) |
                   process([](double x) { return std::to_string(x); }, one(10, 5)) |
                   process([out](std::string& text) { out.add(text); }, one(10, 5)) |
                   pipeline::start(world.runtime());
  const auto receipts = run.test({1, 2});
  world.settle();
  EXPECT_THAT(out.all(), ElementsAre("1.500000", "3.000000"));
  EXPECT_EQ(receipts->done().size(), 2U);
}

SCENARIO_OF(Split, AMessageIsSettledWhenItsPartsAre) {
  const auto run = from_pushes<int>() |
                   pipeline::split_into(
                       [](int n) { return std::vector<int>(static_cast<std::size_t>(n), n); }, one(10, 5)) |
                   process(
                       [](int n) {
                         if (n == 3) throw std::runtime_error("three");
                       },
                       one(10, 5)) |
                   pipeline::start(world.runtime());
  const auto receipts = run.test({0, 1, 2, 3});
  world.settle();
  EXPECT_THAT(receipts->done(), ElementsAre(0, 1, 2));
  EXPECT_THAT(receipts->failed(), ElementsAre(3));
}

SCENARIO_OF(Process, WhatPrepareFailsIsNotProcessed) {
  const Notes<int> processed;
  const auto run =
      from_pushes<int>() |
      process([processed](int n) { processed.add(n); }, one(10, 5),
              pipeline::prepare([](std::span<Message<int>> messages) { messages[1].fail("no"); })) |
      pipeline::start(world.runtime());
  const auto receipts = run.test({1, 2, 3});
  world.settle();
  EXPECT_THAT(processed.all(), ElementsAre(1, 3));
  EXPECT_THAT(receipts->failed(), ElementsAre(1));
}

SCENARIO_OF(Process, ASecondSettlingThrowsAndChangesNothing) {
  const Notes<std::string> thrown;
  const auto twice = [thrown](Message<int>& message) {
    message.ack();
    try {
      message.fail("after all");
    } catch (const pipeline::AlreadySettled& error) {
      thrown.add(error.what());
    }
  };
  const auto run = from_pushes<int>() | process(twice, one(10, 5)) | pipeline::start(world.runtime());
  const auto receipts = run.test({1});
  world.settle();
  EXPECT_THAT(text(receipts->all()), ElementsAre("0 |"));
  EXPECT_THAT(thrown.all(), ElementsAre("fail: the message was settled before"));
}

}  // namespace
}  // namespace sluice::pipeline_tests
