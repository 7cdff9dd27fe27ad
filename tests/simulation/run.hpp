#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sluice/testing/testing.hpp"
#include "stages.hpp"

namespace sluice::simulation {

/// Draws from a list of bytes as long as there are any, then from a seed.
class Dice {
 public:
  explicit Dice(std::uint64_t seed, std::span<const std::uint8_t> bytes = {}) noexcept
      : random_(seed), bytes_(bytes) {}
  [[nodiscard]] std::uint64_t next() noexcept { return random_.next(); }
  [[nodiscard]] std::uint64_t below(std::uint64_t n) noexcept {
    if (bytes_.empty()) return random_.below(n);
    std::uint64_t drawn = 0;
    for (std::uint64_t range = n; range > 1 && !bytes_.empty(); range >>= 8U) {
      drawn = drawn << 8U | bytes_.front();
      bytes_ = bytes_.subspan(1);
    }
    return drawn % n;
  }
  [[nodiscard]] bool has_bytes() const noexcept { return !bytes_.empty(); }

 private:
  Random random_;
  std::span<const std::uint8_t> bytes_;
};

/// What may happen in a run, and how much of it.
struct Weather {
  unsigned actions = 60;  ///< from outside, between turns
  bool changes = false;   ///< subscriptions come and go, demand changes, flows accumulate
  bool faults = false;    ///< stages crash, are killed, are stopped
  bool slow = false;      ///< stages take virtual time
  bool late = false;      ///< messages are late
};

/// One random topology, one random life, and the properties that hold all along.
class Run {
 public:
  Run(Simulation& simulation, Dice dice, const Weather& weather)
      : simulation_(simulation), weather_(weather), dice_(dice), book_(std::make_shared<Book>()) {}

  void live() {
    build();
    for (unsigned i = 0; i < weather_.actions; ++i) {
      act();
      if (dice_.below(8) == 0) check_moment();
    }
    simulation_.run_until_idle(2'000'000);
    check_rest();
    awaken();
    simulation_.run_until_idle(2'000'000);
    check_rest();
    check_all_events();
    book_->check_broadcasts();
  }
  void end() {
    static_cast<void>(simulation_.shutdown(std::chrono::seconds(1)));
    require(simulation_.stage_count() == 0,
            std::to_string(simulation_.stage_count()) + " stages outlive the shutdown");
    book_->check_broadcasts();
    check_last_words();
    require(*infos_seen_ <= infos_sent_, "an info came twice");
  }
  [[nodiscard]] std::uint64_t digest() const { return book_->digest; }
  [[nodiscard]] std::uint64_t events_handled() const { return book_->events_handled; }

 private:
  using Any = std::variant<Ref<Source>, Ref<Step>, Ref<Sink>>;
  struct Known {
    Any ref;
    std::uint32_t layer;
  };

  static const AnyRef& any(const Any& ref) {
    return std::visit([](const auto& r) -> const AnyRef& { return r; }, ref);
  }
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(dice_.below(n)); }
  bool one_in(std::uint64_t n) { return dice_.below(n) == 0; }

  // -- the topology

  Habits habits(unsigned shapes) {
    return {.seed = dice_.next(),
            .limit = 20 + dice_.below(one_in(8) ? 3000 : 300),
            .shape = static_cast<unsigned>(dice_.below(shapes)),
            .busy = weather_.slow && one_in(3),
            .bold = weather_.changes};
  }
  BufferOptions buffer() {
    BufferOptions options;
    switch (pick(5)) {
      case 0: options.size = 0; break;
      case 1: options.size = 1 + dice_.below(20); break;
      case 2: options.size = unlimited; break;
      default: break;
    }
    options.keep = one_in(2) ? Keep::first : Keep::last;
    return options;
  }
  DispatcherFor<Event> dispatcher(Book::OfStage& stage) {
    switch (pick(5)) {
      case 0: stage.sharing = Sharing::broadcast; return broadcast();
      case 1: {
        stage.sharing = Sharing::partition;
        stage.partitions = 1 + pick(3);
        const bool drops = one_in(3);
        return partition(stage.partitions,
                         [n = stage.partitions, drops](const Event& event) -> std::optional<std::size_t> {
                           if (drops && event.key % 5 == 0) return std::nullopt;
                           return event.key % n;
                         },
                         {.several = one_in(2)});
      }
      case 2: stage.sharing = Sharing::round_robin; return round_robin();
      case 3: return by_demand({.shuffle = true, .seed = dice_.next()});
      default: return {};
    }
  }
  StartOptions named(const char* kind) {
    StartOptions options;
    options.name = kind + std::to_string(book_->stages.size());
    if (weather_.faults && one_in(4)) simulation_.crash(*options.name, 1 + dice_.below(60));
    if (weather_.slow && one_in(4))
      simulation_.slow(*options.name, std::chrono::microseconds(1 + dice_.below(3000)));
    return options;
  }

