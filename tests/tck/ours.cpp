// Every stage and dispatcher of the library keeps the rules.
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "sluice/sluice.hpp"
#include "sluice/testing/tck/tck.hpp"

namespace sluice::tck {
namespace {

std::vector<int> numbers(int count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// -- producers

TEST(Ours, FromRangeKeepsTheRules) {
  for (const int count : {0, 1, 7, 100, 1000}) {
    const Report report = verify_producer([count] { return from_range(numbers(count)); },
                                          {.events = static_cast<Demand>(count)});
    EXPECT_TRUE(report.passed()) << count << " events: " << report;
  }
}

TEST(Ours, FromRangeThatStopsWithItsLastConsumerKeepsTheRules) {
  const Report report = verify_producer(
      [] { return from_range(numbers(300), {.on_last_cancel = OnLastCancel::stop}); }, {.events = 300});
  EXPECT_TRUE(report.passed()) << report;
}

TEST(Ours, ProduceKeepsTheRules) {
  const Report report = verify_producer([] { return produce([n = 0L]() mutable { return n++; }); });
  EXPECT_TRUE(report.passed()) << report;
}

TEST(Ours, ProduceKeepsTheRulesWithEveryDispatcher) {
  const auto with = [](auto make_dispatcher, ProducerTerms terms = {}) {
    const Report report = verify_producer(
        [=] { return produce([n = 0]() mutable { return n++; }, {.dispatcher = make_dispatcher()}); }, terms);
    EXPECT_TRUE(report.passed()) << report;
  };
  with([] { return by_demand({.shuffle = true, .seed = 3}); });
  with([] { return broadcast(); });
  with([] { return round_robin(); });
  with([] { return partition(3); }, {.partitions = 3});
  with([] { return partition(3, {.several = true}); }, {.partitions = 3});
}

TEST(Ours, ProduceOfEventsThatOnlyMoveKeepsTheRules) {
  const Report report =
      verify_producer([] { return produce([n = 0]() mutable { return std::make_unique<int>(n++); }); });
  EXPECT_TRUE(report.passed()) << report;
}

TEST(Ours, AnInletKeepsTheRules) {
  const auto filled = [](Runtime& runtime, StartOptions options) {
    auto [inlet, ref] = runtime.start_inlet<int>({.capacity = 60}, std::move(options));
    for (int n = 0; n != 60; ++n) static_cast<void>(inlet.try_push(n));
    inlet.close();
    return ref;
  };
  const Report closed = verify_producer(filled, {.events = 60});
  EXPECT_TRUE(closed.passed()) << closed;
}

TEST(Ours, AnInletThatStaysOpenKeepsTheRules) {
  const auto filled = [](Runtime& runtime, StartOptions options) {
    auto [inlet, ref] = runtime.start_inlet<int>({.capacity = 60}, std::move(options));
    for (int n = 0; n != 60; ++n) static_cast<void>(inlet.try_push(n));
    return ref;
  };
  const Report open = verify_producer(filled, {.events = 60, .when_exhausted = WhenExhausted::waits});
  EXPECT_TRUE(open.passed()) << open;
}

// -- transforms and consumers

TEST(Ours, TransformKeepsTheRules) {
  const Report report = verify_transform([] { return transform<int>([](int n) { return 2 * n; }); },
                                         {.expected = [](const std::vector<int>& in) {
                                           std::vector<int> out = in;
                                           for (int& n : out) n *= 2;
                                           return out;
                                         }});
  EXPECT_TRUE(report.passed()) << report;
}

TEST(Ours, TransformKeepsTheRulesWithoutAModel) {
  const Report report =
      verify_transform([] { return transform<int>([](int n) { return std::to_string(n); }); });
  EXPECT_TRUE(report.passed()) << report;
}

TEST(Ours, ConsumeKeepsTheRules) {
  const Report one = verify_consumer([] { return consume<std::string>([](std::string) {}); });
  EXPECT_TRUE(one.passed()) << one;
  const Report batch = verify_consumer([] { return consume<int>([](Events<int>) {}); });
  EXPECT_TRUE(batch.passed()) << batch;
}

// -- dispatchers

TEST(Ours, DemandDispatchersKeepTheRules) {
  const Report plain = verify_dispatcher<int>([] { return by_demand(); });
  EXPECT_TRUE(plain.passed()) << plain;
  const Report shuffled = verify_dispatcher<int>([] { return by_demand({.shuffle = true, .seed = 9}); });
  EXPECT_TRUE(shuffled.passed()) << shuffled;
}

TEST(Ours, RoundRobinKeepsTheRules) {
  const Report report = verify_dispatcher<std::string>([] { return round_robin(); });
  EXPECT_TRUE(report.passed()) << report;
}

TEST(Ours, BroadcastKeepsTheRules) {
  const Report report = verify_dispatcher<int>([] { return broadcast(); }, {.sharing = Sharing::all});
  EXPECT_TRUE(report.passed()) << report;
}

TEST(Ours, PartitionsKeepTheRules) {
  const auto by_hash = [](const int& n) -> std::optional<std::size_t> {
    return bucket_of(Hash<int>{}(n), 3);
  };
  const Report hashed =
      verify_dispatcher<int>([] { return partition(3); }, {.partitions = 3, .route = by_hash});
  EXPECT_TRUE(hashed.passed()) << hashed;
  const Report several = verify_dispatcher<int>([] { return partition(3, {.several = true}); },
                                                {.partitions = 3, .route = by_hash});
  EXPECT_TRUE(several.passed()) << several;
}

TEST(Ours, PartitionsWithARouteThatDropsKeepTheRules) {
  const auto route = [](const int& n) -> std::optional<std::size_t> {
    if (n % 7 == 6) return std::nullopt;
    return static_cast<std::size_t>(n % 3);
  };
  for (const bool several : {false, true}) {
    const Report report = verify_dispatcher<int>([=] { return partition(3, route, {.several = several}); },
                                                 {.partitions = 3, .route = route});
    EXPECT_TRUE(report.passed()) << report;
  }
}

}  // namespace
}  // namespace sluice::tck
