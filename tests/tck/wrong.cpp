// Stages and dispatchers that break one rule each, and what the kit says of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sluice/sluice.hpp"
#include "sluice/testing/tck/tck.hpp"

namespace sluice::tck {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

std::vector<std::string> broken(const Report& report) {
  std::vector<std::string> rules;
  for (const Violation& violation : report.violations) rules.push_back(violation.rule);
  return rules;
}

// -- producers

/// Meets demand later, and forgets what it owes when more is asked for meanwhile.
class ForgetsWhatItOwes : public Producer<int> {
  void handle_demand(Demand n) override {
    owed_ = n;  // += it should be
    after(1ms);
  }
  void handle_timer(TimerId /*timer*/) override {
    emit_n(std::exchange(owed_, 0), [this] { return next_++; });
  }
  Demand owed_ = 0;
  int next_ = 0;
};

TEST(Wrong, AProducerThatForgetsWhatItOwes) {
  const Report report = verify_producer(stage<ForgetsWhatItOwes>());
  EXPECT_THAT(broken(report), ElementsAre("3.8")) << report;
}

/// Has 20 events and says nothing when they are gone.
class NeverSaysThatItIsDone : public Producer<int> {
  void handle_demand(Demand n) override {
    for (; n != 0 && next_ != 20; --n) emit(next_++);
  }
  int next_ = 0;
};

TEST(Wrong, AProducerThatNeverSaysThatItIsDone) {
  const Report report = verify_producer(stage<NeverSaysThatItIsDone>(), {.events = 20});
  EXPECT_THAT(broken(report), ElementsAre("1.5")) << report;
  const Report waits =
      verify_producer(stage<NeverSaysThatItIsDone>(), {.events = 20, .when_exhausted = WhenExhausted::waits});
  EXPECT_TRUE(waits.passed()) << waits;  // where that is meant, it is right
}

/// Two instances give different numbers: as with an unseeded generator, a clock, or an address.
class IsNeverTheSame : public Producer<int> {
  void handle_demand(Demand n) override {
    emit_n(n, [] { return counter++; });
  }
  static inline std::atomic<int> counter = 0;
};

TEST(Wrong, AProducerThatIsNeverTheSame) {
  const Report report = verify_producer(stage<IsNeverTheSame>());
  EXPECT_THAT(broken(report), ElementsAre("X24")) << report;
}

/// Made for one consumer, and ends when another one comes.
class StandsNoSecondConsumer : public Producer<int> {
  void handle_demand(Demand n) override {
    emit_n(n, [this] { return next_++; });
  }
  void handle_subscriber(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
    if (std::exchange(taken_, true)) throw std::logic_error("I have a consumer");
  }
  int next_ = 0;
  bool taken_ = false;
};

TEST(Wrong, AProducerThatStandsNoSecondConsumer) {
  const Report report = verify_producer(stage<StandsNoSecondConsumer>());
  EXPECT_THAT(broken(report), ElementsAre("1.9")) << report;
}

// -- consumers

/// Wants to ask by hand, and does so once.
class AsksOnce : public Consumer<int> {
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& from) override {
    from.ask(5);
    return DemandMode::manual;
  }
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
};
/// Wants to ask by hand, and never does.
class NeverAsks : public Consumer<int> {
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
    return DemandMode::manual;
  }
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
};

TEST(Wrong, AConsumerThatDoesNotAsk) {
  const Report once = verify_consumer(stage<AsksOnce>());
  EXPECT_THAT(broken(once), ElementsAre("2.1")) << once;
  const Report never = verify_consumer(stage<NeverAsks>());
  EXPECT_THAT(broken(never), ElementsAre("2.1")) << never;
}

/// Asks by hand and by the clock: three an hour.
class AsksByTheClock : public Consumer<int> {
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& from) override {
    from.ask(3);
    asks_[every(1h)] = from;
    return DemandMode::manual;
  }
  void handle_timer(TimerId timer) override { asks_.at(timer).ask(3); }
  void handle_cancel(const Cancellation& /*why*/, const Subscription& from) override {
    std::erase_if(asks_, [&](const auto& entry) {
      if (entry.second != from) return false;
      cancel(entry.first);
      return true;
    });
  }
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
  std::map<TimerId, Subscription> asks_;
};

