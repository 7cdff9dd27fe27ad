#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/core/backoff.hpp"
#include "sluice/core/errors.hpp"
#include "sluice/core/events.hpp"
#include "sluice/stage/edge.hpp"
#include "sluice/stage/outlet.hpp"
#include "sluice/stage/protocol.hpp"

namespace sluice::inline v0 {

/// The consumer side's callbacks that do not depend on the event type.
class ReceiverCallbacks {
 public:
  virtual ~ReceiverCallbacks() = default;

 protected:
  /// A subscription begins, before its first ask. Decides who asks (genstage.md §4.3). Default: the library.
  virtual DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& /*from*/) {
    return DemandMode::automatic;
  }
  /// All subscriptions have ended, the last of them politely and none otherwise: flush what is held back.
  virtual void handle_upstream_done() {}

 private:
  friend class IntakeBase;
};

/// The consumer side of a stage: its subscriptions, when it asks, and a producer_consumer's input queue.
/// Thread rule: on the stage's turn only.
class IntakeBase {
 public:
  explicit IntakeBase(ReceiverCallbacks& callbacks) noexcept : callbacks_(&callbacks) {}
  virtual ~IntakeBase() = default;
  IntakeBase(const IntakeBase&) = delete;
  IntakeBase& operator=(const IntakeBase&) = delete;

  void attach(Host& host) noexcept { host_ = &host; }
  /// The subscriptions given as options; runs within the start of the stage. False: the stage is ending.
  virtual bool subscribe_initial() = 0;
  /// Somebody cancelled a subscription that would be renewed.
  virtual void forget_renewal(SubscriptionId subscription) = 0;
  /// No producer that is down, or will be, is looked for any more.
  void forget_renewals();

  /// A batch without a message. The stage is not ending.
  virtual void receive(HandOver& batch) = 0;
  [[nodiscard]] virtual MessagePtr to_message(HandOver& batch) = 0;

  /// The producer ended the subscription, or itself.
  virtual void cancelled(EdgePtr edge, Cancellation cancellation, Cancelled::Why why);
  /// An ask of the stage itself; sent when the callback at hand has returned.
  void ask(Edge& edge, Demand n);
  /// Sends the asks of the callback that returned.
  void flush_asks();
  [[nodiscard]] bool has_asks() const noexcept { return asks_ != nullptr && !asks_->empty(); }
  /// Handles what is queued as long as there is credit.
  void drain();
  /// Runs `info` behind everything that is queued now.
  void place_info(UniqueFunction<void()> info);
  /// From now on the stage ends, drained, with its last subscription: at once if it has none.
  void end_with_upstreams();
  void pause(Edge& edge);
  void resume(Edge& edge);
  void change(Edge& edge, Demand max, Demand min);

  [[nodiscard]] bool has_producers() const noexcept { return first_ != nullptr; }
  [[nodiscard]] bool queue_empty() const noexcept { return queue_.empty(); }
  /// Events received and not yet handled.
  [[nodiscard]] Demand queued() const noexcept { return queued_; }
  /// Whether events were asked for that have not come.
  [[nodiscard]] bool expects_events() const noexcept;
  void report(StageInfo& info) const;
  void report(EventCounts& counts) const noexcept;
  void note_received(std::size_t events) noexcept { received_.add(events); }
  /// The stage has ended: tells the producers, counts what is lost.
  void end(const Reason& reason);

 protected:
  void open(const EdgePtr& edge, SubscribeOptions options, EdgePtr replaces, Reason why);
  /// A name that nobody has: R4.3.2.
  void missing(const std::string& name, OnCancel on_cancel);
  virtual void drop_renewals() noexcept = 0;
  /// The producer of an edge with OnCancel::retry is down.
  virtual void renew(Edge& edge) = 0;
  /// How long to wait before the next attempt; std::nullopt: the stage is ending.
  [[nodiscard]] std::optional<Duration> wait_before_retry(const std::string& name, Backoff& backoff);
  /// A producer_consumer handles events only as long as somebody downstream wants some.
  [[nodiscard]] bool must_wait() const noexcept {
    const OutletBase* const gate = host_->outlet();
    return gate != nullptr && (!queue_.empty() || gate->credit() == 0);
  }
  void send_ask(Edge& edge, Demand n, std::uint64_t times = 1) {
    if (n != 0 && edge.in == Edge::Side::open)
      edge.producer->send(MessagePtr(new Ask(edge, n, times)), *host_);
  }
  /// Events for a subscription that is not open (R5.11).
  void unknown(Edge& edge, std::size_t events);
  void log_excess(const Edge& edge, Demand events) const;

