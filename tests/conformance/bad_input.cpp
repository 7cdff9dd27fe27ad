// What goes wrong by mistake or by accident, and what is left then.
#include <atomic>
#include <functional>
#include <stdexcept>

#include "scenario.hpp"
#include "stages.hpp"

namespace sluice::conformance {
namespace {

using namespace std::chrono_literals;
using sluice::testing::ConsumerProbe;
using sluice::testing::ProducerProbe;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Lines = Record<std::string>;

/// The text of the error of type E that `code` throws.
template <class E, class F>
std::string thrown(F code) {
  try {
    code();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing thrown";
}

/// Why `code` got no answer.
template <class F>
CallError::Kind call_error(F code) {
  try {
    code();
  } catch (const CallError& error) {
    return error.kind();
  }
  ADD_FAILURE() << "it was answered";
  return CallError::Kind::no_reply;
}

struct Pair {
  explicit Pair(World& world)
      : silent(world->start<SilentStage>()), rec(world->start<RecStage>(Batches(), lines)) {}
  std::string refused(SubscribeOptions terms) const {
    return thrown<OptionError>([&] { rec.subscribe_to(silent, std::move(terms)); });
  }
  Lines lines;
  Ref<SilentStage> silent;
  Ref<RecStage> rec;
};

SCENARIO_OF(BadInput, TermsOutOfRange) {
  const Pair pair(world);
  EXPECT_THAT(pair.refused({.max_demand = 0}),
              AllOf(HasSubstr("max_demand"), HasSubstr("at least 1"), HasSubstr("got 0")));
  EXPECT_THAT(pair.refused({.max_demand = 10, .min_demand = 10}),
              AllOf(HasSubstr("min_demand"), HasSubstr("9"), HasSubstr("got 10")));
  EXPECT_THAT(pair.refused({.max_demand = 10, .min_demand = 11}),
              AllOf(HasSubstr("min_demand"), HasSubstr("9"), HasSubstr("got 11")));
  EXPECT_THAT(pair.refused({.max_demand = unlimited}), HasSubstr("max_demand"));
  EXPECT_THAT(pair.refused({.min_demand = Demand(-1)}), HasSubstr("min_demand"));
  world.settle();
  EXPECT_TRUE(pair.rec.alive());
  EXPECT_THAT(pair.lines.all(), IsEmpty());

  const Subscription from = pair.rec.subscribe_to(pair.silent, {.max_demand = 10});
  EXPECT_THAT(thrown<OptionError>([&] { from.change_demand(0, 0); }), HasSubstr("max_demand"));
  EXPECT_THAT(thrown<OptionError>([&] { from.change_demand(5, 5); }), HasSubstr("min_demand"));
}

SCENARIO_OF(BadInput, NamesEmptyOrTaken) {
  EXPECT_THAT(thrown<OptionError>([&] { world->start<SilentStage>({.name = ""}); }), HasSubstr("name"));
  const auto one = world->start<SilentStage>({.name = "one"});
  EXPECT_THAT(thrown<StartError>([&] { world->start<SilentStage>({.name = "one"}); }), HasSubstr("\"one\""));
  EXPECT_EQ(world->stage_count(), 1);
  EXPECT_THAT(thrown<WrongType>([&] { static_cast<void>(world->find<RecStage>("one")); }),
              AllOf(HasSubstr("SilentStage"), HasSubstr("RecStage")));
  one.stop();
  EXPECT_TRUE(world->start<SilentStage>({.name = "one"}));
}

SCENARIO_OF(BadInput, SubscribingToItself) {
  const auto pc = world->start<PcStage>(1);
  EXPECT_THAT(thrown<OptionError>([&] { pc.subscribe_to(pc); }), HasSubstr("itself"));
  const auto named = world->start<PcStage>({.name = "loop"}, 1);
  EXPECT_THAT(thrown<OptionError>([&] { named.subscribe_to(by_name<PcStage>("loop")); }),
              HasSubstr("itself"));
  world.settle();
  EXPECT_TRUE(pc.alive());
  EXPECT_TRUE(named.alive());
}

SCENARIO_OF(BadInput, SubscribingToAStageOfAnotherRuntime) {
  Simulation elsewhere;
  const auto foreign = elsewhere.start<SilentStage>();
  const Pair pair(world);
  EXPECT_THAT(thrown<OptionError>([&] { pair.rec.subscribe_to(foreign); }), HasSubstr("another runtime"));
  EXPECT_THAT(thrown<OptionError>([&] { pair.rec.subscribe_later(foreign); }), HasSubstr("another runtime"));
  EXPECT_TRUE(pair.rec.alive());
}

SCENARIO_OF(BadInput, SubscribingToAStageThatIsGone) {
  const Pair pair(world);
  pair.silent.kill();
  world.settle();
  EXPECT_TRUE(pair.rec.subscribe_to(pair.silent, {.on_cancel = OnCancel::temporary}));
  world.settle();
  EXPECT_THAT(pair.lines.all(), ElementsAre("subscribe", "down: noproc"));
}

/// Throws where it is told to.
class ThrowingStage : public SilentStage {
 public:
  enum class Where : unsigned char { constructor, first_turn, terminate, nowhere };
  ThrowingStage(Where where, Lines lines) : where_(where), lines_(std::move(lines)) {
    at(Where::constructor);
  }
  ~ThrowingStage() override { lines_.add("destructor"); }
  ThrowingStage(const ThrowingStage&) = delete;
  ThrowingStage& operator=(const ThrowingStage&) = delete;

 private:
  Start handle_start() override {
    at(Where::first_turn);
    return Start::ok;
  }
  void terminate(const Reason& reason) override {
    lines_.add("terminate: " + reason.to_string());
    at(Where::terminate);
  }
  void at(Where here) const {
    if (where_ == here) throw std::runtime_error("thrown on purpose");
  }
  Where where_;
  Lines lines_;
};

SCENARIO_OF(BadInput, ExceptionsFromTheConstructor) {
  Lines lines;
  const auto start = [&] {
    world->start<ThrowingStage>({.name = "one"}, ThrowingStage::Where::constructor, lines);
  };
  EXPECT_THAT(thrown<StartError>(start), HasSubstr("thrown on purpose"));
  EXPECT_THAT(lines.all(), IsEmpty());
  EXPECT_EQ(world->stage_count(), 0);
  EXPECT_TRUE(world->start<ThrowingStage>({.name = "one"}, ThrowingStage::Where::nowhere, lines));
}

SCENARIO_OF(BadInput, ExceptionsFromTheFirstTurn) {
  Lines lines;
  const auto start = [&] {
    world->start<ThrowingStage>({.name = "one"}, ThrowingStage::Where::first_turn, lines);
  };
  EXPECT_THAT(thrown<StartError>(start), HasSubstr("thrown on purpose"));
  world.settle();
  EXPECT_THAT(lines.all(), ElementsAre("destructor"));
  EXPECT_EQ(world->stage_count(), 0);
  EXPECT_TRUE(world->start<ThrowingStage>({.name = "one"}, ThrowingStage::Where::nowhere, lines));
}

SCENARIO_OF(BadInput, ExceptionsFromTerminate) {
  Lines lines;
  const auto ref = world->start<ThrowingStage>(ThrowingStage::Where::terminate, lines);
  ref.stop();
  EXPECT_EQ(world->wait(ref), Reason::normal());
  EXPECT_THAT(lines.all(), ElementsAre("terminate: normal", "destructor"));
  EXPECT_EQ(world.logged(Severity::error, "thrown on purpose"), 1);
}

/// Everything that can be asked of a stage that has ended, or of one whose runtime is gone.
void use_after_the_end(const Ref<SilentStage>& silent, const Ref<RecStage>& rec) {
  std::atomic<int> ran = 0;
  silent.cast([&](SilentStage&) { ++ran; });
  silent.info([&](SilentStage&) { ++ran; });
  silent.demand_flow(DemandFlow::accumulate);
  silent.kill();
  silent.stop_async();
  EXPECT_FALSE(silent.alive());
  EXPECT_EQ(call_error([&] { silent.call([&](SilentStage&) { ++ran; }); }), CallError::Kind::noproc);
  EXPECT_EQ(call_error([&] { silent.info([&](SilentStage&) { ++ran; }, 5s); }), CallError::Kind::noproc);
  EXPECT_EQ(call_error([&] { static_cast<void>(silent.inspect()); }), CallError::Kind::noproc);
  EXPECT_EQ(call_error([&] { static_cast<void>(silent.buffered()); }), CallError::Kind::noproc);
  EXPECT_EQ(call_error([&] { static_cast<void>(silent.demand_flow()); }), CallError::Kind::noproc);
  EXPECT_EQ(call_error([&] { silent.stop(); }), CallError::Kind::noproc);
  EXPECT_EQ(call_error([&] { rec.subscribe_to(silent); }), CallError::Kind::noproc);
  rec.subscribe_later(silent);
  EXPECT_EQ(ran, 0);
}

SCENARIO_OF(BadInput, AskingAfterAStageIsGone) {
  const Pair pair(world);
  const Subscription from = pair.rec.subscribe_to(pair.silent);
  world.settle();
  pair.silent.stop();
  world.settle();
  use_after_the_end(pair.silent, pair.rec);
  from.ask(3);
  from.cancel();
  from.pause();
  from.resume();
  from.change_demand(10, 5);
  world.settle();
  EXPECT_EQ(world->wait(pair.silent), Reason::normal());
  EXPECT_EQ(world->snapshot().casts_dropped, 1);
}

template <class R>
void outlive() {
  Ref<SilentStage> silent;
  Ref<RecStage> rec;
  Subscription from;
  Ref<SilentStage> copy;
  {
    R runtime;
    silent = runtime.template start<SilentStage>({.name = "one"});
    rec = runtime.template start<RecStage>(Batches());
    from = rec.subscribe_to(silent);
    copy = silent;
  }
  use_after_the_end(silent, rec);
  from.ask(3);
  from.cancel();
  EXPECT_EQ(silent, copy);
  EXPECT_EQ(silent.name(), "one");
  EXPECT_EQ(from.producer(), silent);
}

TEST(BadInput, ARefOutlivesItsSimulation) { outlive<Simulation>(); }
TEST(BadInput, ARefOutlivesItsRuntime) { outlive<Runtime>(); }

TEST(BadInput, AnEmptyRefRefersToNothing) {
  const Ref<SilentStage> nothing;
  EXPECT_EQ(nothing.id(), StageId());
  EXPECT_FALSE(nothing.alive());
  nothing.cast([](SilentStage&) {});
  nothing.info([](SilentStage&) {});
  nothing.demand_flow(DemandFlow::accumulate);
  nothing.kill();
  nothing.stop_async();
  EXPECT_EQ(call_error([&] { nothing.call([](SilentStage&) {}); }), CallError::Kind::noproc);
  EXPECT_EQ(call_error([&] { static_cast<void>(nothing.inspect()); }), CallError::Kind::noproc);
  EXPECT_EQ(call_error([&] { nothing.stop(); }), CallError::Kind::noproc);
  EXPECT_EQ(call_error([&] { Ref<RecStage>().subscribe_to(nothing); }), CallError::Kind::noproc);
}

/// Asks for one event at a time, very often.
class GreedyStage : public Consumer<int> {
 public:
  explicit GreedyStage(std::shared_ptr<Demand> got) : got_(std::move(got)) {}
  void ask(Demand times) const {
    for (; times != 0; --times) from_.ask(1);
  }

 private:
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& from) override {
    from_ = from;
    return DemandMode::manual;
  }
  void handle_events(Events<int> events, const Subscription& /*from*/) override { *got_ += events.size(); }
  Subscription from_;
  std::shared_ptr<Demand> got_;
};

/// Adds up what it is asked for, and how often.
class AddingStage : public Producer<int> {
 public:
  AddingStage(std::shared_ptr<Demand> sum, std::shared_ptr<Demand> asks)
      : sum_(std::move(sum)), asks_(std::move(asks)) {}

