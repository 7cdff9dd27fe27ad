#include "pipeline/pipelines.hpp"

namespace sluice::pipeline_tests {
namespace {

using pipeline::batch;
using pipeline::from_pushes;
using pipeline::process;

/// Emits numbers from `first` on, as many as are asked for; ends behind `last`.
class Counter final : public Producer<Message<int>> {
 public:
  Counter(int first, int last, std::shared_ptr<Receipts> receipts)
      : next_(first), last_(last), receipts_(std::move(receipts)) {}

 private:
  void handle_demand(Demand n) override {
    for (; n != 0 && next_ <= last_; --n, ++next_)
      emit(Message<int>(next_, receipts_, static_cast<std::uint64_t>(next_)));
    if (next_ > last_) info([this] { stop(); });
  }
  int next_;
  int last_;
  std::shared_ptr<Receipts> receipts_;
};

SCENARIO_EXCLUDED_BY_TYPE(BW_001_ANameIsText) {
  static_assert(!std::is_convertible_v<int, decltype(pipeline::PipelineOptions::name)>);
}

template <class O>
concept HasBatchSizy = requires(O options) { options.batch_sizy; };

SCENARIO_EXCLUDED_BY_TYPE(BW_002_OptionsAreKnown) { static_assert(!HasBatchSizy<pipeline::BatchOptions>); }

SCENARIO_EXCLUDED_BY_TYPE(BW_003_ASplitterTakesAnAccumulatorAndTheData) {
  static_assert(pipeline::detail::SplitFunction<pipeline::Split (*)(int&, const int&), int, int>);
  static_assert(!pipeline::detail::SplitFunction<pipeline::Split (*)(int&), int, int>);
  static_assert(!std::is_convertible_v<pipeline::Split (*)(int&), decltype(pipeline::BatchOptions::size)>);
}

SCENARIO(BW_004_ASplitterNeedsAMaxDemand) {
  const auto split =
      pipeline::split_by(10, [](int& /*left*/, const int& /*n*/) { return pipeline::Split::emit; });
  const auto before = from_pushes<int>() | process(nothing);
  try {
    static_cast<void>(before | batch([](Batch<int>&) {}, {}, split));
    FAIL();
  } catch (const OptionError& error) {
    EXPECT_EQ(error.field(), "max_demand");
  }
  EXPECT_EQ(world->stage_count(), 0U);
}

SCENARIO(BW_006_PartsAreAsMany) {
  const auto run = from_pushes<int>({.concurrency = 3}) | process(nothing, {.concurrency = 13}) |
                   batch("p1", [](Batch<int>&) {}, {.concurrency = 2}) |
                   batch("p2", [](Batch<int>&) {}, {.concurrency = 3}) | pipeline::start(world.runtime());
  std::vector<std::size_t> stages;
  for (const pipeline::Part& part : run.parts()) stages.push_back(part.stages);
  EXPECT_THAT(stages, ElementsAre(3, 13, 1, 2, 1, 3));
  EXPECT_EQ(run.parts()[0].name, "source");
}

SCENARIO(BW_008_WhatItNeedsIsStartedBeforeIt) {
  class Helper final : public Stage {};
  const auto described = from_pushes<int>() | process(nothing, one(10, 5));
  const auto tree =
      world->start(supervisor({.strategy = Strategy::rest_for_one}, sluice::child<Helper>("helper"),
                              pipeline::child({.id = "pipeline"}, described)));
  EXPECT_EQ(tree.children().size(), 2U);
  EXPECT_EQ(tree.children()[0].id, "helper");
}

SCENARIO(BW_009_ASourceThatCannotBeMadeFailsTheStart) {
  const auto make = [](std::size_t /*index*/) -> std::unique_ptr<Counter> {
    throw std::runtime_error("no file");
  };
  const auto described = pipeline::from(make) | process(nothing, one(10, 5));
  try {
    described | pipeline::start(world.runtime());
    FAIL();
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no file"));
  }
  world.settle();
  EXPECT_EQ(world->stage_count(), 0U);
}

SCENARIO(BW_010_ASourceKnowsItsIndex) {
  const Notes<std::size_t> made;
  const auto receipts = std::make_shared<Receipts>();
  const auto make = [made, receipts](std::size_t index) {
    made.add(index);
    return std::make_unique<Counter>(1, 1, receipts);
  };
  const auto run = pipeline::from(make, {.concurrency = 2}) | process(nothing, one(10, 5)) |
                   pipeline::start(world.runtime());
  world.settle();
  EXPECT_THAT(made.all(), UnorderedElementsAre(0U, 1U));
  EXPECT_EQ(receipts->done().size(), 2U);
}

SCENARIO(BW_012_SeveralStepsAreFine) {  // P10
  const auto receipts = std::make_shared<Receipts>();
  const auto run = pipeline::from<Counter>({}, 1, 3, receipts) | process(nothing, one(10, 5)) |
                   process([](int n) { return n * 2; }, one(10, 5)) | pipeline::start(world.runtime());
  world.settle();
  EXPECT_THAT(receipts->done(), ElementsAre(1, 2, 3));
}

SCENARIO(BW_049_AMappingStepIsTheTransformer) {
  const Notes<std::string> out;
  const auto run =
      from_pushes<int>() | process([](int n) { return std::to_string(n) + " transformed"; }, one(10, 5)) |
      process([out](std::string& text) { out.add(text); }, one(10, 5)) | pipeline::start(world.runtime());
  static_cast<void>(run.test({1, 2}));
  world.settle();
  EXPECT_THAT(out.all(), ElementsAre("1 transformed", "2 transformed"));
}

SCENARIO(BW_050_ATransformerThatThrowsFailsOneEvent) {  // P4
  const auto run = from_pushes<int>() |
                   process(
                       [](int n) {
                         if (n < 0) throw std::runtime_error("kill");
                         return n;
                       },
                       one(10, 5)) |
                   pipeline::start(world.runtime(), {.name = "p"});
  const auto source = world->find<pipeline::PushSource<int>>("p.source_0");
  const auto first = run.test({1, 2});
  const auto second = run.test({-1, 3});
  world.settle();
  EXPECT_THAT(first->done(), ElementsAre(0, 1));
  EXPECT_THAT(second->done(), ElementsAre(1));
  EXPECT_THAT(second->failed(), ElementsAre(0));
  EXPECT_TRUE(source->alive());
}

SCENARIO_EXCLUDED_BY_TYPE(BW_051_SourcesEmitMessages) {
  class Raw : public Producer<int> {
    void handle_demand(Demand /*n*/) override {}
  };
  static_assert(!pipeline::detail::MessageSource<Raw>);
  static_assert(pipeline::detail::MessageSource<Counter>);
}

SCENARIO(BW_052_OnlyTheSourceIsStartedAnew) {
  const auto run = from_pushes<int>({.resubscribe_after = 100ms}) | process(nothing, one(10, 5)) |
                   pipeline::start(world.runtime(), {.name = "p"});
  const auto source = world->find<pipeline::PushSource<int>>("p.source_0").value();
  const AnyRef step = world->find<pipeline::LastProcessStage<int, int>>("p.step_1_0").value();
  source.stop(Reason::failure("the broker is gone"));
  world.settle();
  EXPECT_FALSE(source.alive());
  world.advance(200ms);
  EXPECT_EQ(AnyRef(world->find<pipeline::LastProcessStage<int, int>>("p.step_1_0").value()), step);
  const auto receipts = run.test({1});
  world.settle();
  EXPECT_THAT(receipts->done(), ElementsAre(0));
}

SCENARIO(BW_054_ABatcherThatIsKilledFailsWhatItHolds) {
  const auto run = from_pushes<int>() | process(nothing, one(2, 1)) | batch([](Batch<int>&) {}, {.size = 2}) |
                   pipeline::start(world.runtime(), {.name = "p"});
  const auto before = run.test({1, 2});
  world.settle();
  const auto held = run.test({3});
  world.settle();
  EXPECT_THAT(before->done(), ElementsAre(0, 1));
  const AnyRef step = world->find<pipeline::ProcessStage<int, int>>("p.step_1_0").value();
  world->find<pipeline::BatcherStage<int>>("p.default_0")->kill();
  world.settle();
  EXPECT_THAT(held->failed(), ElementsAre(0));
  EXPECT_THAT(held->all()[0].failed[0].reason.text(), HasSubstr("destroyed unsettled by p.default_0"));
  const auto after = run.test({6, 7});
  world.settle();
  EXPECT_THAT(after->done(), ElementsAre(0, 1));
  EXPECT_EQ(AnyRef(world->find<pipeline::ProcessStage<int, int>>("p.step_1_0").value()), step);
}

SCENARIO_EXCLUDED_BY_TYPE(BW_055_SourcesAreProducers) {
  class Sink : public Consumer<Message<int>> {
    void handle_events(Events<Message<int>> /*events*/, const Subscription& /*from*/) override {}
  };
  static_assert(!pipeline::detail::MessageSource<Sink>);
}

SCENARIO(BW_073_MetadataComesAlong) {
  const Notes<std::string> found;
  const auto note = [found](Message<int>& message) {
    const auto* const text = std::any_cast<std::string>(&message.metadata());
    found.add(text != nullptr ? *text : "none");
  };
  const auto run = from_pushes<int>() | process(note, one(10, 5)) | pipeline::start(world.runtime());
  Events<Message<int>> messages;
  messages.push_back(Message<int>(1));
  messages.push_back(Message<int>(2));
  Message<int> with(3);
  with.metadata() = std::string("v");
  messages.push_back(std::move(with));
  run.push(std::move(messages));
  world.settle();
  EXPECT_THAT(found.all(), ElementsAre("none", "none", "v"));
}

// -- beyond the numbers

SCENARIO_OF(Source, APipelineIsDoneWithItsRange) {
  const auto receipts = std::make_shared<Receipts>();
  const Notes<Seen> batches;
  const auto run = pipeline::from(numbers(1, 10), {.concurrency = 2}, receipts) |
                   process(nothing, one(10, 5)) | batch(noting(batches), {.size = 4, .within = 1h}) |
                   pipeline::start(world.runtime());
  EXPECT_EQ(run.wait(), Reason::normal());
  EXPECT_EQ(receipts->done().size(), 10U);
  world.settle();
  EXPECT_EQ(world->stage_count(), 0U);
}

SCENARIO_OF(Source, StepsThatAreKilledAreStartedAnewWithTheirBatchers) {  // B5.3
  const auto run = from_pushes<int>() | process(nothing, one(10, 5)) |
                   batch([](Batch<int>&) {}, {.size = 4}) | pipeline::start(world.runtime(), {.name = "p"});
  const auto held = run.test({1, 2});
  world.settle();
  world->find<pipeline::ProcessStage<int, int>>("p.step_1_0")->kill();
  world.settle();
  EXPECT_EQ(held->settled(), 2U);  // flushed by the batcher that lost its steps, or failed by its end
  world.advance(1s);
  const auto after = run.test({1, 2, 3, 4});
  world.settle();
  EXPECT_EQ(after->done().size(), 4U);
}

}  // namespace
}  // namespace sluice::pipeline_tests
