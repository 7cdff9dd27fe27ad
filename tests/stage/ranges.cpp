#include <list>
#include <ranges>

#include "stages.hpp"

namespace sluice::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

template <class T>
std::vector<T> all(Runtime& runtime, std::vector<SubscribeTo<T>> producers) {
  std::vector<T> got;
  for (T& event : runtime.to_range<T>(std::move(producers))) got.push_back(std::move(event));
  return got;
}

const SubscribeOptions transient{.max_demand = 2, .on_cancel = OnCancel::transient};

TEST(FromRange, OwnsWhatItIsGiven) {
  Simulation runtime;
  EXPECT_THAT(all<std::string>(
                  runtime, {{runtime.start(from_range(std::list<std::string>{"a", "b", "c"})), transient}}),
              ElementsAre("a", "b", "c"));
}

TEST(FromRange, ReadsTheCallersRangeThroughAReference) {
  Simulation runtime;
  std::vector numbers{1, 2};
  const auto producer = runtime.start(from_range(std::ref(numbers)));
  numbers.push_back(3);
  EXPECT_THAT(all<int>(runtime, {{producer, transient}}), ElementsAre(1, 2, 3));
}

TEST(FromRange, PullsLazily) {
  Simulation runtime{{.log = silence()}};
  int pulled = 0;
  auto counted = std::views::iota(0) | std::views::transform([&pulled](int n) {
                   ++pulled;
                   return n;
                 });
  testing::ConsumerProbe<int> consumer(runtime);
  consumer.subscribe_to(runtime.start(from_range(counted)));
  runtime.settle();
  EXPECT_EQ(pulled, 0);
  consumer.ask(3);
  runtime.settle();
  EXPECT_EQ(pulled, 3);
}

TEST(FromRange, StopsWithItsLastConsumerWhenToldTo) {
  Simulation runtime;
  const auto producer =
      runtime.start(from_range(std::views::iota(0), {.on_last_cancel = OnLastCancel::stop}));
  testing::ConsumerProbe<int> consumer(runtime);
  consumer.subscribe_to(producer);
  runtime.settle();
  consumer.cancel();
  runtime.settle();
  EXPECT_EQ(runtime.wait(producer), Reason::normal());
}

TEST(FromRange, HonoursItsBufferOptions) {
  Simulation runtime;
  const auto producer = runtime.start(from_range(std::vector{1}, {.buffer = {.size = 3}}));
  EXPECT_EQ(producer.inspect().buffer_capacity, 3);
}

TEST(ToRange, MergesSeveralProducers) {
  Simulation runtime;
  const auto a = runtime.start(from_range(std::vector{1, 2, 3}));
  const auto b = runtime.start(from_range(std::vector{10, 20}));
  EXPECT_THAT(all<int>(runtime, {{a, transient}, {b, transient}}), UnorderedElementsAre(1, 2, 3, 10, 20));
}

TEST(ToRange, FailsWithItsProducer) {
  class Crashes : public Producer<int> {
    void handle_demand(Demand /*n*/) override { throw std::runtime_error("crash"); }
  };
  Simulation runtime{{.log = silence()}};
  const auto numbers = runtime.start(from_range(std::vector{1, 2, 3}));
  try {
    all<int>(runtime, {{numbers, transient}, {runtime.start<Crashes>(), transient}});
    FAIL() << "it ended well";
  } catch (const RangeFailed& failed) {
    EXPECT_EQ(failed.reason(), Reason("crash"));
  }
  EXPECT_EQ(all<int>(runtime, {{runtime.start<Crashes>(), {.on_cancel = OnCancel::temporary}}}),
            std::vector<int>{});
}

TEST(ToRange, FailsOnAPermanentProducerThatJustEnds) {
  Simulation runtime;
  EXPECT_THROW(
      all<int>(runtime, {{runtime.start(from_range(std::vector{1})), {.on_cancel = OnCancel::permanent}}}),
      RangeFailed);
}

TEST(ToRange, OfNothingIsEmpty) {
  Simulation runtime;
  EXPECT_THAT(all<int>(runtime, {}), ElementsAre());
}

TEST(ToRange, ThrowsInsideACallback) {
  Simulation runtime;
  runtime.start<Doer>().call(
      [&](Doer&) { EXPECT_THROW(static_cast<void>(runtime.to_range<int>({})), std::logic_error); });
}

TEST(ToRange, ReadsFromWorkerThreads) {
  Runtime runtime({.workers = 2});
  const auto numbers = runtime.start(from_range(std::views::iota(0, 10'000)));
  int next = 0;
  for (const int number : runtime.to_range<int>({{numbers, {.on_cancel = OnCancel::transient}}}))
    ASSERT_EQ(number, next++);
  EXPECT_EQ(next, 10'000);
}

TEST(OneLiners, MakeAPipeline) {
  Simulation runtime;
  std::vector<int> got;
  const auto numbers = runtime.start(produce([n = 0]() mutable { return n++; }));
  const auto doubled = runtime.start(transform<int>([](int n) { return 2 * n; }));
  const auto taken = runtime.start(consume<int>([&got](int n) { got.push_back(n); }));
  const Subscription upper = doubled.subscribe_to(numbers, {.max_demand = 3, .min_demand = 0});
  upper.pause();
  taken.subscribe_to(doubled);
  runtime.settle();
  EXPECT_THAT(got, ElementsAre(0, 2, 4));
}

TEST(OneLiners, ConsumeWholeBatches) {
  Simulation runtime;
  std::vector<std::size_t> sizes;
  const auto taken =
      runtime.start(consume<int>([&sizes](Events<int> events) { sizes.push_back(events.size()); }));
  taken.subscribe_to(runtime.start<Numbers>(10), {.max_demand = 5, .min_demand = 0});
  runtime.settle();
  EXPECT_THAT(sizes, ElementsAre(5, 5));
}

}  // namespace
}  // namespace sluice::tests
