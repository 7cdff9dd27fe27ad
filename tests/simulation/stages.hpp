#pragma once

#include <algorithm>
#include <any>
#include <memory>
#include <utility>
#include <vector>

#include "book.hpp"
#include "sluice/core/random.hpp"

namespace sluice::simulation {

using BookPtr = std::shared_ptr<Book>;

/// Rides in SubscribeOptions::extra.
struct Terms {
  std::uint32_t producer = 0;
  std::uint64_t rejects = 0;
  DemandMode mode = DemandMode::automatic;
};

/// What a random stage does of its own accord.
struct Habits {
  std::uint64_t seed = 1;
  std::uint64_t limit = 1000;  ///< events a source has
  unsigned shape = 0;          ///< see the stages
  bool busy = false;           ///< takes virtual time now and then
  bool bold = false;           ///< cancels, subscribes and ends of its own accord
};

/// What all random stages share: their number, their dice, their entries in the book.
class Diary {
 public:
  Diary(BookPtr to, std::uint32_t own, const Habits& own_habits)
      : book(std::move(to)), number(own), habits(own_habits), dice(own_habits.seed) {}

  [[nodiscard]] Event next_event() {
    Event event;
    event.stage = number;
    event.sequence = book->stages[number].emitted++;
    event.key = Book::key_of(number, event.sequence);
    return event;
  }
  DemandMode open(const SubscribeOptions& options, const Subscription& from) {
    const auto& terms = std::any_cast<const Terms&>(options.extra);
    book->edges[from.id().value] = {.producer = terms.producer,
                                    .consumer = number,
                                    .partition = options.partition,
                                    .rejects = terms.rejects,
                                    .manual = terms.mode == DemandMode::manual};
    subscriptions.push_back(from);
    if (terms.mode == DemandMode::manual && dice.below(4) != 0) from.ask(options.max_demand);
    return terms.mode;
  }
  Book::OfEdge& take(const Events<Event>& events, const Subscription& from) {
    Book::OfEdge& edge = book->edges.at(from.id().value);
    for (const Event& event : events) {
      book->handled(edge, event);
      edge.sequences.push_back(event.sequence);
    }
    if (edge.manual && dice.below(8) != 0) from.ask(events.size());
    return edge;
  }
  void close(const Subscription& from) { std::erase(subscriptions, from); }

  BookPtr book;
  std::uint32_t number;
  Habits habits;
  Random dice;
  std::vector<Subscription> subscriptions;
};

/// Has a limited number of events. Shapes: 0 meets demand at once, 1 a part now and the rest later, 2 more
/// than was asked for, 3 by flushing halfway, 4 only when it is told to.
class Source final : public Producer<Event>, private Counted<Source> {
 public:
  using Counted<Source>::alive;
  Source(BookPtr book, std::uint32_t number, Habits habits, ProducerOptions<Event> options)
      : Producer<Event>(std::move(options)), diary_(std::move(book), number, habits) {}

  /// Emits without being asked.
  void push(Demand n) { give(n); }
  void think() { look_busy(); }

 private:
  void handle_demand(Demand n) override {
    look_busy();
    switch (diary_.habits.shape) {
      case 0: give(n); break;
      case 1: {
        const Demand now_given = diary_.dice.below(n + 1);
        give(now_given);
        owed_ += n - now_given;
        if (owed_ != 0) after(Duration(static_cast<Duration::rep>(diary_.dice.below(5'000'000))));
        break;
      }
      case 2: give(n + diary_.dice.below(20)); break;
      case 3:
        give(n / 2);
        flush();
        give(n - n / 2);
        break;
      default: owed_ += n;
    }
  }
  void handle_timer(TimerId /*timer*/) override { give(std::exchange(owed_, 0)); }
  void handle_subscriber(const SubscribeOptions& /*options*/, const Subscription& from) override {
    if (diary_.habits.bold && diary_.dice.below(16) == 0) from.cancel(Reason("not you"));
    if (diary_.dice.below(8) == 0) give(2);
  }
  void handle_cancel(const Cancellation& /*why*/, const Subscription& /*from*/) override {
    if (diary_.dice.below(8) == 0) give(3);
  }
  Report handle_discarded(std::size_t count, Discard why) override {
    told_of_[static_cast<std::size_t>(why)] += count;
    if (diary_.dice.below(16) == 0) give(1);
    return Report::quiet;
  }
  void terminate(const Reason& /*reason*/) override {
    diary_.book->stages[diary_.number].last_words = host().info();
  }

  void give(Demand n) {
    Book::OfStage& own = diary_.book->stages[diary_.number];
    const Demand left = diary_.habits.limit - std::min<Demand>(diary_.habits.limit, own.emitted);
    if (n > left) own.exhausted = true;
    const Demand count = std::min(n, left);
    if (diary_.dice.below(2) == 0) {
      emit_n(count, [this] { return diary_.next_event(); });
    } else {
      for (Demand i = 0; i < count; ++i) emit(diary_.next_event());
    }
  }
  void look_busy() {
    if (diary_.habits.busy && diary_.dice.below(4) == 0)
      busy_for(std::chrono::milliseconds(diary_.dice.below(7)));
  }

