#include <limits>

#include "flow/keyed.hpp"

namespace sluice::flow_tests {
namespace {

using namespace std::chrono_literals;

constexpr auto parity = [](int n) { return n % 2; };

SCENARIO_OF(DistinctBy, LetsTheFirstOfEachKeyThroughAtOnce) {
  const auto firsts = flow::from(std::views::iota(0, 1'000'000'000), {.stages = 1}) |
                      flow::distinct_by([](int n) { return n / 3; });
  std::vector<int> some;
  for (const int n : firsts | flow::to_range(world.runtime())) {
    some.push_back(n);
    if (some.size() == 4) break;
  }
  EXPECT_THAT(some, ElementsAre(0, 3, 6, 9));
}

SCENARIO_OF(DistinctBy, LetsAKeyThroughAgainWhenItsTimeIsOver) {
  const auto times_let_through = [&](flow::Expire expire) {
    Driven<int, int> fed(world, [&](auto source) {
      return std::move(source) |
             flow::distinct_by(std::identity{}, {.max_keys = 2, .expire_after = 100ms, .expire = expire});
    });
    for (int i = 0; i != 5; ++i) {
      fed.push({1, 2, 1});
      world.advance(40ms);
    }
    world.advance(60ms);
    fed.push({1});
    fed.end();
    return fed.take();
  };
  EXPECT_THAT(times_let_through(flow::Expire::by_creation), ElementsAre(1, 2, 1, 2, 1));
  EXPECT_THAT(times_let_through(flow::Expire::by_last_use), ElementsAre(1, 2, 1));
}

SCENARIO_OF(DistinctBy, FailsTheFlowByNameWhenThereAreMoreKeysThanMaxKeys) {
  const auto firsts = flow::from(std::vector{1, 1, 2, 2, 3}, {.stages = 1}) |
                      flow::distinct_by(std::identity{}, {.max_keys = 2});
  EXPECT_THAT(failure_of(firsts, world),
              HasSubstr("distinct_by: another key came, and it holds 2 already; max_keys is 2"));
}

SCENARIO_OF(DistinctBy, TakesAllNansForOneKey) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto firsts =
      flow::from(std::vector{nan, -nan, nan}, {.stages = 1}) | flow::distinct_by(std::identity{});
  EXPECT_EQ(events_of(firsts, world).size(), 1U);
}

TEST(DistinctBy, SaysWhatIsWrongWithItsOptions) {
  EXPECT_EQ(problem_of([] { return flow::distinct_by(parity, {.max_keys = 0}); }),
            "max_keys: must be at least 1, got 0");
  EXPECT_EQ(problem_of([] { return flow::distinct_by(parity, {.expire_after = 0ms}); }),
            "expire_after: must be positive, got 0ns");
}

}  // namespace
}  // namespace sluice::flow_tests