  ReceiverCallbacks* callbacks_;
  Host* host_ = nullptr;
  MessageList queue_;  // a producer_consumer's: events, infos and cancellations in order
  Demand queued_ = 0;
  Tally received_;
  Tally handled_;

 private:
  struct PendingAsk {
    EdgePtr edge;
    Demand n;
    std::uint64_t times;
  };

  void finish_cancel(const EdgePtr& edge, const Cancellation& cancellation, Cancelled::Why why);
  void unlink(Edge& edge) noexcept;

  Edge* first_ = nullptr;
  Edge* last_ = nullptr;
  std::unique_ptr<std::vector<PendingAsk>> asks_;  // of the running callback; on first use
  bool all_polite_ = true;
  bool ends_with_upstreams_ = false;

 protected:
  std::uint32_t awaited_ = 0;  // subscriptions that wait for their next attempt
};

/// What a stage subscribes to: a stage that emits T, by reference or by name.
template <class T>
class Upstream {
 public:
  /// Throws OptionError for a reference to nothing, or an empty name.
  Upstream(HostPtr host) : host_(std::move(host)) {
    if (!host_) throw OptionError("to", "must be a stage, got an empty reference");
  }
  explicit Upstream(std::string name) : name_(std::move(name)) {
    if (name_.empty()) throw OptionError("to", "must be a stage, got an empty name");
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// What to call it in messages.
  [[nodiscard]] std::string label() const { return host_ ? host_->label() : name_; }
  /// Empty: nobody has that name. Throws WrongType when the stage under the name emits something else.
  [[nodiscard]] HostPtr resolve(const Host& from) const {
    if (host_) return host_;
    HostPtr found = from.find(name_);
    if (found && found->output_type() != typeid(T)) {
      throw WrongType("subscribe_to: the stage named \"" + name_ + "\" emits " + found->output_type().name() +
                      ", not " + typeid(T).name());
    }
    return found;
  }
  [[nodiscard]] const HostPtr& host() const noexcept { return host_; }

 private:
  HostPtr host_;
  std::string name_;
};

/// Which events a consumer wants from a broadcast. Empty: all. Copied with the request, called in the
/// producer.
template <class T>
using Selector = std::function<bool(const T&)>;

/// Everything one subscription begins with.
template <class T>
struct SubscribeTo {
  template <class P>
    requires std::convertible_to<const P&, Upstream<T>>
  SubscribeTo(const P& producer, SubscribeOptions terms = {}, Selector<T> wanted = {})
      : to(producer), options(std::move(terms)), selector(std::move(wanted)) {}

  Upstream<T> to;
  SubscribeOptions options;
  Selector<T> selector;
};

/// Throws OptionError when `options` are out of range or `to` is `consumer` itself or of another runtime.
void check_edge(const Host* to, const Host& consumer, const SubscribeOptions& options);

template <class T>
class EventCallbacks : public ReceiverCallbacks {
 protected:
  /// A batch of at most max_demand - min_demand events of one subscription.
  virtual void handle_events(Events<T> events, const Subscription& from) = 0;

 private:
  template <class>
  friend class Intake;
};

template <class T>
class Intake final : public IntakeBase {
 public:
  Intake(EventCallbacks<T>& callbacks, std::vector<SubscribeTo<T>> initial) : IntakeBase(callbacks) {
    if (!initial.empty()) initial_ = std::make_unique<std::vector<SubscribeTo<T>>>(std::move(initial));
  }

  bool subscribe_initial() override {
    if (!initial_) return true;
    const auto all = std::move(initial_);
    for (SubscribeTo<T>& one : *all) {
      static_cast<void>(subscribe(std::move(one)));
      if (host_->ending()) return false;
    }
    return true;
  }