TEST(Right, AConsumerThatAsksByTheClock) {
  const Report patient = verify_consumer(stage<AsksByTheClock>(), {.effort = {.patience = 3h}});
  EXPECT_TRUE(patient.passed()) << patient;
  EXPECT_EQ(std::ranges::count(patient.not_applicable, "X1", &NotApplicable::rule), 1);
  // Who does not wait that long takes it for one that asks once.
  const Report hasty = verify_consumer(stage<AsksByTheClock>(), {.effort = {.patience = 1s}});
  EXPECT_THAT(broken(hasty), ElementsAre("2.1")) << hasty;
}

/// Asks for more although the library does it.
class AsksTwice : public Consumer<int> {
  void handle_events(Events<int> events, const Subscription& from) override { from.ask(events.size()); }
};

TEST(Wrong, AConsumerThatAsksBesideTheLibrary) {
  const Report report = verify_consumer(stage<AsksTwice>());
  EXPECT_THAT(broken(report), ElementsAre("X1")) << report;
}

/// Knows only the subscriptions that have brought events.
class LosesItsWay : public Consumer<int> {
  void handle_events(Events<int> events, const Subscription& from) override {
    counts_[from.id()] += events.size();
  }
  void handle_cancel(const Cancellation& /*why*/, const Subscription& from) override {
    total_ += counts_.at(from.id());
  }
  std::map<SubscriptionId, std::size_t> counts_;
  std::size_t total_ = 0;
};

TEST(Wrong, AConsumerThatThrowsWhenASubscriptionEndsWithoutEvents) {
  const Report report = verify_consumer(stage<LosesItsWay>());
  EXPECT_THAT(broken(report), ElementsAre("2.9")) << report;
}

/// Answers the end of a subscription with a cancel.
class HasTheLastWord : public Consumer<int> {
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
  void handle_cancel(const Cancellation& /*why*/, const Subscription& from) override { from.cancel(); }
};

TEST(Wrong, AConsumerThatHasTheLastWord) {
  const Report report = verify_consumer(stage<HasTheLastWord>());
  EXPECT_THAT(broken(report), ElementsAre("2.3")) << report;
}

/// Takes some of the events that it is sent for a mistake.
class Chokes : public Consumer<int> {
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    for (const int n : events) {
      if (n == 7) throw std::invalid_argument("seven");
    }
  }
};

TEST(Wrong, AConsumerThatChokesOnAnEvent) {
  const Report report = verify_consumer(stage<Chokes>());
  EXPECT_THAT(broken(report), ElementsAre("2.13")) << report;
}

// -- transforms

/// Sums of three; the last one or two events never come out.
class LosesTheRest : public ProducerConsumer<int, int> {
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    for (const int n : events) {
      sum_ += n;
      if (++count_ == 3) emit(std::exchange(sum_, count_ = 0));
    }
  }
  int sum_ = 0;
  int count_ = 0;
};

std::vector<int> sums_of_three(const std::vector<int>& in) {
  std::vector<int> out;
  for (std::size_t i = 0; i < in.size(); i += 3) {
    const auto first = in.begin() + static_cast<std::ptrdiff_t>(i);
    out.push_back(std::accumulate(first, first + std::min<std::ptrdiff_t>(3, in.end() - first), 0));
  }
  return out;
}

TEST(Wrong, ATransformThatLosesTheRest) {
  const Report report = verify_transform(stage<LosesTheRest>(), {.expected = sums_of_three});
  EXPECT_THAT(broken(report), ElementsAre("X2")) << report;
}

/// The same with handle_upstream_done: nothing is lost.
class KeepsTheRest : public ProducerConsumer<int, int> {
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    for (const int n : events) {
      sum_ += n;
      if (++count_ == 3) emit(std::exchange(sum_, count_ = 0));
    }
  }
  void handle_upstream_done() override {
    if (count_ != 0) emit(sum_);
  }
  int sum_ = 0;
  int count_ = 0;
};

