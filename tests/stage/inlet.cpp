#include <thread>

#include "stages.hpp"

namespace sluice::tests {
namespace {

using sluice::testing::ConsumerProbe;
using ::testing::ElementsAre;

TEST(Inlets, TakeEventsUpToTheirCapacity) {
  Simulation runtime{{.log = silence()}};
  auto [inlet, ref] = runtime.start_inlet<int>({.capacity = 2});
  EXPECT_TRUE(inlet.try_push(1));
  EXPECT_TRUE(inlet.try_push(2));
  EXPECT_FALSE(inlet.try_push(3));

  ConsumerProbe<int> consumer(runtime);
  consumer.subscribe_to(ref);
  consumer.ask(1);
  runtime.settle();
  EXPECT_TRUE(inlet.try_push(3));
  EXPECT_FALSE(inlet.try_push(4));
  consumer.ask(5);
  runtime.settle();
  EXPECT_THAT(consumer.events(), ElementsAre(1, 2, 3));
}

TEST(Inlets, NeedRoomForOne) {
  Simulation runtime{{.log = silence()}};
  EXPECT_THROW(static_cast<void>(runtime.start_inlet<int>({.capacity = 0})), OptionError);
}

TEST(Inlets, EndNormallyWhenClosedAndEmpty) {
  Simulation runtime{{.log = silence()}};
  auto [inlet, ref] = runtime.start_inlet<int>();
  ConsumerProbe<int> consumer(runtime);
  consumer.subscribe_to(ref);
  EXPECT_TRUE(inlet.try_push(1));
  inlet.close();
  EXPECT_FALSE(inlet.try_push(2));
  runtime.settle();
  EXPECT_TRUE(ref.alive());
  consumer.ask(1);
  runtime.settle();
  EXPECT_THAT(consumer.events(), ElementsAre(1));
  EXPECT_EQ(runtime.wait(ref), Reason::normal());
}

TEST(Inlets, TakeNothingWhenTheirStageHasEnded) {
  Simulation runtime{{.log = silence()}};
  auto [inlet, ref] = runtime.start_inlet<int>();
  ref.stop();
  EXPECT_FALSE(inlet.try_push(1));
  EXPECT_FALSE(inlet.push(1));
}

TEST(Inlets, LeaveAnEventUntouchedThatDoesNotFit) {
  Simulation runtime{{.log = silence()}};
  auto [inlet, ref] = runtime.start_inlet<std::unique_ptr<int>>({.capacity = 1});
  EXPECT_TRUE(inlet.try_push(std::make_unique<int>(1)));
  auto kept = std::make_unique<int>(2);
  EXPECT_FALSE(inlet.try_push(std::move(kept)));
  ASSERT_TRUE(kept);
  EXPECT_FALSE(inlet.push_for(std::move(kept), 1ms));
  EXPECT_TRUE(kept);
}

TEST(Inlets, BlockAPusherUntilThereIsRoom) {
  std::vector<int> got;
  Runtime runtime({.workers = 2, .log = silence()});
  auto [inlet, ref] = runtime.start_inlet<int>({.capacity = 3});
  const auto sink = runtime.start<Sink>(got);
  std::thread pusher([to = inlet]() mutable {
    for (int i = 0; i != 1000; ++i) to.push(i);
    to.close();
  });
  sink.subscribe_to(ref, {.max_demand = 2});
  pusher.join();
  EXPECT_EQ(runtime.wait(sink), Reason::normal());
  ASSERT_EQ(got.size(), 1000);
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
}

TEST(Inlets, ReleaseABlockedPusherWhenTheirStageEnds) {
  Runtime runtime({.workers = 1, .log = silence()});
  auto [inlet, ref] = runtime.start_inlet<int>({.capacity = 1});
  EXPECT_TRUE(inlet.try_push(1));
  std::thread pusher([to = inlet]() mutable { EXPECT_FALSE(to.push(2)); });
  ref.kill();
  pusher.join();
}

}  // namespace
}  // namespace sluice::tests