 private:
  void handle_demand(Demand n) override {
    *sum_ += n;
    ++*asks_;
  }
  std::shared_ptr<Demand> sum_;
  std::shared_ptr<Demand> asks_;
};

void ask_ten_million_times(World& world) {
  constexpr Demand many = 10'000'000;
  const auto sum = std::make_shared<Demand>(0);
  const auto asks = std::make_shared<Demand>(0);
  const auto got = std::make_shared<Demand>(0);
  const auto producer = world->start<AddingStage>(sum, asks);
  const auto greedy = world->start<GreedyStage>(got);
  greedy.subscribe_to(producer);
  world.settle();
  greedy.call_for(forever, &GreedyStage::ask, many);
  world.settle();
  EXPECT_EQ(*sum, many);
  EXPECT_EQ(*asks, many);
  const auto consumers = producer.inspect(forever).consumers;
  ASSERT_THAT(consumers, SizeIs(1));
  EXPECT_EQ(consumers[0].pending, many);
  EXPECT_TRUE(greedy.alive());
}

TEST(BadInput, TenMillionAsksInOneCallback) {
  World simulated(1);
  ask_ten_million_times(simulated);
  World threaded;
  ask_ten_million_times(threaded);
}

/// Counts how often it is told of discarded events.
class FloodingStage : public SilentStage {
 public:
  explicit FloodingStage(Record<std::size_t> discarded) : discarded_(std::move(discarded)) {}
  void flood(int events) {
    for (int i = 0; i < events; ++i) emit(i);
  }