TEST(Right, ATransformThatKeepsTheRest) {
  const Report report = verify_transform(stage<KeepsTheRest>(), {.expected = sums_of_three});
  EXPECT_TRUE(report.passed()) << report;
}

/// Large ones first.
class Sorts : public ProducerConsumer<int, int> {
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    std::ranges::sort(events.mine(), std::greater<>());
    emit_all(std::move(events));
  }
};

TEST(Wrong, ATransformThatReorders) {
  const Report report =
      verify_transform(stage<Sorts>(), {.expected = [](const std::vector<int>& in) { return in; }});
  EXPECT_THAT(broken(report), ElementsAre("4.1")) << report;
}

// -- dispatchers

/// One consumer after the other gets what is there, up to what it has asked for.
class InOrder : public Dispatcher<int> {
 public:
  Demand subscribe(Seat<int>& seat, const Newcomer& /*who*/, Delivery<int>& /*out*/) override {
    seats_.push_back(&seat);
    return 0;
  }
  Demand cancel(Seat<int>& seat, Delivery<int>& /*out*/) override {
    std::erase(seats_, &seat);
    return 0;
  }
  Demand ask(Seat<int>& seat, Demand n, Delivery<int>& /*out*/) override {
    seat.demand = add_demand(seat.demand, n);
    return n;
  }
  Demand dispatch(Events<int>& events, Delivery<int>& out) override {
    for (Seat<int>* seat : seats_) give(*seat, events, out);
    return 0;
  }
  [[nodiscard]] std::string_view name() const override { return "in order"; }

 protected:
  void give(Seat<int>& seat, Events<int>& events, Delivery<int>& out) {
    const Demand count = std::min<Demand>(seat.demand, events.size());
    seat.demand = take_demand(seat.demand, count);
    if (count != 0) out.deliver(seat, events.take_front(static_cast<std::size_t>(count)));
  }
  std::vector<Seat<int>*> seats_;
};

template <class D>
Report verdict(DispatcherTerms<int> terms = {}) {
  return verify_dispatcher<int>([] { return std::make_unique<D>(); }, std::move(terms));
}

TEST(Right, ADispatcherOfOnesOwn) {
  const Report report = verdict<InOrder>();
  EXPECT_TRUE(report.passed()) << report;
}

/// Gives the first consumer all there is.
class GivesTooMuch final : public InOrder {
  Demand dispatch(Events<int>& events, Delivery<int>& out) override {
    if (seats_.empty() || seats_.front()->demand == 0) return InOrder::dispatch(events, out);
    seats_.front()->demand = take_demand(seats_.front()->demand, events.size());
    out.deliver(*seats_.front(), std::exchange(events, {}));
    return 0;
  }
};

TEST(Wrong, ADispatcherThatGivesMoreThanWasAskedFor) {
  const Report report = verdict<GivesTooMuch>();
  EXPECT_THAT(broken(report), ElementsAre("1.1")) << report;
}

/// Serves only who came first.
class Starves final : public InOrder {
  Demand dispatch(Events<int>& events, Delivery<int>& out) override {
    if (!seats_.empty()) give(*seats_.front(), events, out);
    return 0;
  }
};

TEST(Wrong, ADispatcherThatStarvesAConsumer) {
  const Report report = verdict<Starves>();
  EXPECT_THAT(broken(report), ElementsAre("X9")) << report;
}

/// Asks for some in advance.
class AsksAhead final : public InOrder {
  Demand ask(Seat<int>& seat, Demand n, Delivery<int>& out) override {
    return add_demand(InOrder::ask(seat, n, out), 10);
  }
};

TEST(Wrong, ADispatcherThatInventsDemand) {
  const Report report = verdict<AsksAhead>();
  EXPECT_THAT(broken(report), ElementsAre("X3")) << report;
}

