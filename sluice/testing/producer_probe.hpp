#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/runtime/runtime.hpp"
#include "sluice/stage/producer.hpp"
#include "sluice/testing/probe_log.hpp"

namespace sluice::inline v0::testing {

/// One message a producer received.
struct FromConsumer {
  enum class What : unsigned char { subscribe, ask, cancel };
  What what = What::subscribe;
  Subscription subscription = {};
  Demand n = 0;                   ///< of an ask
  Cancellation why = {};          ///< of a cancel
  SubscribeOptions options = {};  ///< of a subscribe

  /// "subscribe", "ask 10", "cancel: boom", "down: killed"
  [[nodiscard]] std::string to_string() const;
};

/// A producer driven by hand: it records what consumers say, in order, and sends what it is told to, asked
/// for or not. Thread rule: any thread but inside a callback; let the runtime settle before looking.
template <class T>
class ProducerProbe {
 public:
  explicit ProducerProbe(Runtime& runtime, StartOptions options = {})
      : log_(std::make_shared<ProbeLog<FromConsumer>>()),
        stage_(runtime.start<Stage>(std::move(options), log_)) {}

  [[nodiscard]] const auto& ref() const noexcept { return stage_; }
  operator Upstream<T>() const { return stage_; }
  using Output = T;

  /// One message with these events on this subscription, whatever was asked for.
  void send(const Subscription& to, Events<T> events) {
    stage_.call([to, events = std::make_shared<Events<T>>(std::move(events))](Stage& stage) mutable {
      stage.send(to, std::move(*events));
    });
  }
  /// The same on the first subscription.
  void send(Events<T> events) { send(subscription(), std::move(events)); }
  /// Ends a subscription from the producer's side.
  void cancel(const Subscription& subscription, Reason reason = {}) {
    subscription.cancel(std::move(reason));
  }
  void cancel(Reason reason = {}) { subscription().cancel(std::move(reason)); }
  /// A subscription that the consumer knows nothing of.
  Subscription impose_on(const ConsumerRef<T>& consumer) {
    return stage_.call([host = consumer.host()](Stage& stage) { return stage.impose_on(host); });
  }

  /// The nth subscription that was seen, 0 is the first. Throws ProbeError when there was none.
  [[nodiscard]] Subscription subscription(std::size_t nth = 0) const {
    for (const FromConsumer& seen : log_->all()) {
      if (seen.what == FromConsumer::What::subscribe && nth-- == 0) return seen.subscription;
    }
    throw ProbeError("producer probe: nobody has subscribed");
  }
  [[nodiscard]] std::vector<FromConsumer> seen() const { return log_->all(); }
  /// "subscribe", "ask 10", "cancel: boom" … in order.
  [[nodiscard]] std::vector<std::string> trace() const {
    std::vector<std::string> lines;
    for (const FromConsumer& seen : log_->all()) lines.push_back(seen.to_string());
    return lines;
  }
  /// The asks only.
  [[nodiscard]] std::vector<Demand> asks() const {
    std::vector<Demand> all;
    for (const FromConsumer& seen : log_->all()) {
      if (seen.what == FromConsumer::What::ask) all.push_back(seen.n);
    }
    return all;
  }
  /// Throws ProbeError unless exactly these asks were seen.
  void expect_asks(const std::vector<Demand>& wanted) const {
    if (const auto all = asks(); all != wanted)
      throw ProbeError("producer probe: asks " + list(all) + ", expected " + list(wanted));
  }

 private:
  using Log = std::shared_ptr<ProbeLog<FromConsumer>>;

  static std::string list(const std::vector<Demand>& all) {
    std::string text = "[";
    for (const Demand n : all) text.append(text.size() > 1 ? " " : "").append(std::to_string(n));
    return text + "]";
  }

  /// Places what it is told to where it is told to.
  class Hand final : public Dispatcher<T> {
   public:
    explicit Hand(Log log) : log_(std::move(log)) {}
    Demand subscribe(Seat<T>& /*seat*/, const Newcomer& /*who*/, Delivery<T>& /*out*/) override { return 0; }
    Demand cancel(Seat<T>& /*seat*/, Delivery<T>& /*out*/) override { return 0; }
    Demand ask(Seat<T>& seat, Demand n, Delivery<T>& /*out*/) override {
      log_->add({.what = FromConsumer::What::ask,
                 .subscription = Subscription(static_cast<EdgeOf<T>*>(&seat)),
                 .n = n});
      return 0;
    }
    Demand dispatch(Events<T>& events, Delivery<T>& out) override {
      if (target == nullptr) return 0;
      out.deliver(*target, std::move(events));
      events = {};
      return 0;
    }
    [[nodiscard]] std::string_view name() const override { return "probe"; }
    Seat<T>* target = nullptr;

   private:
    Log log_;
  };

  class Stage final : public Producer<T> {
   public:
    explicit Stage(Log log) : Stage(log, new Hand(log)) {}
    void send(const Subscription& to, Events<T> events) {
      hand_->target = static_cast<EdgeOf<T>*>(to.edge());
      this->emit_all(std::move(events));
      this->flush();
      hand_->target = nullptr;
    }
    Subscription impose_on(const HostPtr& consumer) {
      const EdgePtr edge(
          new EdgeOf<T>(SubscriptionId{this->host().new_id()}, HostPtr(&this->host()), consumer, {}));
      this->host().defer([this, edge] { this->host().outlet()->subscribe(edge, {}, {}, {}); });
      return Subscription(edge.get());
    }

   private:
    Stage(Log log, Hand* hand)
        : Producer<T>({.dispatcher = std::unique_ptr<Hand>(hand), .buffer = {.size = unlimited}}),
          log_(std::move(log)),
          hand_(hand) {}
    void handle_demand(Demand /*n*/) override {}
    void handle_subscriber(const SubscribeOptions& options, const Subscription& from) override {
      FromConsumer seen;  // filled in steps: g++ 12 warns falsely on a temporary
      seen.subscription = from;
      seen.options = options;
      log_->add(std::move(seen));
    }
    void handle_cancel(const Cancellation& why, const Subscription& from) override {
      log_->add({.what = FromConsumer::What::cancel, .subscription = from, .why = why});
    }
    Log log_;
    Hand* hand_;
  };

  Log log_;
  Ref<Stage> stage_;
};

inline std::string FromConsumer::to_string() const {
  switch (what) {
    case What::subscribe: return "subscribe";
    case What::ask: return "ask " + std::to_string(n);
    case What::cancel:
      return (why.cause == Cancellation::Cause::down ? "down: " : "cancel: ") +
             (why.reason.kind() == Reason::Kind::failure ? std::string(why.reason.text())
                                                         : why.reason.to_string());
  }
  return "unknown";
}

}  // namespace sluice::inline v0::testing
