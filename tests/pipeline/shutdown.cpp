#include "pipeline/pipelines.hpp"

namespace sluice::pipeline_tests {
namespace {

using pipeline::batch;
using pipeline::from_pushes;
using pipeline::process;

SCENARIO(BW_062_ADrainHandlesWhatWaits) {
  const auto run = from_pushes<int>() | process(nothing, one(1, 0)) | pipeline::start(world.runtime());
  const auto receipts = run.test(numbers(1, 4));
  const pipeline::DrainReport report = run.drain(5s);
  EXPECT_TRUE(report.drained);
  EXPECT_THAT(receipts->done(), ElementsAre(0, 1, 2, 3));
  EXPECT_FALSE(run.coordinator().alive());
  world.settle();
  EXPECT_EQ(world->stage_count(), 0U);
}

SCENARIO(BW_063_ADrainFlushesBatches) {
  const Notes<Seen> batches;
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch(noting(batches), {.size = 4, .within = 1h}) | pipeline::start(world.runtime());
  const auto receipts = run.test({1, 2});
  world.settle();
  EXPECT_TRUE(run.drain(5s).drained);
  EXPECT_THAT(batches.all(), ElementsAre(Seen{{1, 2}, "default", "", BatchTrigger::flush, {}}));
  EXPECT_THAT(text(receipts->all()), ElementsAre("0 1 |"));
}

/// Emits one message when it is drained, and would emit another later.
class Last final : public Producer<Message<int>>, public pipeline::Drains {
 public:
  explicit Last(std::shared_ptr<Receipts> receipts) : receipts_(std::move(receipts)) {}

