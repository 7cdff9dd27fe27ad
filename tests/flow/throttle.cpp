#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "sluice/flow/operators/throttle.hpp"

namespace sluice::flow_tests {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

/// A stage whose clock the test moves.
class StillClock final : public flow::Surroundings {
 public:
  [[nodiscard]] Instant time() const override { return now; }
  TimerId alarm_after(Duration delay) override {
    alarm = now + delay;
    return TimerId{1};
  }
  TimerId alarm_every(Duration /*period*/) override { return {}; }
  void forget_alarm(TimerId /*alarm*/) override {}
  void write_log(Severity /*severity*/, std::string /*text*/) const override {}
  std::uint64_t draw() override { return 0; }
  void pause(SubscriptionId /*from*/) override {}
  void resume(SubscriptionId /*from*/) override {}

  Instant now = Instant{} + 1s;
  Instant alarm = {};
};

/// A batch may come when time is up and the alarm is still on its way.
TEST(PassOperator, NobodyOvertakesThoseWhoWait) {
  StillClock around;
  flow::Context context(around, 0, 1);
  flow::PassOperator pass{{}, {.events = 1, .per = 100ms}};
  auto state = pass.open<int>(context);
  std::vector<int> out;
  const auto next = [&](int&& n) { out.push_back(n); };
  for (const int n : {1, 2}) pass.push(state, context, int(n), next);
  pass.batch_end(state, context, next);
  EXPECT_THAT(out, ElementsAre(1));
  EXPECT_EQ(pass.pending(state), 1U);
  EXPECT_EQ(around.alarm, around.now + 100ms);
  around.now += 100ms;
  pass.batch_end(state, context, next);  // of a batch that brought nothing
  pass.push(state, context, 3, next);
  EXPECT_THAT(out, ElementsAre(1));
  ASSERT_TRUE(context.is_wake(TimerId{1}));
  pass.tick(state, context, next);
  EXPECT_THAT(out, ElementsAre(1, 2));
  EXPECT_EQ(around.alarm, around.now + 100ms);
  EXPECT_EQ(pass.pending(state), 1U);
}

}  // namespace
}  // namespace sluice::flow_tests
