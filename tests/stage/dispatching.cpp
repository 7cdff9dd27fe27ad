#include <memory>

#include "stages.hpp"

namespace sluice::tests {
namespace {

using sluice::testing::ConsumerProbe;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

/// Probes that have each asked a source for ten.
struct Probes {
  Probes(DispatcherFor<int> dispatcher, std::vector<SubscribeOptions> terms)
      : source(runtime.start<Source>(ProducerOptions<int>{.dispatcher = std::move(dispatcher)})) {
    for (SubscribeOptions& one : terms) {
      one.on_cancel = OnCancel::temporary;
      probes.push_back(std::make_unique<ConsumerProbe<int>>(runtime));
      probes.back()->subscribe_to(source, std::move(one));
      probes.back()->ask(10);
      runtime.settle();
    }
  }
  std::vector<int> events(std::size_t nth) const { return probes.at(nth)->events(); }
  void emit(std::vector<int> events) {
    source.call(&Source::emit_these, std::move(events));
    runtime.settle();
  }
  Simulation runtime{{.log = silence()}};
  Ref<Source> source;
  std::vector<std::unique_ptr<ConsumerProbe<int>>> probes;
};

TEST(Dispatching, RoundRobinServesEachInTurn) {
  Probes line(round_robin(), {{}, {}, {}});
  line.emit({1, 2, 3, 4, 5, 6, 7});
  EXPECT_THAT(line.events(0), ElementsAre(1, 4, 7));
  EXPECT_THAT(line.events(1), ElementsAre(2, 5));
  EXPECT_THAT(line.events(2), ElementsAre(3, 6));
}

TEST(Dispatching, APartitionMayHaveSeveralConsumers) {
  const auto by_parity = [](int& event) -> std::optional<std::size_t> { return event % 2; };
  Probes line(partition(2, by_parity, {.several = true}),
              {{.partition = 0}, {.partition = 0}, {.partition = 1}});
  line.emit({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32});
  std::vector<int> even = line.events(0);
  EXPECT_EQ(even.size(), 10);
  const std::vector<int> rest = line.events(1);
  EXPECT_EQ(rest.size(), 7);
  even.insert(even.end(), rest.begin(), rest.end());
  std::sort(even.begin(), even.end());
  EXPECT_THAT(even, ElementsAre(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32));
  EXPECT_THAT(line.events(2), ElementsAre(1, 3, 5, 7, 9, 11));
}

TEST(Dispatching, APartitionMayBeTakenOnceOnly) {
  Probes line(partition(2), {{.partition = 0}, {.partition = 0}, {}, {.partition = 7}});
  EXPECT_EQ(line.probes[0]->cancellations().size(), 0);
  for (const std::size_t refused : {1U, 2U, 3U})
    EXPECT_EQ(line.probes[refused]->cancellations().size(), 1) << refused;
  EXPECT_TRUE(line.source.alive());
}

TEST(Dispatching, ASelectorChoosesFromABroadcast) {
  Simulation runtime{{.log = silence()}};
  const auto source = runtime.start<Source>(ProducerOptions<int>{.dispatcher = broadcast()});
  ConsumerProbe<int> even(runtime);
  ConsumerProbe<int> all(runtime);
  even.subscribe_to(source, {.on_cancel = OnCancel::temporary},
                    where([](int event) { return event % 2 == 0; }));
  all.subscribe_to(source);
  even.ask(2);
  all.ask(4);
  runtime.settle();
  source.call(&Source::emit_these, std::vector{1, 2, 3, 4});
  runtime.settle();
  EXPECT_THAT(even.events(), ElementsAre(2, 4));
  EXPECT_THAT(all.events(), ElementsAre(1, 2, 3, 4));
}

/// Gives everything to whoever came last; refuses who brings no extra.
class LastComer : public Dispatcher<int> {
 public:
  Demand subscribe(Seat<int>& seat, const Newcomer& who, Delivery<int>& /*out*/) override {
    if (!who.options.extra.has_value()) throw Refused(Reason("nothing brought"));
    seats_.push_back(&seat);
    return 0;
  }
  Demand cancel(Seat<int>& seat, Delivery<int>& /*out*/) override {
    std::erase(seats_, &seat);
    return 0;
  }
  Demand ask(Seat<int>& seat, Demand n, Delivery<int>& /*out*/) override {
    seat.demand += n;
    return n;
  }
  Demand dispatch(Events<int>& events, Delivery<int>& out) override {
    if (seats_.empty()) return 0;
    Seat<int>& last = *seats_.back();
    const Demand count = std::min<Demand>(last.demand, events.size());
    last.demand -= count;
    out.deliver(last, events.take_front(static_cast<std::size_t>(count)));
    return 0;
  }
  [[nodiscard]] std::string_view name() const override { return "last comer"; }

 private:
  std::vector<Seat<int>*> seats_;
};

TEST(Dispatching, UsersBringTheirOwnDispatcher) {
  Probes line(std::make_unique<LastComer>(), {{.extra = 1}, {.extra = 2}, {}});
  line.emit({1, 2, 3});
  EXPECT_EQ(line.source.inspect().dispatcher, "last comer");
  EXPECT_THAT(line.events(0), ElementsAre());
  EXPECT_THAT(line.events(1), ElementsAre(1, 2, 3));
  EXPECT_EQ(line.probes[2]->cancellations().at(0).reason, Reason("nothing brought"));
  line.probes[1]->ref().stop();
  line.emit({4});
  EXPECT_THAT(line.events(0), ElementsAre(4));
}

using Box = std::unique_ptr<int>;

class Boxes : public Producer<Box> {
 public:
  explicit Boxes(ProducerOptions<Box> options) : Producer<Box>(std::move(options)) {}

 private:
  void handle_demand(Demand n) override {
    for (; n != 0 && next_ < 6; --n) emit(std::make_unique<int>(next_++));
  }
  int next_ = 0;
};

/// What two consumers get out of boxes that only move.
std::vector<int> unpacked(DispatcherFor<Box> dispatcher) {
  Simulation runtime;
  std::vector<int> got;
  const auto boxes = runtime.start<Boxes>(ProducerOptions<Box>{.dispatcher = std::move(dispatcher)});
  for (const std::size_t partition : {0U, 1U}) {
    runtime.start(consume<Box>([&got](Box box) { got.push_back(*box); }))
        .subscribe_to(boxes, {.max_demand = 2, .partition = partition});
  }
  runtime.settle();
  return got;
}

TEST(Dispatching, EventsNeedOnlyMove) {
  const auto by_parity = [](Box& box) -> std::optional<std::size_t> { return *box % 2; };
  EXPECT_THAT(unpacked(by_demand()), UnorderedElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(unpacked(partition(2, by_parity)), UnorderedElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(unpacked(round_robin()), UnorderedElementsAre(0, 1, 2, 3, 4, 5));
}

}  // namespace
}  // namespace sluice::tests
