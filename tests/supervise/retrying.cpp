#include "stages.hpp"

namespace sluice::supervise_tests {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

DiaryPtr diary() { return std::make_shared<Diary>(); }

/// Writes down its subscriptions and what comes over them.
class Listener : public Consumer<int> {
 public:
  Listener(DiaryPtr diary, ConsumerOptions<int> options = {})
      : Consumer<int>(std::move(options)), diary_(std::move(diary)) {}
  std::vector<SubscriptionId> ids() { return ids_; }
  void leave() { last_.cancel(); }
  void subscribe(std::string name, SubscribeOptions options) {
    subscribe_to(by_name<Hand>(std::move(name)), std::move(options));
  }

 private:
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& from) override {
    diary_->note("subscribe");
    ids_.push_back(from.id());
    last_ = from;
    return DemandMode::automatic;
  }
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    for (const int event : events) diary_->note(std::to_string(event));
  }
  void handle_cancel(const Cancellation& cancellation, const Subscription& /*from*/) override {
    diary_->note((cancellation.cause == Cancellation::Cause::down ? "down: " : "cancelled: ") +
                 cancellation.reason.to_string());
  }
  void handle_upstream_done() override { diary_->note("done"); }
  DiaryPtr diary_;
  std::vector<SubscriptionId> ids_;
  Subscription last_;
};

const SubscribeOptions again = {.on_cancel = OnCancel::retry};

void start_source(World& world, const DiaryPtr& book) {
  static_cast<void>(world->start<Hand>({.name = "source"}, book, "source"));
}
void kill_source(World& world) {
  world->find<Hand>("source")->kill();
  world.settle();
}

SCENARIO_OF(Retry, FindsTheNextIncarnationByItsName) {
  const auto book = diary();
  start_source(world, book);
  const auto listener = world->start<Listener>(book);
  const Subscription first = listener.subscribe_to(by_name<Hand>("source"), again);
  world.settle();
  kill_source(world);
  EXPECT_THAT(book->take(), ElementsAre("+source", "subscribe", "down: killed"));
  start_source(world, book);
  world.advance(79ms);
  EXPECT_THAT(book->take(), ElementsAre("+source"));
  world.advance(41ms);
  EXPECT_THAT(book->take(), ElementsAre("subscribe"));
  world->find<Hand>("source")->cast(&Hand::say, 7);
  world.settle();
  EXPECT_THAT(book->take(), ElementsAre("7"));
  const auto ids = listener.call(&Listener::ids);
  ASSERT_EQ(ids.size(), 2U);
  EXPECT_EQ(ids[0], first.id());
  EXPECT_NE(ids[0], ids[1]);
}

SCENARIO_OF(Retry, WaitsForANameThatNobodyHasYet) {
  const auto book = diary();
  const auto listener =
      world->start<Listener>(book, ConsumerOptions<int>{.subscribe_to = {{by_name<Hand>("source"), again}}});
  world.advance(1s);
  EXPECT_THAT(book->take(), IsEmpty());
  start_source(world, book);
  world.advance(2s);
  EXPECT_THAT(book->take(), ElementsAre("+source", "subscribe"));
  EXPECT_TRUE(listener.alive());
}

