#include "pipeline/pipelines.hpp"

namespace sluice::pipeline_tests {
namespace {

using pipeline::batch;
using pipeline::from_pushes;
using pipeline::process;

constexpr auto by_size = BatchTrigger::size;
constexpr auto by_time = BatchTrigger::timeout;
constexpr auto by_flush = BatchTrigger::flush;

[[nodiscard]] auto parity() {
  return pipeline::key_by([](int n) { return n % 2 == 0 ? "even" : "odd"; });
}
void route_by_parity(Message<int>& message) { message.route_to(message.data() % 2 == 0 ? "even" : "odd"); }

/// Batchers odd 10 and even 5.
[[nodiscard]] auto odd_and_even(const Notes<Seen>& batches) {
  return from_pushes<int>() | process(route_by_parity, one(100, 50)) |
         batch("odd", noting(batches), {.size = 10}) | batch("even", noting(batches), {.size = 5});
}

SCENARIO(BW_033_BatchesAreFullPerBatcher) {
  const Notes<Seen> batches;
  const auto run = odd_and_even(batches) | pipeline::start(world.runtime());
  const auto receipts = run.test(numbers(1, 40));
  world.settle();
  std::size_t odd = 0;
  std::size_t even = 0;
  for (const Seen& batch : batches.all()) {
    EXPECT_EQ(batch.trigger, by_size);
    EXPECT_EQ(batch.data.size(), batch.batcher == "odd" ? 10U : 5U);
    ++(batch.batcher == "odd" ? odd : even);
  }
  EXPECT_EQ(odd, 2U);
  EXPECT_EQ(even, 4U);
  EXPECT_EQ(receipts->done().size(), 40U);
}

SCENARIO(BW_034_FlushingMessagesOfOneListAreOneBatch) {
  const Notes<Seen> batches;
  const auto run = odd_and_even(batches) | pipeline::start(world.runtime());
  static_cast<void>(run.test(numbers(1, 5), BatchMode::flush));
  world.settle();
  EXPECT_THAT(batches.all(), UnorderedElementsAre(Seen{{1, 3, 5}, "odd", "", by_flush, {}},
                                                  Seen{{2, 4}, "even", "", by_flush, {}}));
}

SCENARIO(BW_036_ARunOfEqualKeysIsFlushedTogether) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch(noting(batches), {.size = 100}, parity()) | pipeline::start(world.runtime());
  static_cast<void>(run.test({1, 2, 3, 5, 4}, BatchMode::flush));
  world.settle();
  EXPECT_THAT(
      batches.all(),
      ElementsAre(Seen{{1}, "default", "odd", by_flush, {}}, Seen{{2}, "default", "even", by_flush, {}},
                  Seen{{3, 5}, "default", "odd", by_flush, {}}, Seen{{4}, "default", "even", by_flush, {}}));
}

SCENARIO(BW_037_ABatchWaitsSoLong) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch(noting(batches), {.size = 2, .within = 20ms}) | pipeline::start(world.runtime());
  static_cast<void>(run.test(numbers(1, 5)));
  world.settle();
  EXPECT_EQ(batches.count(), 2U);
  world.advance(19ms);
  EXPECT_EQ(batches.count(), 2U);
  world.advance(1ms);
  EXPECT_THAT(batches.all(),
              ElementsAre(Seen{{1, 2}, "default", "", by_size, {}}, Seen{{3, 4}, "default", "", by_size, {}},
                          Seen{{5}, "default", "", by_time, {}}));
}

SCENARIO(BW_038_ListsAreAsSmallAsTheDemand) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) | batch(noting(batches), {.size = 2}) |
                   pipeline::start(world.runtime());
  static_cast<void>(run.test(numbers(1, 5), BatchMode::flush));
  world.settle();
  std::vector<std::vector<int>> all;
  for (const Seen& batch : batches.all()) all.push_back(batch.data);
  EXPECT_THAT(all,
              ElementsAre(ElementsAre(1), ElementsAre(2), ElementsAre(3), ElementsAre(4), ElementsAre(5)));
}

