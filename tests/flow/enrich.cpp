#include <atomic>
#include <cmath>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>

#include "flow/flow.hpp"

namespace sluice::flow_tests {
namespace {

using Prices = flow::Table<std::string, int>;

struct Order {
  std::string product;
  int pieces;
};

[[nodiscard]] auto orders() {
  return flow::from(std::vector<Order>{{"nail", 3}, {"screw", 2}, {"bolt", 1}}, {.stages = 1});
}
constexpr auto cost = [](const Order& order, const int* price) {
  return price != nullptr ? order.pieces * *price : -1;
};

SCENARIO_OF(Enrich, GivesEachEventItsValueOrNull) {
  const Prices prices({{"nail", 10}, {"screw", 20}});
  EXPECT_THAT(events_of(orders() | flow::enrich(prices, &Order::product, cost), world),
              ElementsAre(30, 40, -1));
}

SCENARIO_OF(Enrich, FromAMapThatNeverChanges) {
  const auto prices = std::make_shared<const std::map<std::string, int>>(
      std::map<std::string, int>{{"bolt", 5}, {"screw", 20}});
  EXPECT_THAT(events_of(orders() | flow::enrich(prices, &Order::product, cost), world),
              ElementsAre(-1, 40, 5));
}

SCENARIO_OF(Enrich, OneBatchSeesOneMap) {
  const flow::Table<int, int> table({{0, 0}});
  // Each event puts a new map in: the events of its batch go on seeing the one the batch began with.
  const auto seen = flow::from(std::views::iota(0, 100), {.stages = 1, .max_demand = 10, .min_demand = 0}) |
                    flow::enrich(
                        table, [](int) { return 0; },
                        [table](int n, const int* value) {
                          const int now = *value;
                          table.replace({{0, n + 1}});
                          return now;
                        });
  std::vector<int> expected;
  for (int n = 0; n != 100; ++n) expected.push_back(n / 10 * 10);
  EXPECT_EQ(events_of(seen, world), expected);
}

SCENARIO_OF(Enrich, AChangeIsSeenByTheNextRunAndTheNextBatch) {
  const Prices prices({{"nail", 10}});
  const auto flow = orders() | flow::enrich(prices, &Order::product, cost);
  EXPECT_THAT(events_of(flow, world), ElementsAre(30, -1, -1));
  prices.update([](auto& map) { map["bolt"] = 7; });
  EXPECT_THAT(events_of(flow, world), ElementsAre(30, -1, 7));
  prices.replace({});
  EXPECT_THAT(events_of(flow, world), ElementsAre(-1, -1, -1));
  EXPECT_EQ(prices.version(), 2U);
}

SCENARIO_OF(Enrich, BehindAWindow) {
  const flow::Table<int, int> weights({{1, 100}, {2, 200}});
  const auto sums = flow::from(std::vector{1, 2, 3, 1}, {.stages = 1}) | flow::window::count(2) |
                    flow::enrich(
                        weights, [](int n) { return n; },
                        [](int, const int* weight) { return weight != nullptr ? *weight : 0; }) |
                    flow::reduce(0, std::plus{});
  EXPECT_THAT(events_of(sums, world), ElementsAre(300, 100, 0));
}

SCENARIO_OF(Enrich, UnderAGuardAndInParallel) {
  const Prices prices({{"nail", 10}});
  const auto strict = [](const Order& order, const int* price) {
    if (price == nullptr) throw std::runtime_error("no price for " + order.product);
    return order.pieces * *price;
  };
  const auto enriched = flow::guard(flow::failure::skip(), flow::enrich(prices, &Order::product, strict));
  EXPECT_THAT(events_of(orders() | enriched, world), ElementsAre(30));
  EXPECT_THAT(events_of(orders() | flow::parallel_map(enriched, {.stages = 3, .max_demand = 1}), world),
              ElementsAre(30));
}

SCENARIO_OF(Enrich, AKeyThatIsNotEqualToItselfIsMissing) {
  const auto numbers = std::make_shared<const std::unordered_map<double, int>>(
      std::unordered_map<double, int>{{1.0, 1}, {std::nan(""), 2}});
  const auto found =
      flow::from(std::vector{1.0, std::nan("")}, {.stages = 1}) |
      flow::enrich(
          numbers, [](double n) { return n; }, [](double, const int* value) { return value != nullptr; });
  EXPECT_THAT(events_of(found, world), ElementsAre(true, false));
}

struct ThrowingHash {
  std::size_t operator()(int n) const {
    if (n == 13) throw std::runtime_error("unlucky");
    return static_cast<std::size_t>(n);
  }
};

SCENARIO_OF(Enrich, AHashThatThrowsFailsTheFlow) {
  const auto table = std::make_shared<const std::unordered_map<int, int, ThrowingHash>>(
      std::unordered_map<int, int, ThrowingHash>{{1, 1}, {2, 2}, {3, 3}});
  const auto flow =
      flow::from(std::vector{1, 13}, {.stages = 1}) |
      flow::enrich(table, [](int n) { return n; }, [](int n, const int* /*value*/) { return n; });
  try {
    static_cast<void>(events_of(flow, world));
    ADD_FAILURE() << "the flow completed";
  } catch (const flow::FlowFailed& failed) {
    EXPECT_EQ(failed.outcome().reason, Reason("unlucky"));
  }
}

TEST(Table, AnUpdateThatThrowsChangesNothing) {
  const flow::Table<int, int> table({{1, 1}});
  EXPECT_THROW(table.update([](auto& map) {
    map[2] = 2;
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.version(), 0U);
  table.update([](auto& map) { map[3] = 3; });  // the next one is not held up
  EXPECT_EQ(table.size(), 2U);
}

TEST(Table, CopiesAreOneTable) {
  const flow::Table<int, int> table;
  const flow::Table<int, int> copy = table;
  copy.replace({{1, 1}});
  EXPECT_EQ(table.size(), 1U);
}

TEST(Table, UpdatesOfSeveralThreadsAreAllThereAndReadersSeeWholeMaps) {
  const flow::Table<int, int> table;
  std::atomic<bool> torn = false;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t != 2; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i != 200; ++i) {
          table.update([&](auto& map) {
            map[2 * (1000 * t + i)] = i;
            map[2 * (1000 * t + i) + 1] = i;
          });
        }
      });
    }
    threads.emplace_back([&] {
      for (int i = 0; i != 500; ++i)
        if (table.snapshot()->size() % 2 != 0) torn = true;
    });
  }
  EXPECT_FALSE(torn);
  EXPECT_EQ(table.size(), 800U);
  EXPECT_EQ(table.version(), 400U);
}

TEST(Enrich, NeedsATable) {
  const std::shared_ptr<const std::map<int, int>> none;
  EXPECT_THROW(static_cast<void>(flow::enrich(
                   none, [](int n) { return n; }, [](int n, const int*) { return n; })),
               OptionError);
}

}  // namespace
}  // namespace sluice::flow_tests
