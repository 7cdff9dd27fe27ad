#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/flow/context.hpp"
#include "sluice/flow/layer.hpp"
#include "sluice/flow/layer_options.hpp"
#include "sluice/stage/consumer.hpp"
#include "sluice/stage/producer_consumer.hpp"
#include "sluice/stage/ref.hpp"

namespace sluice::inline v0::flow {

/// Where one stage of a layer stands, and what it is fed by.
template <class In>
struct LayerSeat {
  std::size_t index = 0;
  std::size_t count = 1;
  std::vector<SubscribeTo<In>> upstreams = {};
  std::function<void(std::size_t index, std::size_t count)> on_init = {};
};

/// Why a stage above has ended, as far as its events are concerned: polite where they are complete. One that
/// had ended before it could be subscribed to is asked for its own reason (E16).
[[nodiscard]] Reason end_of_upstream(const Cancellation& cancellation, const Subscription& from);

/// What the two kinds of a layer's stages share: subscriptions, alarms, and the end. Self is the stage; it
/// has send(f), which calls f(out) with where events go, and finished(), called after the last of them.
template <class Self, class In, class... Ops>
class LayerRun : private Surroundings {
 public:
  using Layer = detail::LayerOf<In, Ops...>;

 protected:
  LayerRun(LayerSeat<In> seat, const std::tuple<Ops...>& ops)
      : seat_(std::move(seat)),
        context_(*this, seat_.index, seat_.count),
        layer_(detail::make_layer<In>(ops, context_)) {}

  void begin() {
    if (seat_.on_init) seat_.on_init(seat_.index, seat_.count);
    me().send([this](auto& out) { layer_.begin(context_, out); });
    for (SubscribeTo<In>& one : seat_.upstreams) me().subscribe(std::move(one));
    open_ = seat_.upstreams.size();
    seat_.upstreams.clear();
    if (open_ == 0) me().later([this] { complete(); });
  }
  void opened(const Subscription& from) { layer_.opened(from.id()); }
  void run_events(Events<In>& events, const Subscription& from) {
    me().send_up_to(events.size(),
                    [&](auto& out) { layer_.events(events.mine(), from.id(), context_, out); });
  }
  /// An upstream has ended, or the subscription to it.
  void closed(const Cancellation& cancellation, const Subscription& from) {
    const Reason reason = end_of_upstream(cancellation, from);
    if (!reason.polite()) {
      me().give_up(reason);
      return;
    }
    me().send([&](auto& out) { layer_.closed(from.id(), context_, out); });
    if (--open_ == 0) complete();
  }
  void alarm(TimerId timer) {
    me().send([&](auto& out) { layer_.alarm(timer, context_, out); });
    if (completing_) complete();
  }
  void fire(const std::string& name) {
    me().send(
        [&](auto& out) { layer_.trigger({.kind = TriggerName::Kind::named, .text = name}, context_, out); });
  }

  [[nodiscard]] const LayerSeat<In>& seat() const noexcept { return seat_; }

 private:
  /// All events are here; what operators still hold back comes by their alarms.
  void complete() {
    completing_ = true;
    if (finished_ || layer_.pending() != 0) return;
    finished_ = true;
    me().send([this](auto& out) { layer_.finish(context_, out); });
    me().finished();
  }

  [[nodiscard]] Self& me() noexcept { return static_cast<Self&>(*this); }
  [[nodiscard]] const Self& me() const noexcept { return static_cast<const Self&>(*this); }
  [[nodiscard]] Instant time() const final { return me().clock_time(); }
  TimerId alarm_after(Duration delay) final { return me().set_alarm(delay); }
  TimerId alarm_every(Duration period) final { return me().set_alarm_every(period); }
  void forget_alarm(TimerId alarm) final { me().drop_alarm(alarm); }
  void write_log(Severity severity, std::string text) const final { me().write(severity, std::move(text)); }

  LayerSeat<In> seat_;
  Context context_;
  Layer layer_;
  std::size_t open_ = 0;
  bool completing_ = false;
  bool finished_ = false;
};

/// The services of a stage under the names LayerRun calls them by; Base is ProducerConsumer or Consumer.
template <class Base>
class LayerServices : public Base {
 public:
  [[nodiscard]] Instant clock_time() const { return this->now(); }
  TimerId set_alarm(Duration delay) { return this->after(delay); }
  TimerId set_alarm_every(Duration period) { return this->every(period); }
  void drop_alarm(TimerId alarm) { this->cancel(alarm); }
  void write(Severity severity, std::string text) const { this->log(severity, std::move(text)); }
  void give_up(const Reason& reason) { this->stop(reason); }
  void later(UniqueFunction<void()> code) { this->info(std::move(code)); }
  template <class In>
  void subscribe(SubscribeTo<In> to) {
    this->subscribe_to(to.to, std::move(to.options), std::move(to.selector));
  }

