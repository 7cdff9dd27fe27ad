#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/runtime/runtime.hpp"
#include "sluice/stage/consumer.hpp"
#include "sluice/testing/probe_log.hpp"

namespace sluice::inline v0::testing {

/// One message a consumer received.
template <class T>
struct FromProducer {
  Subscription subscription = {};
  std::vector<T> events = {};  ///< empty: the end of the subscription
  std::optional<Cancellation> cancellation = {};
};

/// A consumer driven by hand: asks only when told to, and records every message as it came. Its subscriptions
/// are temporary unless the options say otherwise. Thread rule: any thread but inside a callback; let the
/// runtime settle before looking.
template <class T>
  requires std::copy_constructible<T>
class ConsumerProbe {
 public:
  explicit ConsumerProbe(Runtime& runtime, StartOptions options = {})
      : log_(std::make_shared<ProbeLog<FromProducer<T>>>()),
        stage_(runtime.start<Stage>(std::move(options), log_)) {}

  [[nodiscard]] const auto& ref() const noexcept { return stage_; }

  template <class P>
  Subscription subscribe_to(const P& producer, SubscribeOptions options = {.on_cancel = OnCancel::temporary},
                            Selector<T> selector = {}) {
    return subscription_ = stage_.subscribe_to(producer, std::move(options), std::move(selector));
  }
  void ask(const Subscription& subscription, Demand n) { subscription.ask(n); }
  /// On the newest subscription.
  void ask(Demand n) { subscription_.ask(n); }
  void cancel(Reason reason = {}) { subscription_.cancel(std::move(reason)); }

  [[nodiscard]] const Subscription& subscription() const noexcept { return subscription_; }
  [[nodiscard]] std::vector<FromProducer<T>> seen() const { return log_->all(); }
  /// The events of each message, in order.
  [[nodiscard]] std::vector<std::vector<T>> messages() const {
    std::vector<std::vector<T>> all;
    for (const FromProducer<T>& seen : log_->all()) {
      if (!seen.cancellation) all.push_back(seen.events);
    }
    return all;
  }
  /// All events in one.
  [[nodiscard]] std::vector<T> events() const {
    std::vector<T> all;
    for (const auto& message : messages()) all.insert(all.end(), message.begin(), message.end());
    return all;
  }
  [[nodiscard]] std::vector<Cancellation> cancellations() const {
    std::vector<Cancellation> all;
    for (const FromProducer<T>& seen : log_->all()) {
      if (seen.cancellation) all.push_back(*seen.cancellation);
    }
    return all;
  }
  /// Throws ProbeError unless exactly these events were seen, however they were cut.
  void expect_events(const std::vector<T>& wanted) const {
    if (const auto all = events(); all != wanted) {
      throw ProbeError("consumer probe: " + std::to_string(all.size()) + " events differ from the " +
                       std::to_string(wanted.size()) + " expected");
    }
  }

 private:
  using Log = std::shared_ptr<ProbeLog<FromProducer<T>>>;

  class Stage final : public Consumer<T> {
   public:
    explicit Stage(Log log) : log_(std::move(log)) {}

   private:
    DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
      return DemandMode::manual;
    }
    void handle_events(Events<T> events, const Subscription& from) override {
      log_->add({from, {events.begin(), events.end()}, std::nullopt});
    }
    void handle_cancel(const Cancellation& cancellation, const Subscription& from) override {
      log_->add({from, {}, cancellation});
    }
    Log log_;
  };

  Log log_;
  Ref<Stage> stage_;
  Subscription subscription_;
};

}  // namespace sluice::inline v0::testing