/// Emits when what it was given is used up, and begins with it anew.
[[nodiscard]] auto used_up(int initial) {
  return pipeline::split_by(initial, [initial](int& left, const int& n) {
    left -= n;
    if (left > 0) return pipeline::Split::more;
    left = initial;
    return pipeline::Split::emit;
  });
}

SCENARIO(BW_039_ASplitterDecides) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch(noting(batches), {.max_demand = 10}, parity(), used_up(16)) |
                   pipeline::start(world.runtime());
  static_cast<void>(run.test({40, 1, 13, 3}));
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(Seen{{40}, "default", "even", by_size, {}},
                                         Seen{{1, 13, 3}, "default", "odd", by_size, {}}));
}

SCENARIO(BW_040_EachBatcherHasItsSplitter) {
  const Notes<Seen> batches;
  const auto twice = pipeline::split_by(24, [](int& left, const int& n) {
    left -= 2 * n;
    if (left > 0) return pipeline::Split::more;
    left = 24;
    return pipeline::Split::emit;
  });
  const auto run = from_pushes<int>() | process(route_by_parity, one(100, 50)) |
                   batch("odd", noting(batches), {.within = 20ms, .max_demand = 100}, used_up(16)) |
                   batch("even", noting(batches), {.within = 20ms, .max_demand = 100}, twice) |
                   pipeline::start(world.runtime());
  static_cast<void>(run.test(numbers(1, 10)));
  world.settle();
  world.advance(20ms);
  EXPECT_THAT(
      batches.all(),
      UnorderedElementsAre(Seen{{1, 3, 5, 7}, "odd", "", by_size, {}}, Seen{{9}, "odd", "", by_time, {}},
                           Seen{{2, 4, 6}, "even", "", by_size, {}}, Seen{{8, 10}, "even", "", by_size, {}}));
}

SCENARIO(BW_042_BatchesOfOneKeyFollowOneAnother) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch(noting(batches),
                         {.size = 2, .concurrency = 3, .order = pipeline::BatchOrder::key_serial}, parity()) |
                   pipeline::start(world.runtime());
  static_cast<void>(run.test({1, 3, 5, 7, 2, 4, 6, 8, 9, 11}));
  world.settle();
  std::vector<int> odd;
  for (const Seen& batch : batches.all())
    if (batch.key == "odd") odd.insert(odd.end(), batch.data.begin(), batch.data.end());
  EXPECT_THAT(odd, ElementsAre(1, 3, 5, 7, 9, 11));  // one stage handles a key, in order
}

SCENARIO(BW_043_ATestMessageDoesNotWait) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch(noting(batches), {.size = 10, .within = 1000ms}) | pipeline::start(world.runtime());
  const auto receipts = run.test({1}, BatchMode::flush);
  EXPECT_TRUE(run.await(*receipts));
  EXPECT_THAT(batches.all(), ElementsAre(Seen{{1}, "default", "", by_flush, {}}));
}

SCENARIO(BW_044_NoBatchOfNothing) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() |
                   process([](Message<int>& message) { message.fail("all of them"); }, one(10, 5)) |
                   batch(noting(batches), {.size = 2, .within = 20ms}) | pipeline::start(world.runtime());
  const auto receipts = run.test({1, 2, 3}, BatchMode::flush);
  world.settle();
  world.advance(1s);
  EXPECT_THAT(batches.all(), IsEmpty());
  EXPECT_EQ(receipts->failed().size(), 3U);
}

SCENARIO(BW_076_AFlushTakesWhatWasCollectedBefore) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch(noting(batches), {.size = 10, .within = 2s}) | pipeline::start(world.runtime());
  static_cast<void>(run.test({1, 2}));
  world.settle();
  EXPECT_THAT(batches.all(), IsEmpty());
  static_cast<void>(run.test({3}, BatchMode::flush));
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(Seen{{1, 2, 3}, "default", "", by_flush, {}}));
}