/// Passes on half of what it is asked for.
class AsksForHalf final : public InOrder {
  Demand ask(Seat<int>& seat, Demand n, Delivery<int>& out) override {
    return InOrder::ask(seat, n, out) / 2;
  }
};

TEST(Wrong, ADispatcherThatKeepsDemandToItself) {
  const Report report = verdict<AsksForHalf>();
  EXPECT_THAT(broken(report), ElementsAre("X3")) << report;
}

/// Still knows those who have left.
class ForgetsNobody final : public InOrder {
  Demand cancel(Seat<int>& /*seat*/, Delivery<int>& /*out*/) override { return 0; }
};

TEST(Wrong, ADispatcherThatForgetsNobody) {
  const Report report = verdict<ForgetsNobody>();
  EXPECT_THAT(broken(report), ElementsAre("X8")) << report;
}

/// Delivers what is there as two messages, the second half first.
class Reverses final : public InOrder {
  Demand dispatch(Events<int>& events, Delivery<int>& out) override {
    if (seats_.empty() || seats_.front()->demand < events.size()) return InOrder::dispatch(events, out);
    Events<int> half = events.take_front(events.size() / 2);
    give(*seats_.front(), events, out);
    give(*seats_.front(), half, out);
    return 0;
  }
};

TEST(Wrong, ADispatcherThatReorders) {
  const Report report = verdict<Reverses>();
  EXPECT_THAT(broken(report), ElementsAre("X6")) << report;
}

/// Even numbers to one lane, odd ones to the other; what waits for a consumer goes with it.
class TakesItsQueueAlong final : public Dispatcher<int> {
 public:
  Demand subscribe(Seat<int>& seat, const Newcomer& who, Delivery<int>& /*out*/) override {
    seat.lane = who.options.partition.value();
    if (lanes_[seat.lane].seat != nullptr) throw Refused(Reason("taken"));
    lanes_[seat.lane].seat = &seat;
    return 0;
  }
  Demand cancel(Seat<int>& seat, Delivery<int>& /*out*/) override {
    lanes_[seat.lane] = {};
    return 0;
  }
  Demand ask(Seat<int>& seat, Demand n, Delivery<int>& out) override {
    seat.demand = add_demand(seat.demand, n);
    wanted_ = add_demand(wanted_, n);
    serve(lanes_[seat.lane], out);
    return n;
  }
  Demand dispatch(Events<int>& events, Delivery<int>& out) override {
    for (; !events.empty() && wanted_ != 0; wanted_ = take_demand(wanted_, 1)) {
      Lane& lane = lanes_[static_cast<std::size_t>(events.front()) % 2];
      lane.queue.push_back(events.front());
      events.drop_front(1);
      serve(lane, out);
    }
    return 0;
  }
  [[nodiscard]] std::size_t queued() const override {
    return lanes_[0].queue.size() + lanes_[1].queue.size();
  }
  void place_info(InfoId info, Delivery<int>& out) override {
    if (queued() == 0) {
      out.release(info);
    } else {
      infos_.push_back(info);
    }
  }
  [[nodiscard]] std::string_view name() const override { return "even and odd"; }

 private:
  struct Lane {
    Seat<int>* seat = nullptr;
    std::deque<int> queue = {};
  };
  void serve(Lane& lane, Delivery<int>& out) {
    while (lane.seat != nullptr && lane.seat->demand != 0 && !lane.queue.empty()) {
      lane.seat->demand = take_demand(lane.seat->demand, 1);
      const int event = lane.queue.front();
      lane.queue.pop_front();
      out.deliver(*lane.seat, Events<int>{event});
    }
    if (queued() != 0) return;
    for (const InfoId info : std::exchange(infos_, {})) out.release(info);
  }
  Lane lanes_[2];
  Demand wanted_ = 0;
  std::vector<InfoId> infos_;
};

TEST(Wrong, ADispatcherThatLosesTheQueueOfWhoLeaves) {
  const Report report = verdict<TakesItsQueueAlong>(
      {.partitions = 2, .route = [](const int& n) { return std::optional<std::size_t>(n % 2); }});
  EXPECT_THAT(broken(report), ElementsAre("X8")) << report;
}