 private:
  Report handle_discarded(std::size_t count, Discard /*why*/) override {
    discarded_.add(count);
    return Report::log;
  }
  Record<std::size_t> discarded_;
};

void emit_ten_million(World& world) {
  Record<std::size_t> discarded;
  Batches batches;
  const auto flooding = world->start<FloodingStage>(discarded);
  const auto counter = world->start<CounterStage>(0, ProducerOptions<int>{}, 100);
  flooding.call_for(forever, &FloodingStage::flood, 10'000'000);
  EXPECT_EQ(flooding.buffered(), 10'000);
  EXPECT_THAT(discarded.all(), ElementsAre(9'990'000));
  EXPECT_EQ(world.logged(Severity::warning, "discarded 9990000 events"), 1);
  // The runtime may also say that the callback took more than a second: slow builds do.
  EXPECT_EQ(world.logged(Severity::warning, "discarded"), 1);

  world->start<RecStage>(batches).subscribe_to(counter);
  world.settle();
  EXPECT_THAT(batches.all(), ElementsAre(numbers(0, 100)));

  Batches newest;
  world->start<RecStage>(newest).subscribe_to(flooding, {.max_demand = 10'000, .min_demand = 0});
  world.settle();
  ASSERT_THAT(newest.all(), SizeIs(1));
  EXPECT_EQ(newest.all()[0], numbers(9'990'000, 10'000'000));
}

TEST(BadInput, TenMillionEventsInOneCallback) {
  World simulated(1);
  emit_ten_million(simulated);
  World threaded;
  emit_ten_million(threaded);
}

TEST(BadInput, ACallbackThatDoesNotReturnDuringShutdown) {
  const auto entered = std::make_shared<Latch>();
  const auto released = std::make_shared<Latch>();
  Runtime runtime({.workers = 2, .log = [](const LogRecord&) {}});
  const auto stuck = runtime.start<SilentStage>({.name = "stuck"});
  const auto other = runtime.start<SilentStage>({.name = "other"});
  stuck.cast([entered, released](SilentStage&) {
    entered->open();
    static_cast<void>(released->wait_for(forever));
  });
  ASSERT_TRUE(entered->wait_for(10s));
  const ShutdownReport report = runtime.shutdown(20ms);
  EXPECT_FALSE(report.drained);
  EXPECT_THAT(report.still_running, ElementsAre("stuck"));
  EXPECT_FALSE(other.alive());
  EXPECT_TRUE(stuck.alive());
  EXPECT_THROW(runtime.start<SilentStage>(), StartError);
  released->open();
  EXPECT_TRUE(runtime.wait(stuck));
  EXPECT_FALSE(stuck.alive());
}

TEST(BadInput, TheFirstCallbackOfAWorkerIsNotCalledLong) {
  Record<std::string> warnings;
  Runtime runtime(
      {.workers = 1, .log = [warnings](const LogRecord& record) mutable { warnings.add(record.text); }});
  const auto silent = runtime.start<SilentStage>();
  silent.call([](SilentStage&) { static_cast<void>(Latch().wait_for(30ms)); });
  EXPECT_THAT(warnings.all(), IsEmpty());
}

/// Busy for an hour from its first turn on.
class BusyStage : public SilentStage {
 private:
  Start handle_start() override {
    busy_for(1h);
    return Start::ok;
  }
};

TEST(BadInput, AClockThatStandsStillDoesNotKeepTheRuntimeAlive) {
  World threaded;
  threaded->start<BusyStage>();
  threaded.settle();
}

}  // namespace
}  // namespace sluice::conformance
