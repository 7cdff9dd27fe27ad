#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "sluice/testing/producer_probe.hpp"
#include "sluice/testing/tck/subject.hpp"
#include "sluice/testing/tck/taker.hpp"
#include "sluice/testing/tck/trial.hpp"

namespace sluice::inline v0::tck::detail {

/// A stage that takes T, subscribed to a producer by hand; where it emits something, to a hungry consumer.
template <class Factory>
class Fed {
 public:
  using T = input_of<Factory>;

  Fed(Trial& trial, Factory& factory, const Sample<T>& sample, StartOptions options = {})
      : trial_(trial),
        sample_(sample),
        probe(trial.runtime()),
        started_(detail::start(factory, trial.runtime(), std::move(options))),
        stage(started_) {
    if constexpr (sluice::detail::Emits<Started<Factory>>) {
      eater_.emplace(trial.runtime());
      eater_->subscribe_to(started_);
      eater_->ask(unlimited);
    }
    trial.settle();
  }

  void subscribe(SubscribeOptions options) { subscription = stage.subscribe_to(probe, std::move(options)); }
  /// One message of the next n events.
  void send(std::size_t n) { send(probe.subscription(), n); }
  void send(const Subscription& to, std::size_t n) {
    Events<T> events;
    for (std::size_t i = 0; i != n; ++i) events.push_back(sample_(sent_++));
    probe.send(to, std::move(events));
  }
  [[nodiscard]] std::size_t sent() const noexcept { return sent_; }
  /// What it has asked for on its first subscription, and not been sent.
  [[nodiscard]] Demand pending() const {
    Demand asked = 0;
    for (const Demand n : probe.asks()) asked = add_demand(asked, n);
    return take_demand(asked, sent_);
  }
  [[nodiscard]] bool has_cancelled() const {
    return std::ranges::any_of(probe.seen(), [](const testing::FromConsumer& seen) {
      return seen.what == testing::FromConsumer::What::cancel;
    });
  }
  /// How often it has subscribed to the probe.
  [[nodiscard]] auto subscriptions() const {
    return std::ranges::count_if(probe.seen(), [](const testing::FromConsumer& seen) {
      return seen.what == testing::FromConsumer::What::subscribe;
    });
  }
  /// Why it has ended; nothing while it lives.
  [[nodiscard]] std::optional<Reason> end() const {
    if (stage.alive()) return std::nullopt;
    return trial_.runtime().wait(stage, Duration::zero());
  }
  /// Its subscriptions to the probe, as it sees them itself.
  [[nodiscard]] std::vector<SubscriptionInfo> table() const {
    std::vector<SubscriptionInfo> own;
    for (SubscriptionInfo& info : stage.inspect().producers) {
      if (info.peer == probe.ref().id()) own.push_back(std::move(info));
    }
    return own;
  }

 private:
  Trial& trial_;
  const Sample<T>& sample_;
  std::size_t sent_ = 0;

 public:
  testing::ProducerProbe<T> probe;

 private:
  Started<Factory> started_;
  std::optional<Taker<typename OutputOr<Factory, T>::type>> eater_;

 public:
  ConsumerRef<T> stage;
  Subscription subscription;
};

}  // namespace sluice::inline v0::tck::detail