SCENARIO_OF(Retry, WaitsLongerAndLonger) {
  const auto book = diary();
  static_cast<void>(
      world->start<Listener>(book, ConsumerOptions<int>{.subscribe_to = {{by_name<Hand>("source"), again}}}));
  world.advance(10min);
  const auto lines = world.logs(Severity::info);
  std::vector<double> waits;
  for (const LogRecord& line : lines) {
    const std::string mark = "again in ";
    ASSERT_THAT(line.text, HasSubstr(mark));
    waits.push_back(std::stod(line.text.substr(line.text.find(mark) + mark.size())));
  }
  ASSERT_GE(waits.size(), 50U);
  double expected = 100;
  for (const double wait : waits) {
    EXPECT_GE(wait, std::floor(0.8 * expected));
    EXPECT_LE(wait, 1.2 * expected);
    expected = std::min(2 * expected, 10'000.0);
  }
}

SCENARIO_OF(Retry, ASubscriptionThatBroughtEventsBeginsAnew) {
  const auto book = diary();
  const auto listener =
      world->start<Listener>(book, ConsumerOptions<int>{.subscribe_to = {{by_name<Hand>("source"), again}}});
  world.advance(5s);  // by now it waits for seconds
  start_source(world, book);
  world.advance(20s);
  world->find<Hand>("source")->cast(&Hand::say, 1);
  world.settle();
  kill_source(world);
  start_source(world, book);
  static_cast<void>(book->take());
  world.advance(120ms);
  EXPECT_THAT(book->take(), ElementsAre("subscribe"));
}

SCENARIO_OF(Retry, AProducerThatDiesAtOnceIsAskedLessAndLess) {
  const auto book = diary();
  const auto listener =
      world->start<Listener>(book, ConsumerOptions<int>{.subscribe_to = {{by_name<Hand>("source"), again}}});
  for (int i = 0; i < 100; ++i) {
    if (!world->find<Hand>("source")) start_source(world, book);
    world.advance(100ms);
    if (listener.call(&Listener::ids).size() > static_cast<std::size_t>(i)) kill_source(world);
  }
  EXPECT_LE(listener.call(&Listener::ids).size(), 8U);
}

SCENARIO_OF(Retry, AlsoAfterAPoliteEnd) {
  const auto book = diary();
  start_source(world, book);
  const auto listener = world->start<Listener>(book);
  listener.subscribe_to(by_name<Hand>("source"), again);
  world.settle();
  world->find<Hand>("source")->stop(Reason::shutdown());
  world.settle();
  EXPECT_THAT(book->take(), ElementsAre("+source", "subscribe", "-source", "down: shutdown"));
  start_source(world, book);
  world.advance(120ms);
  EXPECT_THAT(book->take(), ElementsAre("+source", "subscribe"));
}

SCENARIO_OF(Retry, NotAfterOneOfTheTwoCancelled) {
  const auto book = diary();
  start_source(world, book);
  const auto listener = world->start<Listener>(book);
  listener.subscribe_to(by_name<Hand>("source"), again);
  world.settle();
  listener.cast(&Listener::leave);
  world.advance(1min);
  EXPECT_THAT(book->take(), ElementsAre("+source", "subscribe", "cancelled: normal", "done"));
  EXPECT_TRUE(listener.alive());
}

SCENARIO_OF(Retry, CancellingWhileItWaitsEndsIt) {
  const auto book = diary();
  const auto listener = world->start<Listener>(book);
  const Subscription never = listener.subscribe_to(by_name<Hand>("source"), again);
  never.cancel();
  world.settle();
  start_source(world, book);
  world.advance(1min);
  EXPECT_THAT(book->take(), ElementsAre("+source"));

  const auto second = listener.subscribe_to(by_name<Hand>("source"), again);
  world.settle();
  kill_source(world);
  second.cancel();
  world.settle();
  start_source(world, book);
  world.advance(1min);
  EXPECT_THAT(book->take(), ElementsAre("subscribe", "down: killed", "+source"));
}

SCENARIO_OF(Retry, AReferenceToANamedStageIsRenewedByItsName) {
  const auto book = diary();
  const auto source = world->start<Hand>({.name = "source"}, book, "source");
  const auto listener = world->start<Listener>(book);
  listener.subscribe_to(source, again);
  world.settle();
  kill_source(world);
  start_source(world, book);
  world.advance(120ms);
  EXPECT_THAT(listener.call(&Listener::ids), SizeIs(2));
}

SCENARIO_OF(Retry, AReferenceToANamelessStageIsGivenUpWithAWord) {
  const auto book = diary();
  const auto source = world->start<Hand>(book, "source");
  const auto listener = world->start<Listener>(book);
  listener.subscribe_to(source, again);
  world.settle();
  source.kill();
  world.advance(1min);
  EXPECT_EQ(world.logged(Severity::warning, "only by its name it could be found"), 1U);
  EXPECT_TRUE(listener.alive());
}

SCENARIO_OF(Retry, EndsWithNoprocAfterSoManyAttempts) {
  const auto book = diary();
  const auto listener = world->start<Listener>(book);
  listener.subscribe_to(by_name<Hand>("source"), {.on_cancel = OnCancel::retry, .retry = {.attempts = 3}});
  world.advance(300ms);
  EXPECT_TRUE(listener.alive());
  world.advance(1s);
  EXPECT_EQ(world->wait(listener), Reason::noproc());
  EXPECT_EQ(world.logged(Severity::error, "is not there after 3 attempts"), 1U);
}

SCENARIO_OF(Retry, ItsOptionsAreChecked) {
  const auto listener = world->start<Listener>(diary());
  const auto field = [&](SubscribeOptions options) -> std::string {
    try {
      listener.subscribe_to(by_name<Hand>("source"), std::move(options));
    } catch (const OptionError& error) {
      return error.field();
    }
    return "none";
  };
  EXPECT_EQ(field({.retry = {.first = 0s}}), "retry.first");
  EXPECT_EQ(field({.retry = {.first = 2s, .most = 1s}}), "retry.most");
  EXPECT_EQ(field({.retry = {.attempts = 0}}), "retry.attempts");
  EXPECT_THROW(static_cast<void>(world->to_range<int>({{by_name<Hand>("source"), again}})), OptionError);
}

SCENARIO_OF(Retry, KeepsNoRuntimeFromEnding) {
  const auto book = diary();
  const auto listener =
      world->start<Listener>(book, ConsumerOptions<int>{.subscribe_to = {{by_name<Hand>("source"), again}}});
  EXPECT_TRUE(world->shutdown(1s).drained);
  EXPECT_EQ(world->stage_count(), 0U);
}

SCENARIO_OF(Retry, RenewsWithTheSameTermsSelectorAndExtra) {
  class Speaker : public Producer<int> {
   public:
    Speaker() : Producer<int>({.dispatcher = broadcast()}) {}
    void say(int event) { emit(event); }

   private:
    void handle_demand(Demand /*n*/) override {}
  };
  class Terms : public Consumer<int> {
   public:
    explicit Terms(DiaryPtr diary) : diary_(std::move(diary)) {}

   private:
    DemandMode handle_subscribe(const SubscribeOptions& options, const Subscription& /*from*/) override {
      diary_->note(std::any_cast<std::string>(options.extra) + " " + std::to_string(options.max_demand));
      return DemandMode::automatic;
    }
    void handle_events(Events<int> events, const Subscription& /*from*/) override {
      for (const int event : events) diary_->note(std::to_string(event));
    }
    DiaryPtr diary_;
  };
  const auto book = diary();
  const auto top = world->start(supervisor({}, child<Speaker>({.id = "s", .options = {.name = "speaker"}})));
  const auto listener = world->start<Terms>(book);
  listener.subscribe_to(by_name<Speaker>("speaker"),
                        {.max_demand = 17, .on_cancel = OnCancel::retry, .extra = std::string("red")},
                        where([](const int& n) { return n % 2 == 0; }));
  world.settle();
  world->find<Speaker>("speaker")->kill();
  world.advance(1s);
  const auto speaker = *world->find<Speaker>("speaker");
  speaker.cast(&Speaker::say, 1);
  speaker.cast(&Speaker::say, 2);
  world.settle();
  EXPECT_THAT(book->take(), ElementsAre("red 17", "red 17", "2"));
}

SCENARIO_OF(Retry, ARestartedConsumerSubscribesByNameAgain) {
  const auto book = diary();
  const auto top = world->start(
      supervisor({.strategy = Strategy::rest_for_one}, hand(book, "source"),
                 child<Listener>({.id = "listener", .options = {.name = "listener"}}, book,
                                 ConsumerOptions<int>{.subscribe_to = {by_name<Hand>("source")}})));
  crash(world, "source");
  static_cast<void>(book->take());
  world->find<Hand>("source")->cast(&Hand::say, 3);
  world.settle();
  EXPECT_THAT(book->take(), ElementsAre("3"));
  const auto now = world->find<Listener>("listener");
  now->kill();
  world.settle();
  world->find<Hand>("source")->cast(&Hand::say, 4);
  world.settle();
  EXPECT_THAT(book->take(), ElementsAre("subscribe", "4"));
}

TEST(Retry, TheSameSeedWaitsTheSame) {
  const auto waits = [](std::uint64_t seed) {
    std::vector<std::string> lines;
    Simulation simulation(
        {.seed = seed, .log = [&](const LogRecord& record) { lines.push_back(record.text); }});
    static_cast<void>(simulation.start<Listener>(
        diary(), ConsumerOptions<int>{.subscribe_to = {{by_name<Hand>("source"), again}}}));
    simulation.advance(1min);
    return lines;
  };
  EXPECT_EQ(waits(1), waits(1));
  EXPECT_NE(waits(1), waits(2));
}

}  // namespace
}  // namespace sluice::supervise_tests