  template <class S, class Start>
  void add(std::uint32_t layer, Start start) {
    Ref<S> ref;
    try {
      ref = start();
    } catch (const StartError&) {
      if (!weather_.faults) throw;
    }
    while (stages_.size() < book_->stages.size()) stages_.push_back({ref, layer});
  }
  void add_source() {
    Book::OfStage entry;
    ProducerOptions<Event> options;
    options.dispatcher = dispatcher(entry);
    options.buffer = buffer();
    if (one_in(4)) options.demand = DemandFlow::accumulate;
    const Habits own = habits(5);
    entry.unlimited_supply = own.shape == 0 || own.shape == 2 || own.shape == 3;
    StartOptions start = named("source");
    const std::uint32_t number = book_->add_stage(std::move(entry));
    add<Source>(0, [&] {
      return simulation_.start<Source>(std::move(start), book_, number, own, std::move(options));
    });
  }
  void add_step(std::uint32_t layer) {
    Book::OfStage entry;
    ProducerConsumerOptions<Event, Event> options;
    options.dispatcher = dispatcher(entry);
    if (one_in(2)) options.buffer = buffer();
    const Habits own = habits(5);
    StartOptions start = named("step");
    const std::uint32_t number = book_->add_stage(std::move(entry));
    add<Step>(layer, [&] {
      return simulation_.start<Step>(std::move(start), book_, number, own, std::move(options));
    });
  }
  void add_sink() {
    const Habits own = habits(4);
    StartOptions start = named("sink");
    const std::uint32_t number = book_->add_stage({});
    ConsumerOptions<Event> options;
    if (one_in(2)) {
      const std::size_t producer = producer_above(~0U);
      std::visit(
          [&](const auto& to) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(to)>, Ref<Sink>>) {
              if (to) options.subscribe_to.push_back({to, terms(producer), selector(last_terms_)});
            }
          },
          stages_[producer].ref);
    }
    add<Sink>(~0U, [&] {
      return simulation_.start<Sink>(std::move(start), book_, number, own, std::move(options));
    });
  }
  void build() {
    layers_ = static_cast<std::uint32_t>(pick(5));
    for (std::size_t n = 1 + pick(4); n != 0; --n) add_source();
    for (std::uint32_t layer = 1; layer <= layers_; ++layer) {
      for (std::size_t n = 1 + pick(2); n != 0; --n) add_step(layer);
    }
    for (std::size_t n = 1 + pick(6); n != 0; --n) add_sink();
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      if (stages_[i].layer == 0) continue;
      for (std::size_t n = 1 + pick(2); n != 0; --n) subscribe(i);
    }
  }

  // -- what happens

  /// A stage that emits, of a layer above.
  std::size_t producer_above(std::uint32_t layer) {
    while (true) {
      const std::size_t i = pick(stages_.size());
      if (stages_[i].layer < layer) return i;
    }
  }
  SubscribeOptions terms(std::size_t producer) {
    const Book::OfStage& to = book_->stages[producer];
    SubscribeOptions options;
    switch (pick(4)) {
      case 0: options.max_demand = 1; break;
      case 1: options.max_demand = 1 + dice_.below(10); break;
      case 2: options.max_demand = 1 + dice_.below(100); break;
      default: break;
    }
    if (one_in(2)) options.min_demand = dice_.below(options.max_demand);
    options.on_cancel = one_in(8)   ? OnCancel::permanent
                        : one_in(2) ? OnCancel::transient
                                    : OnCancel::temporary;
    if (to.sharing == Sharing::partition && !one_in(16))
      options.partition = pick(to.partitions + (one_in(16) ? 1 : 0));
    last_terms_ = {.producer = static_cast<std::uint32_t>(producer),
                   .rejects = to.sharing == Sharing::broadcast && one_in(3) ? 2 + dice_.below(4) : 0,
                   .mode = one_in(5) ? DemandMode::manual : DemandMode::automatic};
    options.extra = last_terms_;
    return options;
  }
  static Selector<Event> selector(const Terms& terms) {
    if (terms.rejects == 0) return {};
    return [n = terms.rejects](const Event& event) { return event.key % n != 0; };
  }
  /// Calls `what(consumer, producer)` with references of the right classes.
  template <class F>
  void with_edge(std::size_t consumer, std::size_t producer, F what) {
    std::visit(
        [&](const auto& c, const auto& p) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(c)>, Ref<Source>> &&
                        !std::is_same_v<std::decay_t<decltype(p)>, Ref<Sink>>) {
            if (c && p) what(c, p);
          }
        },
        stages_[consumer].ref, stages_[producer].ref);
  }
  void subscribe(std::size_t consumer) {
    const std::size_t producer = producer_above(stages_[consumer].layer);
    SubscribeOptions options = terms(producer);
    with_edge(consumer, producer, [&](const auto& c, const auto& p) {
      tolerate([&] {
        if (one_in(4)) {
          c.subscribe_later(p, std::move(options), selector(last_terms_));
        } else if (!subscriptions_.empty() && weather_.changes && one_in(4)) {
          const Subscription old = subscriptions_[pick(subscriptions_.size())];
          if (old.consumer() != c) return;
          subscriptions_.push_back(
              c.resubscribe(old, Reason("replaced"), p, std::move(options), selector(last_terms_)));
        } else {
          subscriptions_.push_back(c.subscribe_to(p, std::move(options), selector(last_terms_)));
        }
      });
    });
  }
  void flirt(std::size_t consumer) {
    const std::size_t producer = producer_above(stages_[consumer].layer);
    SubscribeOptions options = terms(producer);
    with_edge(consumer, producer, [&](const auto& c, const auto& p) {
      c.cast([p, options = std::move(options)](auto& stage) { stage.flirt_with(p, options); });
    });
  }
  /// Stages may have ended.
  template <class F>
  void tolerate(F what) {
    try {
      what();
    } catch (const CallError& error) {
      require(error.kind() != CallError::Kind::timeout || weather_.slow, "a call was not answered in time");
    }
  }

  void act() {
    for (std::size_t n = pick(30); n != 0; --n) {
      if (!simulation_.step()) break;
    }
    switch (pick(weather_.changes ? 14 : 5)) {
      case 0: simulation_.settle(); break;
      case 1: simulation_.advance(std::chrono::microseconds(dice_.below(5000))); break;
      case 2: push(pick(stages_.size())); break;
      case 3: ask(); break;
      case 4: info(pick(stages_.size())); break;
      case 5:
      case 6: {
        const std::size_t consumer = pick(stages_.size());
        if (stages_[consumer].layer != 0) subscribe(consumer);
        break;
      }
      case 7:
      case 8: on_subscription([](const Subscription& s) { s.cancel(); }); break;
      case 9: on_subscription([](const Subscription& s) { s.pause(); }); break;
      case 10: on_subscription([](const Subscription& s) { s.resume(); }); break;
      case 11:
        on_subscription([this](const Subscription& s) {
          const Demand max = 1 + dice_.below(50);
          s.change_demand(max, dice_.below(max));
        });
        break;
      case 12: change_flow(one_in(2) ? DemandFlow::forward : DemandFlow::accumulate); break;
      default:
        if (one_in(2)) {
          add_sink();
        } else {
          const std::size_t consumer = pick(stages_.size());
          if (stages_[consumer].layer != 0) flirt(consumer);
        }
    }
    if (weather_.faults && one_in(20)) {
      const AnyRef& victim = any(stages_[pick(stages_.size())].ref);
      if (one_in(2)) {
        victim.kill();
      } else {
        victim.stop_async(one_in(2) ? Reason() : Reason("enough"));
      }
    }
    if (weather_.slow && one_in(4)) {
      std::visit([](const auto& ref) { ref.cast([](auto& stage) { stage.think(); }); },
                 stages_[pick(stages_.size())].ref);
    }
  }
  void push(std::size_t stage) {
    std::visit(
        [&](const auto& ref) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(ref)>, Ref<Sink>>) {
            ref.cast([n = dice_.below(30)](auto& s) { s.push(n); });
          }
        },
        stages_[stage].ref);
  }
  template <class F>
  void on_subscription(F what) {
    if (!subscriptions_.empty()) what(subscriptions_[pick(subscriptions_.size())]);
  }
  /// Only where the consumer asks for itself.
  void ask() {
    on_subscription([this](const Subscription& s) {
      const auto edge = book_->edges.find(s.id().value);
      if (edge != book_->edges.end() && edge->second.manual) s.ask(dice_.below(20));
    });
  }
  void info(std::size_t stage) {
    ++infos_sent_;
    std::visit([this](const auto& ref) { ref.info([seen = infos_seen_](auto&) { ++*seen; }); },
               stages_[stage].ref);
  }
  void change_flow(DemandFlow flow) {
    std::visit(
        [flow](const auto& ref) {
          if constexpr (std::is_same_v<std::decay_t<decltype(ref)>, Ref<Source>>) ref.demand_flow(flow);
        },
        stages_[pick(stages_.size())].ref);
  }
  /// Everybody who was held back may go on.
  void awaken() {
    for (const Known& known : stages_) {
      if (const auto* source = std::get_if<Ref<Source>>(&known.ref)) source->demand_flow(DemandFlow::forward);
    }
    for (const Subscription& subscription : subscriptions_) subscription.resume();
  }

  // -- what must hold

  static std::string text(const StageInfo& s) {
    const EventCounts& e = s.events;
    return s.name + " (received " + std::to_string(e.received) + ", handled " + std::to_string(e.handled) +
           ", queued " + std::to_string(s.queued) + ", lost " + std::to_string(e.lost_received) +
           "; emitted " + std::to_string(e.emitted) + ", delivered " + std::to_string(e.delivered) +
           ", buffered " + std::to_string(s.buffered) + ", discarded " +
           std::to_string(e.discarded_buffer_full + e.discarded_lane_full) + ", routed away " +
           std::to_string(e.routed_away) + ", lost " + std::to_string(e.lost_emitted) + ", credit " +
           std::to_string(s.credit) + ")";
  }
  static Demand gone(const EventCounts& e) {
    return e.discarded_buffer_full + e.discarded_lane_full + e.routed_away;
  }

  [[nodiscard]] const Book::OfStage& entry(const StageInfo& s) const {
    return book_->stages.at(std::stoul(s.name.substr(s.name.find_first_of("0123456789"))));
  }
  void check_stage(const StageInfo& s) const {
    if (s.kind == StageKind::other) return;  // it was too busy to answer
    const EventCounts& e = s.events;
    require(e.received == e.handled + s.queued + e.lost_received,
            "received = handled + queued + lost: " + text(s));
    if (entry(s).sharing != Sharing::broadcast) {
      require(e.emitted == e.delivered + s.buffered + gone(e) + e.lost_emitted,
              "emitted = delivered + buffered + discarded + lost: " + text(s));
    }
    const bool shares_lanes = entry(s).sharing == Sharing::partition;
    require(shares_lanes || s.buffered <= s.buffer_capacity, "the buffer exceeds its size: " + text(s));
    for (const SubscriptionInfo& edge : s.consumers) {
      require(edge.delivered <= edge.asked, "delivered " + std::to_string(edge.delivered) + " of " +
                                                std::to_string(edge.asked) + " asked: " + text(s));
    }
  }
  void check_moment() {
    for (const StageInfo& stage : simulation_.snapshot().stages) check_stage(stage);
  }

  void check_rest() {
    const Snapshot snapshot = simulation_.snapshot();
    std::map<std::uint64_t, std::pair<const StageInfo*, const SubscriptionInfo*>> ends;
    for (const StageInfo& stage : snapshot.stages) {
      check_stage(stage);
      for (const SubscriptionInfo& edge : stage.producers) ends[edge.id.value] = {&stage, &edge};
      check_supply(stage);
    }
    for (const StageInfo& stage : snapshot.stages) {
      for (const SubscriptionInfo& edge : stage.consumers) {
        const auto other = ends.find(edge.id.value);
        const std::string where =
            "subscription " + std::to_string(edge.id.value) + " of " + edge.peer_name + " to " + text(stage);
        require(other != ends.end(), where + " is unknown to its consumer");
        check_edge(edge, *other->second.second, *other->second.first, where);
        ends.erase(other);
      }
    }
    for (const auto& [id, end] : ends) {
      require(false, "subscription " + std::to_string(id) + " of " + text(*end.first) +
                         " is unknown to its producer");
    }
  }
  void check_edge(const SubscriptionInfo& up, const SubscriptionInfo& down, const StageInfo& consumer,
                  const std::string& where) const {
    require(up.delivered == down.delivered, where + ": " + std::to_string(up.delivered) + " were sent, " +
                                                std::to_string(down.delivered) + " have come");
    if (book_->edges.at(up.id.value).manual) return;
    const bool waits = consumer.queued != 0;
    require(waits || up.pending == down.pending, where + ": pending " + std::to_string(up.pending) +
                                                     " at the producer, " + std::to_string(down.pending) +
                                                     " at the consumer");
    require(waits || down.paused || down.pending > down.min_demand,
            where + ": the consumer does not ask, pending " + std::to_string(down.pending) + " of " +
                std::to_string(down.max_demand) + ", min " + std::to_string(down.min_demand));
  }
  /// No stage rests while it has what somebody asks for.
  void check_supply(const StageInfo& s) const {
    if (s.kind == StageKind::consumer || s.demand_flow == DemandFlow::accumulate) return;
    std::size_t hungry = 0;
    for (const SubscriptionInfo& edge : s.consumers) hungry += edge.pending != 0 ? 1 : 0;
    const Book::OfStage& own = entry(s);
    bool wanted = hungry != 0;
    if (own.sharing == Sharing::broadcast) wanted = wanted && hungry == s.consumers.size();
    if (own.sharing == Sharing::partition)
      wanted = wanted && hungry == s.consumers.size() && all_lanes_taken(s);
    require(!wanted || s.buffered == 0, "has events and somebody asks for them: " + text(s));
    const bool producer = s.kind == StageKind::producer;
    require(!producer || !wanted || !own.unlimited_supply || own.exhausted,
            "is asked for events and does not emit: " + text(s));
    require(producer || s.queued == 0 || s.credit == 0,
            "has credit and does not handle its queue: " + text(s));
    require(producer || !wanted || s.queued == 0, "is asked and does not handle its queue: " + text(s));
  }

  [[nodiscard]] bool all_lanes_taken(const StageInfo& s) const {
    std::vector<bool> taken(entry(s).partitions);
    for (const SubscriptionInfo& edge : s.consumers)
      taken.at(*book_->edges.at(edge.id.value).partition) = true;
    return std::find(taken.begin(), taken.end(), false) == taken.end();
  }

  /// What was delivered by all was handled, is queued or lost by all.
  void check_all_events() {
    const Snapshot snapshot = simulation_.snapshot();
    std::map<std::string, const StageInfo*> alive;
    for (const StageInfo& stage : snapshot.stages) alive[stage.name] = &stage;
    std::uint64_t delivered = 0;
    std::uint64_t kept = 0;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      const AnyRef& ref = any(stages_[i].ref);
      if (!ref) continue;
      const auto found = alive.find(std::string(ref.name()));
      const auto& words = book_->stages[i].last_words;
      if (found == alive.end() && !words && stages_[i].layer != ~0U)
        return;  // killed: nobody knows what it had sent
      kept += ref.host()->lost_received.value();
      if (found != alive.end()) {
        delivered += found->second->events.delivered;
        kept += found->second->queued;
      } else if (words) {
        delivered += words->events.delivered;
      }
    }
    require(delivered == book_->events_handled + kept,
            std::to_string(delivered) + " events were delivered, " + std::to_string(book_->events_handled) +
                " handled and " + std::to_string(kept) + " are queued or lost");
  }
  /// A stage that ended has lost exactly what it had left.
  void check_last_words() const {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      const auto& words = book_->stages[i].last_words;
      if (!words || book_->stages[i].sharing == Sharing::broadcast || words->kind == StageKind::consumer)
        continue;
      require(words->events.emitted == words->events.delivered + gone(words->events) +
                                           any(stages_[i].ref).host()->lost_emitted.value(),
              "emitted = delivered + discarded + lost with the stage: " + text(*words));
    }
  }

  Simulation& simulation_;
  Weather weather_;
  Dice dice_;
  BookPtr book_;
  std::uint32_t layers_ = 0;
  std::vector<Known> stages_;
  std::vector<Subscription> subscriptions_;
  Terms last_terms_;
  std::uint64_t infos_sent_ = 0;
  std::shared_ptr<std::uint64_t> infos_seen_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace sluice::simulation