  Diary diary_;
  Demand owed_ = 0;
  std::array<std::size_t, 3> told_of_{};
};

/// Shapes: 0 passes on, 1 drops some, 2 makes several of one, 3 keeps some back for later, 4 flushes halfway.
class Step final : public ProducerConsumer<Event, Event>, private Counted<Step> {
 public:
  using Counted<Step>::alive;
  Step(BookPtr book, std::uint32_t number, Habits habits, ProducerConsumerOptions<Event, Event> options)
      : ProducerConsumer<Event, Event>(std::move(options)), diary_(std::move(book), number, habits) {}

  void push(Demand n) { give(n); }
  void think() { look_busy(); }
  /// Subscribes and cancels within one callback.
  template <class P>
  void flirt_with(const P& producer, SubscribeOptions options) {
    subscribe_to(producer, std::move(options)).cancel();
  }

 private:
  DemandMode handle_subscribe(const SubscribeOptions& options, const Subscription& from) override {
    return diary_.open(options, from);
  }
  void handle_events(Events<Event> events, const Subscription& from) override {
    diary_.take(events, from);
    look_busy();
    const auto n = static_cast<Demand>(events.size());
    switch (diary_.habits.shape) {
      case 0: {
        for (Event& event : events.mine()) event = diary_.next_event();
        emit_all(std::move(events));
        break;
      }
      case 1: give(diary_.dice.below(n + 1)); break;
      case 2:
        give(diary_.book->stages[diary_.number].emitted < diary_.habits.limit ? n * (1 + diary_.dice.below(3))
                                                                              : n);
        break;
      case 3: {
        const Demand now_given = diary_.dice.below(n + 1);
        give(now_given);
        kept_ += n - now_given;
        after(Duration(static_cast<Duration::rep>(diary_.dice.below(5'000'000))));
        break;
      }
      default:
        give(n / 2);
        flush();
        give(n - n / 2);
    }
  }
  void handle_timer(TimerId /*timer*/) override { give(std::exchange(kept_, 0)); }
  void handle_cancel(const Cancellation& /*why*/, const Subscription& from) override {
    diary_.close(from);
    if (diary_.dice.below(8) == 0) give(2);
  }
  void handle_upstream_done() override { give(1); }
  Report handle_discarded(std::size_t /*count*/, Discard /*why*/) override { return Report::quiet; }
  void terminate(const Reason& /*reason*/) override {
    diary_.book->stages[diary_.number].last_words = host().info();
  }

  void give(Demand n) {
    emit_n(n, [this] { return diary_.next_event(); });
  }
  void look_busy() {
    if (diary_.habits.busy && diary_.dice.below(4) == 0)
      busy_for(std::chrono::milliseconds(diary_.dice.below(7)));
  }

  Diary diary_;
  Demand kept_ = 0;
};

/// Shapes: 0 takes events, 1 keeps them for a while, 2 changes its own demand, 3 cancels now and then.
class Sink final : public Consumer<Event>, private Counted<Sink> {
 public:
  using Counted<Sink>::alive;
  Sink(BookPtr book, std::uint32_t number, Habits habits, ConsumerOptions<Event> options)
      : Consumer<Event>(std::move(options)), diary_(std::move(book), number, habits) {}

  void think() { look_busy(); }
  /// Subscribes and cancels within one callback.
  template <class P>
  void flirt_with(const P& producer, SubscribeOptions options) {
    subscribe_to(producer, std::move(options)).cancel();
  }

 private:
  DemandMode handle_subscribe(const SubscribeOptions& options, const Subscription& from) override {
    return diary_.open(options, from);
  }
  void handle_events(Events<Event> events, const Subscription& from) override {
    const Book::OfEdge& edge = diary_.take(events, from);
    look_busy();
    switch (diary_.habits.shape) {
      case 1:
        kept_ = std::move(events);
        if (!kept_.empty()) kept_.mine()[0].key = 0;
        break;
      case 2:
        if (!edge.manual && diary_.dice.below(4) == 0) {
          const Demand max = 1 + diary_.dice.below(40);
          from.change_demand(max, diary_.dice.below(max));
        }
        break;
      case 3:
        if (diary_.habits.bold && diary_.dice.below(32) == 0) from.cancel();
        break;
      default: break;
    }
  }
  void handle_cancel(const Cancellation& /*why*/, const Subscription& from) override { diary_.close(from); }
  void terminate(const Reason& /*reason*/) override {
    diary_.book->stages[diary_.number].last_words = host().info();
  }
  void look_busy() {
    if (diary_.habits.busy && diary_.dice.below(4) == 0)
      busy_for(std::chrono::milliseconds(diary_.dice.below(7)));
  }

  Diary diary_;
  Events<Event> kept_;
};

}  // namespace sluice::simulation