  /// R4: returns a handle at once; inside a callback the rest happens when it returned.
  Subscription subscribe(SubscribeTo<T> request, const Subscription& replaces = {}, Reason why = {}) {
    const HostPtr producer = request.to.resolve(*host_);
    check_edge(producer.get(), *host_, request.options);
    std::unique_ptr<Renewal> renewal;
    if (request.options.on_cancel == OnCancel::retry) renewal = std::make_unique<Renewal>(request, producer);
    return begin(producer, std::move(request), std::move(renewal), replaces, std::move(why));
  }

  void drop_renewals() noexcept override { renewals_.reset(); }
  void forget_renewal(SubscriptionId subscription) override {
    if (!renewals_) return;
    const auto found = renewals_->find(subscription);
    if (found == renewals_->end()) return;
    if (found->second->waits) --awaited_;
    renewals_->erase(found);
  }

  void receive(HandOver& batch) override {
    Edge& edge = batch.edge();
    Events<T> events = batch.take<T>();
    if (arrived(edge, events.size())) {
      handle(edge, events);
    } else if (edge.in == Edge::Side::open) {
      park(edge, std::move(events));
    }
  }
  MessagePtr to_message(HandOver& batch) override {
    Edge& edge = batch.edge();
    return MessagePtr(new EventsMessage<T>(edge, batch.take<T>()));
  }

  /// Counts what has come. False: it is not to be handled now; where the edge is open it is to be parked.
  [[nodiscard]] bool arrived(Edge& edge, std::size_t count) {
    edge.received.add(count);
    received_.add(count);
    if (edge.in != Edge::Side::open) [[unlikely]] {
      unknown(edge, count);
      return false;
    }
    queued_ += count;
    return !must_wait();
  }
  void park(Edge& edge, Events<T> events) {
    queue_.push(MessagePtr(new EventsMessage<T>(edge, std::move(events), EventsMessage<T>::Parked::yes)));
  }

  /// Cuts one message into batches and asks after each: genstage.md §5.1.
  void handle(Edge& edge, Events<T>& events) {
    const BorrowedSubscription from(edge);
    if (edge.mode == DemandMode::manual) {
      handle_batch(events, from.get());
      return;
    }
    Demand allowed = edge.window.open();
    const auto chunk = static_cast<std::size_t>(edge.window.chunk());
    do {
      Events<T> batch = events.take_front(chunk);
      const DemandWindow::Settled settled = edge.window.settle(batch.size(), allowed);
      if (settled.excess != 0) [[unlikely]]
        log_excess(edge, settled.excess);
      if (!handle_batch(batch, from.get())) {
        queued_ -= events.size();
        host_->lost_received.add(events.size());
        return;
      }
      if (settled.ask != 0 && edge.in == Edge::Side::open) ask_for_more(edge, settled.ask);
    } while (!events.empty());
  }

 private:
  /// What is needed to subscribe once more. Kept under the id of the subscription it would renew.
  struct Renewal {
    Renewal(const SubscribeTo<T>& terms, const HostPtr& producer)
        : request(terms),
          name(producer ? std::string(producer->name()) : terms.to.name()),
          backoff(terms.options.retry) {
      if (!name.empty()) request.to = Upstream<T>(name);
    }
    SubscribeTo<T> request;
    std::string name;  // empty: it has none, so nobody can come back under it
    Backoff backoff;
    Instant since = {};
    bool waits = false;
  };

  Subscription begin(const HostPtr& producer, SubscribeTo<T> request, std::unique_ptr<Renewal> renewal,
                     const Subscription& replaces = {}, Reason why = {}) {
    auto* const edge =
        new EdgeOf<T>(SubscriptionId{host_->new_id()}, producer, HostPtr(host_), request.options);
    const EdgePtr keep(edge);
    edge->Seat<T>::id = edge->Edge::id;
    edge->Seat<T>::consumer = host_->id();
    if (request.selector) edge->selector = std::move(request.selector);
    if (renewal) [[unlikely]]
      remember(edge->Edge::id, std::move(renewal));
    if (!producer) {
      if (request.options.on_cancel == OnCancel::retry) {
        retry_later(edge->Edge::id);
      } else {
        missing(request.to.name(), request.options.on_cancel);
      }
    } else if (!host_->in_callback()) {
      open(keep, std::move(request.options), EdgePtr(replaces.edge()), std::move(why));
    } else {
      host_->defer([this, keep, options = std::move(request.options), old = EdgePtr(replaces.edge()),
                    why = std::move(why)]() mutable {
        open(keep, std::move(options), std::move(old), std::move(why));
      });
    }
    return Subscription(edge);
  }