SCENARIO(BW_075_AThrowingGroupHarmsNoOther) {
  struct Grumpy final : pipeline::Acknowledger {
    void settle(std::span<const pipeline::Settled> /*messages*/) override { throw std::runtime_error("X"); }
  };
  const auto bad = std::make_shared<Grumpy>();
  const auto good = std::make_shared<Receipts>();
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch([](Batch<int>&) {}, {.size = 2}) | pipeline::start(world.runtime());
  const auto push = [&](std::shared_ptr<pipeline::Acknowledger> who, int n) {
    Events<Message<int>> messages;
    messages.push_back(Message<int>(n, std::move(who), static_cast<std::uint64_t>(n)));
    run.push(std::move(messages));
    world.settle();
  };
  push(bad, 1);
  push(good, 2);
  EXPECT_THAT(text(good->all()), ElementsAre("2 |"));
  push(good, 3);
  push(good, 4);
  EXPECT_THAT(text(good->all()), ElementsAre("2 |", "3 4 |"));
}

// -- beyond the numbers

SCENARIO_OF(Batching, WeightIsAHardCeiling) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(nothing, one(100, 50)) |
                   batch(noting(batches), {.size = 3, .within = 20ms},
                         pipeline::weigh([](int n) { return static_cast<std::size_t>(n); }, 10)) |
                   pipeline::start(world.runtime());
  const auto receipts = run.test({4, 4, 3, 11, 7, 1, 1, 1, 9});
  world.settle();
  world.advance(20ms);
  std::vector<std::vector<int>> all;
  for (const Seen& batch : batches.all()) all.push_back(batch.data);
  EXPECT_THAT(all, ElementsAre(ElementsAre(4, 4), ElementsAre(3, 7), ElementsAre(1, 1, 1), ElementsAre(9)));
  EXPECT_THAT(receipts->failed(), ElementsAre(3));
  EXPECT_EQ(world.logged(Severity::error, "its weight is 11, a batch takes 10 at most"), 1U);
}

SCENARIO_OF(Batching, WhatASplitterLeavesBeginsTheNextBatch) {  // P1
  const Notes<Seen> batches;
  const auto growing = pipeline::split_by(std::pair(1, 1), [](std::pair<int, int>& size, const int& /*n*/) {
    if (--size.first > 0) return pipeline::Split::more;
    size.first = ++size.second;
    return pipeline::Split::emit;
  });
  const auto run = from_pushes<int>() | process(nothing, one(100, 50)) |
                   batch(noting(batches), {.max_demand = 100}, growing) | pipeline::start(world.runtime());
  static_cast<void>(run.test(numbers(1, 6)));
  world.settle();
  std::vector<std::vector<int>> all;
  for (const Seen& batch : batches.all()) all.push_back(batch.data);
  EXPECT_THAT(all, ElementsAre(ElementsAre(1), ElementsAre(2, 3), ElementsAre(4, 5, 6)));
}

SCENARIO_OF(Batching, AKeyFunctionThatThrowsFailsItsMessage) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch(noting(batches), {.size = 2}, pipeline::key_by([](int n) {
                           if (n < 0) throw std::runtime_error("no key");
                           return n % 1;
                         })) |
                   pipeline::start(world.runtime());
  const auto receipts = run.test({1, -1, 2});
  world.settle();
  EXPECT_THAT(receipts->done(), ElementsAre(0, 2));
  EXPECT_THAT(receipts->failed(), ElementsAre(1));
}

SCENARIO_OF(Batching, AnAckedMessageWhoseKeyThrowsHarmsNobody) {
  const auto run = from_pushes<int>() | process([](Message<int>& message) { message.ack(); }, one(10, 5)) |
                   batch([](Batch<int>&) {}, {.size = 2}, pipeline::key_by([](int n) {
                           if (n < 0) throw std::runtime_error("no key");
                           return n;
                         })) |
                   pipeline::start(world.runtime(), {.name = "p"});
  const auto batcher = world->find<pipeline::BatcherStage<int>>("p.default_0").value();
  const auto receipts = run.test({-1, 1});
  world.settle();
  EXPECT_THAT(receipts->done(), ElementsAre(0, 1));
  EXPECT_TRUE(batcher.alive());
}