 protected:
  using Base::Base;
};

/// A stage of a layer whose events go on to other stages (flow.md F1.2). Ends normally when all above have
/// and its last events were handed out (F9.8), or at once when its last consumer has left (F9.9).
template <class In, class... Ops>
class LayerStage final
    : public LayerServices<ProducerConsumer<In, typename detail::LayerOf<In, Ops...>::Output>>,
      public LayerRun<LayerStage<In, Ops...>, In, Ops...> {
  using Run = LayerRun<LayerStage, In, Ops...>;
  using Out = typename detail::LayerOf<In, Ops...>::Output;

 public:
  LayerStage(LayerSeat<In> seat, const std::tuple<Ops...>& ops, DispatcherFor<Out> dispatcher,
             BufferOptions buffer)
      : LayerServices<ProducerConsumer<In, Out>>({.dispatcher = std::move(dispatcher), .buffer = buffer}),
        Run(std::move(seat), ops) {}

  /// Fires the trigger of this name in all open windows (flow.md F7.10).
  void trigger(const std::string& name) { this->fire(name); }

 private:
  friend Run;

  Start handle_start() override {
    Run::begin();
    return Start::ok;
  }
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& from) override {
    Run::opened(from);
    return DemandMode::automatic;
  }
  void handle_subscriber(const SubscribeOptions& /*options*/, const Subscription& from) override {
    if (done_) from.cancel();  // F9.10
    ++consumers_;
  }
  void handle_cancel(const Cancellation& cancellation, const Subscription& from) override {
    if (from.consumer() == this->self()) {
      Run::closed(cancellation, from);
    } else if (--consumers_ == 0 && !done_) {
      this->stop();
    }
  }
  void handle_events(Events<In> events, const Subscription& from) override {
    if constexpr (Run::Layer::identity) {
      this->emit_all(std::move(events));
    } else {
      Run::run_events(events, from);
    }
  }
  void handle_timer(TimerId timer) override { Run::alarm(timer); }

  template <class F>
  void send(F f) {
    auto out = [this](auto&& event) { this->emit(std::forward<decltype(event)>(event)); };
    f(out);
  }
  template <class F>
  void send_up_to(std::size_t most, F f) {
    if constexpr (Run::Layer::at_most_one) {
      this->emit_up_to(most, f);
    } else {
      send(f);
    }
  }
  void finished() {
    done_ = true;
    this->info([this] { this->stop(); });
  }

  std::size_t consumers_ = 0;
  bool done_ = false;
};

/// A stage of the last layer of a flow that is run for its effects: what the layer would emit is dropped
/// (flow.md F9.1, E1, E3).
template <class In, class... Ops>
class LayerEnd final : public LayerServices<Consumer<In>>, public LayerRun<LayerEnd<In, Ops...>, In, Ops...> {
  using Run = LayerRun<LayerEnd, In, Ops...>;

 public:
  LayerEnd(LayerSeat<In> seat, const std::tuple<Ops...>& ops) : Run(std::move(seat), ops) {}

  /// Fires the trigger of this name in all open windows (flow.md F7.10).
  void trigger(const std::string& name) { this->fire(name); }

 private:
  friend Run;

  Start handle_start() override {
    Run::begin();
    return Start::ok;
  }
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& from) override {
    Run::opened(from);
    return DemandMode::automatic;
  }
  void handle_cancel(const Cancellation& cancellation, const Subscription& from) override {
    Run::closed(cancellation, from);
  }
  void handle_events(Events<In> events, const Subscription& from) override { Run::run_events(events, from); }
  void handle_timer(TimerId timer) override { Run::alarm(timer); }

  template <class F>
  void send(F f) {
    auto drop = [](auto&& /*event*/) {};
    f(drop);
  }
  template <class F>
  void send_up_to(std::size_t /*most*/, F f) {
    send(f);
  }
  void finished() { this->stop(); }
};

}  // namespace sluice::inline v0::flow
