#include "pipeline/pipelines.hpp"

namespace sluice::pipeline_tests {
namespace {

using pipeline::from_pushes;
using pipeline::process;

/// Emits what it is told to, as far as it is asked for; says how much it was asked.
class OnDemand final : public Producer<Message<int>>, public pipeline::Drains {
 public:
  explicit OnDemand(Notes<Demand> asked) : asked_(std::move(asked)) {}
  void add(int count) {
    waiting_ += count;
    send();
  }

 private:
  void handle_demand(Demand n) override {
    asked_.add(n);
    wanted_ += n;
    send();
  }
  void handle_drain() override { emit(Message<int>(1000)); }
  void send() {
    for (; waiting_ > 0 && wanted_ > 0; --waiting_, --wanted_) emit(Message<int>(++last_));
  }
  Notes<Demand> asked_;
  int waiting_ = 0;
  int last_ = 0;
  Demand wanted_ = 0;
};

[[nodiscard]] auto note_to(const Notes<int>& handled) {
  return [handled](int n) { handled.add(n); };
}

SCENARIO(BW_056_SoManyInEachInterval) {
  const Notes<int> handled;
  const auto run = from_pushes<int>({.concurrency = 2, .rate_limit = pipeline::RateLimit{2, 50ms}}) |
                   process(note_to(handled), one(10, 5)) | pipeline::start(world.runtime());
  static_cast<void>(run.test(numbers(1, 5)));
  world.settle();
  EXPECT_THAT(handled.all(), ElementsAre(1, 2));
  world.advance(50ms);
  EXPECT_THAT(handled.all(), ElementsAre(1, 2, 3, 4));
  world.advance(50ms);
  EXPECT_THAT(handled.all(), ElementsAre(1, 2, 3, 4, 5));
}

SCENARIO(BW_057_AClosedGateAsksForNothing) {
  const Notes<int> handled;
  const Notes<Demand> asked;
  const auto run = pipeline::from<OnDemand>({.rate_limit = pipeline::RateLimit{2, 10s}}, asked) |
                   process(note_to(handled), one(2, 1)) | pipeline::start(world.runtime(), {.name = "p"});
  world.settle();
  EXPECT_THAT(asked.all(), ElementsAre(2U));
  const auto source = world->find<OnDemand>("p.source_0").value();
  source.cast(&OnDemand::add, 3);
  world.settle();
  EXPECT_THAT(handled.all(), ElementsAre(1, 2));
  EXPECT_THAT(asked.all(), ElementsAre(2U));
  run.reset_rate_limit();
  world.settle();
  EXPECT_THAT(handled.all(), ElementsAre(1, 2, 3));
  EXPECT_GE(asked.count(), 2U);
}

SCENARIO(BW_058_AChangedLimitIsOfTheNextInterval) {
  const Notes<int> handled;
  const auto run = from_pushes<int>({.rate_limit = pipeline::RateLimit{1, 5s}}) |
                   process(note_to(handled), one(10, 5)) | pipeline::start(world.runtime());
  static_cast<void>(run.test(numbers(1, 12)));
  world.settle();
  EXPECT_EQ(handled.count(), 1U);
  run.set_rate_limit({3, 5s});
  run.reset_rate_limit();
  world.settle();
  EXPECT_EQ(run.rate_limit()->allowed, 3U);
  EXPECT_EQ(run.rate_limit()->interval, 5s);
  EXPECT_EQ(handled.count(), 4U);
  run.set_rate_limit({5, 5s});
  world.advance(4999ms);
  EXPECT_EQ(handled.count(), 4U);
  world.advance(1ms);
  EXPECT_EQ(handled.count(), 9U);
}

SCENARIO(BW_060_ADrainWaitsForTheLimit) {
  const Notes<int> handled;
  const Notes<Demand> asked;
  const auto run = pipeline::from<OnDemand>({.rate_limit = pipeline::RateLimit{2, 10s}}, asked) |
                   process(note_to(handled), one(10, 5)) | pipeline::start(world.runtime(), {.name = "p"});
  world.settle();
  Events<Message<int>> messages;
  for (int n = 1; n <= 3; ++n) messages.push_back(Message<int>(n));
  run.push(std::move(messages));
  world.settle();
  EXPECT_THAT(handled.all(), ElementsAre(1, 2));
  run.begin_drain(60s);
  world.settle();
  EXPECT_THAT(handled.all(), ElementsAre(1, 2));
  run.reset_rate_limit();
  world.settle();
  EXPECT_THAT(handled.all(), ElementsAre(1, 2, 3, 1000));
  EXPECT_FALSE(run.coordinator().alive());
}

SCENARIO(BW_061_OneAtATime) {
  const Notes<int> handled;
  const auto run = from_pushes<int>({.rate_limit = pipeline::RateLimit{1, 10s}}) |
                   process(note_to(handled), one(10, 5)) | pipeline::start(world.runtime());
  static_cast<void>(run.test({1}));
  world.settle();
  run.reset_rate_limit();
  static_cast<void>(run.test({2}));
  world.settle();
  EXPECT_THAT(handled.all(), ElementsAre(1, 2));
}

SCENARIO(BW_074_WhatIsPushedCounts) {  // P7: the reference lets it pass
  const Notes<int> handled;
  const auto run = from_pushes<int>({.rate_limit = pipeline::RateLimit{1, 10s}}) |
                   process(note_to(handled), one(10, 5)) | pipeline::start(world.runtime());
  static_cast<void>(run.test({1, 2, 3}));
  world.settle();
  EXPECT_THAT(handled.all(), ElementsAre(1));
  world.advance(20s);
  EXPECT_THAT(handled.all(), ElementsAre(1, 2, 3));
}

SCENARIO_OF(RateLimit, OneSourceThatIsIdleDoesNotHoldUpAnother) {
  const Notes<int> handled;
  const Notes<Demand> asked;
  const auto run =
      pipeline::from<OnDemand>({.concurrency = 2, .rate_limit = pipeline::RateLimit{1, 1s}}, asked) |
      process(note_to(handled), one(10, 5)) | pipeline::start(world.runtime(), {.name = "p"});
  world.settle();
  world->find<OnDemand>("p.source_1")->cast(&OnDemand::add, 3);
  world.settle();
  for (int i = 0; i < 2; ++i) world.advance(1s);
  EXPECT_THAT(handled.all(), ElementsAre(1, 2, 3));
}

SCENARIO_OF(RateLimit, CannotBeSetLater) {
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) | pipeline::start(world.runtime());
  EXPECT_EQ(run.rate_limit(), std::nullopt);
  EXPECT_THROW(run.set_rate_limit({1, 1s}), CallError);
}

TEST(RateWindow, MeasuresExactlyOverTenSeconds) {
  for (const std::size_t allowed : {1U, 7U, 1000U}) {
    pipeline::RateWindow window({allowed, 100ms}, Instant{});
    std::size_t passed = 0;
    for (Duration t{}; t < 10s; t += 37us) passed += window.take(3, Instant{} + t);
    EXPECT_EQ(passed, allowed * 100);
  }
}

}  // namespace
}  // namespace sluice::pipeline_tests