SCENARIO_OF(Batching, AMessagesOwnKeyGoesBefore) {
  const Notes<Seen> batches;
  const auto own = [](Message<int>& message) {
    if (message.data() == 3) message.key("special");
  };
  const auto run = from_pushes<int>() | process(own, one(10, 5)) |
                   batch(noting(batches), {.size = 10}, parity()) | pipeline::start(world.runtime());
  static_cast<void>(run.test({1, 3, 5}, BatchMode::flush));
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(Seen{{1}, "default", "odd", by_flush, {}},
                                         Seen{{3}, "default", "special", by_flush, {}},
                                         Seen{{5}, "default", "odd", by_flush, {}}));
}

// -- partitions

SCENARIO(BW_045_EqualKeysAreOneStagesInOrder) {
  const Notes<std::pair<std::string, int>> handled;
  const auto note = [handled](int n) { handled.add({pipeline::holder_name(), n}); };
  const auto run = from_pushes<int>() |
                   process(note, {.concurrency = 2, .max_demand = 10},
                           pipeline::partition_by([](int n) { return static_cast<unsigned>(n); })) |
                   pipeline::start(world.runtime(), {.name = "p"});
  static_cast<void>(run.test(numbers(1, 8)));
  world.settle();
  std::vector<int> first;
  std::vector<int> second;
  for (const auto& [who, n] : handled.all()) (who == "p.step_1_0" ? first : second).push_back(n);
  EXPECT_THAT(first, ElementsAre(2, 4, 6, 8));
  EXPECT_THAT(second, ElementsAre(1, 3, 5, 7));
}

SCENARIO(BW_046_BatchesDoNotMixPartitions) {
  const Notes<Seen> batches;
  const auto by_itself = pipeline::partition_by([](int n) { return static_cast<unsigned>(n); });
  const auto run = from_pushes<int>() | process(nothing, {.concurrency = 2, .max_demand = 10}, by_itself) |
                   batch(noting(batches), {.size = 2, .concurrency = 2}, by_itself) |
                   pipeline::start(world.runtime());
  static_cast<void>(run.test(numbers(1, 12)));
  world.settle();
  std::vector<std::vector<int>> even;
  std::vector<std::vector<int>> odd;
  for (const Seen& batch : batches.all()) (batch.partition == 0U ? even : odd).push_back(batch.data);
  EXPECT_THAT(odd, ElementsAre(ElementsAre(1, 3), ElementsAre(5, 7), ElementsAre(9, 11)));
  EXPECT_THAT(even, ElementsAre(ElementsAre(2, 4), ElementsAre(6, 8), ElementsAre(10, 12)));
}

SCENARIO(BW_048_StepsHaveTheirOwnPartitions) {
  const Notes<std::pair<std::string, int>> handled;
  const Notes<Seen> batches;
  const auto low = pipeline::partition_by([](int n) { return n <= 6 ? 0U : 1U; });
  const auto note = [handled](int n) { handled.add({pipeline::holder_name(), n}); };
  const auto run = from_pushes<int>() | process(note, {.concurrency = 2, .max_demand = 10}, low) |
                   batch(noting(batches), {.size = 2, .concurrency = 2}, low) |
                   pipeline::start(world.runtime(), {.name = "p"});
  static_cast<void>(run.test(numbers(1, 12)));
  world.settle();
  std::vector<int> first;
  for (const auto& [who, n] : handled.all())
    if (who == "p.step_1_0") first.push_back(n);
  EXPECT_EQ(first, numbers(1, 6));
  std::vector<std::vector<int>> below;
  for (const Seen& batch : batches.all())
    if (batch.partition == 0U) below.push_back(batch.data);
  EXPECT_THAT(below, ElementsAre(ElementsAre(1, 2), ElementsAre(3, 4), ElementsAre(5, 6)));
  EXPECT_EQ(batches.count(), 6U);
}

}  // namespace
}  // namespace sluice::pipeline_tests