  void remember(SubscriptionId subscription, std::unique_ptr<Renewal> renewal) {
    if (!renewals_) renewals_ = std::make_unique<Renewals>();
    renewal->since = host_->now();
    renewal->waits = false;
    (*renewals_)[subscription] = std::move(renewal);
  }

  void renew(Edge& edge) override {
    if (!renewals_ || host_->stopping()) return;
    const auto found = renewals_->find(edge.id);
    if (found == renewals_->end()) return;
    Renewal& renewal = *found->second;
    if (edge.received.value() != 0 || host_->now() - renewal.since >= renewal.backoff.options().most)
      renewal.backoff.succeeded();
    retry_later(edge.id);
  }

  void retry_later(SubscriptionId subscription) {
    Renewal& renewal = *renewals_->at(subscription);
    const auto delay = wait_before_retry(renewal.name, renewal.backoff);
    if (!delay) {
      renewals_->erase(subscription);
      return;
    }
    renewal.waits = true;
    ++awaited_;
    host_->start_alarm(*delay, [me = HostPtr(host_), subscription] {
      me->post(make_errand(
          [subscription](Host& at) { static_cast<Intake&>(*at.intake()).try_again(subscription); }));
    });
  }

  void try_again(SubscriptionId subscription) {
    if (!renewals_) return;
    const auto found = renewals_->find(subscription);
    if (found == renewals_->end() || host_->stopping()) return;
    --awaited_;
    const HostPtr producer = found->second->request.to.resolve(*host_);
    if (!producer) {
      retry_later(subscription);
      return;
    }
    std::unique_ptr<Renewal> renewal = std::move(found->second);
    renewals_->erase(found);
    SubscribeTo<T> request = renewal->request;
    static_cast<void>(begin(producer, std::move(request), std::move(renewal)));
  }

  /// An ask that only raises a near producer_consumer's credit needs no message.
  void ask_for_more(Edge& edge, Demand n) {
    Host& producer = *edge.producer;
    if (producer.near(*host_) != nullptr && producer.resting() &&
        static_cast<Outlet<T>&>(*producer.outlet()).absorb(edge, n))
      return;
    send_ask(edge, n);
  }

  bool handle_batch(Events<T>& batch, const Subscription& from) {
    const std::size_t count = batch.size();
    if (OutletBase* const outlet = host_->outlet()) outlet->expect(count);
    queued_ -= count;
    bool returned = false;
    const bool goes_on = host_->run([&] {
      static_cast<EventCallbacks<T>*>(callbacks_)->handle_events(std::move(batch), from);
      returned = true;
    });
    if (!returned) [[unlikely]] {
      host_->lost_received.add(count);
    } else {
      handled_.add(count);
    }
    return goes_on;
  }

  using Renewals = std::unordered_map<SubscriptionId, std::unique_ptr<Renewal>>;
  std::unique_ptr<std::vector<SubscribeTo<T>>> initial_;
  std::unique_ptr<Renewals> renewals_;  // on first use
};

inline bool OutletBase::queue_is_empty() const noexcept { return host_->intake()->queue_empty(); }

inline bool Host::settle() {
  if (was_killed() || (end_ != nullptr && end_->failed)) [[unlikely]] {
    settle_failure();
    return false;
  }
  if (outlet_ && outlet_->has_output()) outlet_->publish();
  if (intake_ && intake_->has_asks()) intake_->flush_asks();
  if (deferred_) [[unlikely]]
    run_deferred();
  return end_ == nullptr;
}

template <class T>
void EventsMessage<T>::deliver(std::unique_ptr<Message> self, Host& at) {
  // Kept by its own type: its destructor is known here.
  const std::unique_ptr<EventsMessage> mine(static_cast<EventsMessage*>(self.release()));
  auto& intake = static_cast<Intake<T>&>(*at.intake());
  if (parked_ == Parked::yes || intake.arrived(*edge_, events_.size())) {
    intake.handle(*edge_, events_);
  } else if (edge_->in == Edge::Side::open) {
    intake.park(*edge_, std::move(events_));
  }
}

}  // namespace sluice::inline v0