 private:
  void handle_demand(Demand /*n*/) override {}
  void handle_drain() override {
    emit(Message<int>(1, receipts_, 1));
    after(1ms);
  }
  void handle_timer(TimerId /*timer*/) override { emit(Message<int>(2, receipts_, 2)); }
  std::shared_ptr<Receipts> receipts_;
};

SCENARIO(BW_064_WhatASourceEmitsWhenDrainedIsHandled) {
  const auto receipts = std::make_shared<Receipts>();
  const auto run =
      pipeline::from<Last>({}, receipts) | process(nothing, one(10, 5)) | pipeline::start(world.runtime());
  world.settle();
  EXPECT_TRUE(run.drain(5s).drained);
  world.advance(10ms);
  EXPECT_THAT(text(receipts->all()), ElementsAre("1 |"));
}

SCENARIO(BW_066_AKilledTreeEndsThePipeline) {
  const auto run =
      from_pushes<int>() | process(nothing, one(10, 5)) | pipeline::start(world.runtime(), {.name = "p"});
  world->find<Supervisor>("p.supervisor")->kill();
  const auto why = run.wait(5s);
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->kind(), Reason::Kind::failure);
  EXPECT_THAT(std::string(why->text()), HasSubstr("killed"));
}

SCENARIO(BW_067_StoppedByNameOrByHandle) {
  const auto first =
      from_pushes<int>() | process(nothing, one(10, 5)) | pipeline::start(world.runtime(), {.name = "first"});
  const auto second = from_pushes<int>() | process(nothing, one(10, 5)) |
                      pipeline::start(world.runtime(), {.name = "second"});
  world->find<pipeline::Coordinator>("first")->stop();
  EXPECT_TRUE(second.drain(5s).drained);
  world.settle();
  EXPECT_FALSE(world->find<pipeline::Coordinator>("first").has_value());
  EXPECT_FALSE(world->find<pipeline::Coordinator>("second").has_value());
  EXPECT_EQ(world->stage_count(), 0U);
}

SCENARIO(BW_068_PartsAreNamed) {
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch([](Batch<int>&) {}, {.concurrency = 12}) |
                   batch("b1", [](Batch<int>&) {}, {.concurrency = 13}) | pipeline::start(world.runtime());
  std::vector<std::string> names;
  for (const pipeline::Part& part : run.parts())
    names.push_back(part.name + " " + std::to_string(part.stages));
  EXPECT_THAT(names,
              ElementsAre("source 1", "step_1 1", "default 1", "default.batch 12", "b1 1", "b1.batch 13"));
}

SCENARIO(BW_069_StagesAreNamedForTheirPipeline) {
  const auto run = from_pushes<int>({.concurrency = 2}) |
                   process(nothing, {.name = "clean", .concurrency = 1}) |
                   pipeline::start(world.runtime(), {.name = "orders"});
  EXPECT_TRUE(world->find<pipeline::PushSource<int>>("orders.source_1").has_value());
  EXPECT_TRUE((world->find<pipeline::LastProcessStage<int, int>>("orders.clean_0").has_value()));
  EXPECT_THROW(from_pushes<int>() | process(nothing, one(10, 5)) |
                   pipeline::start(world.runtime(), {.name = "orders"}),
               StartError);
}

// -- beyond the numbers

SCENARIO_OF(Drain, TwiceIsOnce) {
  const auto run = from_pushes<int>() | process(nothing, one(1, 0)) | pipeline::start(world.runtime());
  const auto receipts = run.test(numbers(1, 4));
  run.begin_drain(5s);
  EXPECT_TRUE(run.drain(5s).drained);
  EXPECT_TRUE(run.drain(5s).drained);
  EXPECT_EQ(receipts->done().size(), 4U);
}

SCENARIO_OF(Drain, APausedPipelineDrains) {
  const auto receipts = std::make_shared<Receipts>();
  const auto run = pipeline::from(numbers(1, 100), {}, receipts) | process(nothing, one(10, 5)) |
                   pipeline::start(world.runtime());
  run.pause();
  EXPECT_TRUE(run.drain(5s).drained);
  EXPECT_FALSE(run.coordinator().alive());
  EXPECT_THAT(receipts->failed(), IsEmpty());
}

SCENARIO_OF(Drain, ItsTimeIsShort) {
  const auto busy = [](Message<int>& /*message*/) {};
  const auto run = from_pushes<int>({.rate_limit = pipeline::RateLimit{1, 1h}}) | process(busy, one(1, 0)) |
                   pipeline::start(world.runtime(), {.name = "p"});
  const auto receipts = run.test(numbers(1, 3));
  world.settle();
  run.begin_drain(10ms);
  world.settle();
  world.advance(10ms);
  world.settle();
  EXPECT_FALSE(run.coordinator().alive());
  EXPECT_THAT(receipts->done(), ElementsAre(0));
  EXPECT_THAT(receipts->failed(), ElementsAre(1, 2));
  EXPECT_EQ(world.logged(Severity::warning, "not drained in time"), 1U);
  EXPECT_EQ(world->stage_count(), 0U);
}

SCENARIO_OF(Drain, OneWhoseStagesWereKilledHasNotDrained) {
  const auto run = from_pushes<int>({.rate_limit = pipeline::RateLimit{1, 1h}}) |
                   process(nothing, one(1, 0)) | pipeline::start(world.runtime(), {.name = "p"});
  const auto receipts = run.test(numbers(1, 3));
  world.settle();
  const auto report = std::make_shared<pipeline::DrainReport>();
  run.coordinator().cast(&pipeline::Coordinator::drain_into, Duration(5s), report);
  world.settle();
  world->find<Supervisor>("p.supervisor")->kill();
  EXPECT_EQ(run.wait(5s)->kind(), Reason::Kind::failure);
  EXPECT_FALSE(report->drained);
  EXPECT_THAT(receipts->failed(), ElementsAre(1, 2));
}

SCENARIO_OF(Drain, PauseHoldsSourcesAndResumeLetsThemGo) {
  const auto receipts = std::make_shared<Receipts>();
  const auto described = pipeline::from(numbers(1, 1000), {}, receipts) | process(nothing, one(10, 5));
  const auto run = described | pipeline::start(world.runtime());
  run.pause();
  run.resume();
  EXPECT_EQ(run.wait(5s), Reason::normal());
  EXPECT_EQ(receipts->done().size(), 1000U);
}

SCENARIO_OF(Drain, ARuntimeThatShutsDownSettlesEverything) {
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch([](Batch<int>&) {}, {.size = 7, .within = 1h}) | pipeline::start(world.runtime());
  const auto receipts = run.test(numbers(1, 20));
  world.settle();
  EXPECT_TRUE(world->shutdown(5s).drained);
  EXPECT_EQ(receipts->done().size(), 20U);
  EXPECT_EQ(world->stage_count(), 0U);
}

}  // namespace
}  // namespace sluice::pipeline_tests
