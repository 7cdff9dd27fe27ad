#include "pipeline/pipelines.hpp"
#include "sluice/core/random.hpp"
#include "sluice/testing/seeds.hpp"

namespace sluice::pipeline_tests {
namespace {

using pipeline::batch;
using pipeline::process;

/// Emits so many messages, each tag once whatever becomes of the stages.
class Tagged final : public Producer<Message<int>> {
 public:
  Tagged(std::shared_ptr<std::size_t> next, std::size_t count, std::shared_ptr<Receipts> receipts)
      : next_(std::move(next)), count_(count), receipts_(std::move(receipts)) {}

 private:
  void handle_demand(Demand n) override {
    for (; n != 0 && *next_ < count_; --n, ++*next_)
      emit(Message<int>(static_cast<int>(*next_), receipts_, *next_));
    if (*next_ == count_) info([this] { stop(); });
  }
  std::shared_ptr<std::size_t> next_;
  std::size_t count_;
  std::shared_ptr<Receipts> receipts_;
};

/// Whether each of `count` tags was settled, and none twice.
void each_is_settled_once(const Receipts& receipts, std::size_t count) {
  std::vector<int> times(count, 0);
  for (const std::uint64_t tag : receipts.done()) ++times[tag];
  for (const std::uint64_t tag : receipts.failed()) ++times[tag];
  EXPECT_THAT(times, ::testing::Each(1));
}

/// Kills some stage of the pipeline, or crashes it, if it runs.
void end_one(const pipeline::AnyPipelineHandle& run, const std::vector<pipeline::Part>& parts, Random& dice) {
  const pipeline::Part& part = parts[dice.below(parts.size())];
  const std::string name = "p." + part.name + "_" + std::to_string(dice.below(part.stages));
  const HostPtr stage = run.coordinator().host()->find(name);
  if (!stage) return;
  if (dice.below(2) == 0) {
    stage->kill();
  } else {
    AnyRef(stage).stop_async(Reason::failure("crashed"));
  }
}

TEST(Conservation, EveryMessageIsSettledOnceWhateverIsKilled) {
  const auto quiet = [](const LogRecord& /*record*/) {};
  std::size_t failed = 0;
  std::size_t done = 0;
  testing::for_each_seed(
      200,
      [&](Simulation& world) {
        Random dice(world.seed());
        const std::size_t count = 20 + dice.below(200);
        const auto receipts = std::make_shared<Receipts>();
        const auto next = std::make_shared<std::size_t>(0);
        const auto unlucky = [](int n) {
          if (n % 17 == 0) throw std::runtime_error("unlucky");
        };
        const auto handle = [](Batch<int>& messages) {
          if (messages.begin()->data() % 29 == 0) throw std::runtime_error("unlucky batch");
        };
        const pipeline::ProcessOptions steps{.concurrency = 1 + dice.below(3),
                                             .max_demand = 1 + dice.below(20)};
        const pipeline::BatchOptions batches{.size = 1 + dice.below(9),
                                             .within = std::chrono::milliseconds(1 + dice.below(50)),
                                             .concurrency = 1 + dice.below(3)};
        const auto described = pipeline::from<Tagged>({}, next, count, receipts) | process(unlucky, steps) |
                               process(unlucky, steps) |
                               batch(handle, batches, pipeline::key_by([](int n) { return n % 3; }));
        const auto parts = pipeline::detail::blueprint_of(described).parts(1);
        const auto run = described | pipeline::start(world, {.name = "p", .max_restarts = unlimited});
        for (std::size_t ends = dice.below(6); ends != 0 && run.coordinator().alive(); --ends) {
          for (std::size_t turns = dice.below(200); turns != 0 && world.step();) --turns;
          end_one(run, parts, dice);
        }
        run.begin_drain(10s);
        world.advance(60s);
        EXPECT_EQ(world.stage_count(), 0U);
        each_is_settled_once(*receipts, *next);
        failed += receipts->failed().size();
        done += receipts->done().size();
      },
      {.log = quiet});
  EXPECT_GT(failed, done / 20);
  EXPECT_GT(done, failed);
}

}  // namespace
}  // namespace sluice::pipeline_tests
