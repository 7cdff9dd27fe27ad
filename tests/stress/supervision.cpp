#include <array>
#include <string>

#include "stress.hpp"

namespace sluice::stress {
namespace {

/// How many of the children exist, and whether one ever existed twice.
struct Census {
  std::array<std::atomic<int>, 64> alive{};
  std::atomic<int> twice{0};
  std::atomic<int> starts{0};
};

class Citizen : public Producer<int> {
 public:
  Citizen(std::shared_ptr<Census> census, std::size_t number) : census_(std::move(census)), number_(number) {
    if (census_->alive[number_].fetch_add(1) != 0) census_->twice.fetch_add(1);
    census_->starts.fetch_add(1);
  }
  ~Citizen() override { census_->alive[number_].fetch_sub(1); }
  void crash() { throw std::runtime_error("crashed"); }

 private:
  void handle_demand(Demand n) override {
    emit_n(std::min<Demand>(n, 10), [] { return 1; });
  }
  std::shared_ptr<Census> census_;
  std::size_t number_;
};

ChildSpec citizen(const std::shared_ptr<Census>& census, std::size_t number) {
  const std::string name = "c" + std::to_string(number);
  return child<Citizen>({.id = name, .options = {.name = name}}, census, number);
}

ChildSpec village(const std::shared_ptr<Census>& census, std::size_t first, Strategy strategy) {
  std::vector<ChildSpec> specs;
  for (std::size_t i = first; i < first + 8; ++i) specs.push_back(citizen(census, i));
  const std::string name = "v" + std::to_string(first);
  return child<Supervisor>({.id = name, .options = {.name = name}},
                           SupervisorOptions{.strategy = strategy, .max_restarts = unlimited},
                           std::move(specs));
}

TEST(Supervision, NoChildLeaksAndNoneExistsTwiceInAStorm) {
  const Watchdog watchdog("NoChildLeaksAndNoneExistsTwiceInAStorm");
  const auto census = std::make_shared<Census>();
  {
    Runtime runtime({.workers = 4, .log = [](const LogRecord& /*record*/) {}});
    auto land = runtime.start(
        supervisor({.max_restarts = unlimited}, village(census, 0, Strategy::one_for_one),
                   village(census, 8, Strategy::one_for_all), village(census, 16, Strategy::rest_for_one)));
    on_threads(4, [&](int thread) {
      Random dice(static_cast<std::uint64_t>(thread) + 1);
      for (int i = 0; i < 300 * scale; ++i) {
        const std::size_t number = dice.below(24);
        const auto found = runtime.find<Citizen>("c" + std::to_string(number));
        if (found && dice.below(4) == 0) {
          found->kill();
        } else if (found) {
          found->cast(&Citizen::crash);
        }
        if (dice.below(50) != 0) continue;
        const auto nested = runtime.find<Supervisor>("v" + std::to_string(number / 8 * 8));
        if (nested && dice.below(2) == 0) {
          nested->kill();
        } else if (nested) {
          nested->stop_async(Reason("go away"));
        }
      }
    });
    runtime.settle();
    EXPECT_EQ(runtime.stage_count(), 4U + 24U);
    for (std::size_t i = 0; i < 24; ++i) EXPECT_EQ(census->alive[i].load(), 1) << i;
    land.stop();
    runtime.settle();
    EXPECT_EQ(runtime.stage_count(), 0U);
  }
  EXPECT_EQ(census->twice.load(), 0);
  EXPECT_GT(census->starts.load(), 24);
  for (const auto& count : census->alive) EXPECT_EQ(count.load(), 0);
}

TEST(Supervision, SubscriptionsAreRenewedInAStorm) {
  const Watchdog watchdog("SubscriptionsAreRenewedInAStorm");
  const auto census = std::make_shared<Census>();
  std::atomic<int> heard{0};
  Runtime runtime({.workers = 4, .log = [](const LogRecord& /*record*/) {}});
  auto land =
      runtime.start(supervisor({.max_restarts = unlimited}, village(census, 0, Strategy::one_for_all)));
  auto sink = runtime.start(consume<int>([&heard](int n) { heard.fetch_add(n); }));
  const RetryOptions quick = {.first = std::chrono::milliseconds(1), .most = std::chrono::milliseconds(4)};
  for (int i = 0; i < 8; ++i) {
    sink.subscribe_to(by_name<Citizen>("c" + std::to_string(i)),
                      {.on_cancel = OnCancel::retry, .retry = quick});
  }
  Random dice(1);
  for (int i = 0; i < 20 * scale; ++i) {
    const int before = heard.load();
    if (const auto found = runtime.find<Citizen>("c" + std::to_string(dice.below(8))))
      found->cast(&Citizen::crash);
    while (heard.load() < before + 10) std::this_thread::yield();  // the watchdog looks after it
  }
  EXPECT_TRUE(sink.alive());
}

}  // namespace
}  // namespace sluice::stress