/// Gives each event to all who have asked for one, and leaves out the others.
class LeavesTheSlowOut final : public InOrder {
  Demand dispatch(Events<int>& events, Delivery<int>& out) override {
    Demand most = 0;
    for (const Seat<int>* seat : seats_) most = std::max(most, seat->demand);
    Events<int> batch = events.take_front(static_cast<std::size_t>(std::min<Demand>(most, events.size())));
    for (Seat<int>* seat : seats_) {
      Events<int> own = batch.share();
      give(*seat, own, out);
    }
    return 0;
  }
  Demand ask(Seat<int>& seat, Demand n, Delivery<int>& out) override {
    static_cast<void>(InOrder::ask(seat, n, out));
    return 0;
  }
};

TEST(Wrong, ABroadcastThatLeavesTheSlowOut) {
  const Report report = verdict<LeavesTheSlowOut>({.sharing = Sharing::all});
  EXPECT_THAT(broken(report), ElementsAre("X4")) << report;
}

/// A broadcast whose selectors use up the demand of what they reject.
class RejectsAtTheConsumersCost final : public InOrder {
  Demand subscribe(Seat<int>& seat, const Newcomer& /*who*/, Delivery<int>& /*out*/) override {
    ledger_.add(seat);
    return 0;
  }
  Demand cancel(Seat<int>& seat, Delivery<int>& /*out*/) override { return ledger_.remove(seat); }
  Demand ask(Seat<int>& seat, Demand n, Delivery<int>& /*out*/) override { return ledger_.raise(seat, n); }
  void left_over(Demand n) override { ledger_.left_over(n); }
  Demand dispatch(Events<int>& events, Delivery<int>& out) override {
    const Demand count = std::min<Demand>(ledger_.waiting(), events.size());
    ledger_.serve(count);
    const Events<int> batch = events.take_front(static_cast<std::size_t>(count));
    for (SeatBase* base : ledger_.seats()) {
      auto& seat = static_cast<Seat<int>&>(*base);
      Events<int> own;
      for (const int event : batch) {
        if (!seat.selector || seat.selector(event)) own.push_back(event);
      }
      out.deliver(seat, std::move(own));
    }
    return 0;
  }
  BroadcastLedger ledger_;
};

TEST(Wrong, ABroadcastWhoseSelectorsUseUpDemand) {
  const Report report = verdict<RejectsAtTheConsumersCost>({.sharing = Sharing::all});
  EXPECT_THAT(broken(report), ElementsAre("X5")) << report;
}

/// Decides by something that no seed knows.
class IsOfTwoMinds final : public InOrder {
  Demand dispatch(Events<int>& events, Delivery<int>& out) override {
    if (counter++ % 3 == 0) std::ranges::reverse(seats_);
    return InOrder::dispatch(events, out);
  }
  static inline int counter = 0;
};

TEST(Wrong, ADispatcherOfTwoMinds) {
  const Report report = verdict<IsOfTwoMinds>();
  EXPECT_THAT(broken(report), ElementsAre("X24")) << report;
}

/// Thinks that there is always somebody.
class NeedsSomebody final : public InOrder {
  Demand dispatch(Events<int>& events, Delivery<int>& out) override {
    give(*seats_.at(0), events, out);
    return InOrder::dispatch(events, out);
  }
};

TEST(Wrong, ADispatcherThatThrowsWithoutConsumers) {
  const Report report = verdict<NeedsSomebody>();
  EXPECT_THAT(broken(report), ElementsAre("1.9")) << report;
}

/// Forgets the infos that it was to keep in their place.
class KeepsInfosForItself final : public InOrder {
  void place_info(InfoId /*info*/, Delivery<int>& /*out*/) override {}
};

TEST(Wrong, ADispatcherThatKeepsInfosForItself) {
  const Report report = verdict<KeepsInfosForItself>();
  EXPECT_THAT(broken(report), ElementsAre("X13")) << report;
}

}  // namespace
}  // namespace sluice::tck
