#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/flow/context.hpp"
#include "sluice/flow/layer_body.hpp"
#include "sluice/flow/layer_control.hpp"
#include "sluice/flow/layer_options.hpp"
#include "sluice/flow/upstream_end.hpp"
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
  /// Sources that begin by themselves: subscribed to when everything is wired.
  std::vector<SubscribeTo<In>> running = {};
  /// Operators may hold back as many events before nothing more is asked for; with as few it goes on.
  Demand most_held = 1;
  Demand least_held = 0;
  std::function<void(std::size_t index, std::size_t count)> on_init = {};
};

/// What the two kinds of a layer's stages share: subscriptions, alarms, and the end. Self is the stage; it
/// has send(f), which calls f(out) with where events go, and finished(), called after the last of them.
template <class Self, class In>
class LayerRun : private Surroundings, public LayerControl {
 public:
  // -- LayerControl
  void trigger(const std::string& name) final {
    body_->trigger({.kind = TriggerName::Kind::named, .text = name}, me());
    count_held();
  }
  std::vector<HostPtr> connect() final {
    std::vector<HostPtr> sources;
    for (SubscribeTo<In>& one : std::exchange(seat_.running, {})) {
      sources.push_back(one.to.host());
      running_.push_back(me().subscribe(std::move(one)));
    }
    return sources;
  }
  void demand_from_running(DemandFlow flow) final {
    for (const Subscription& one : running_) flow == DemandFlow::forward ? one.resume() : one.pause();
  }
  void disconnect() final {
    for (const Subscription& one : running_) one.cancel(Reason::shutdown());
    const std::size_t never = std::exchange(seat_.running, {}).size();
    open_ -= never;
    if (never != 0 && open_ == 0) complete();
  }

 protected:
  LayerRun(LayerSeat<In> seat, const MakeBody<In, Self>& make)
      : seat_(std::move(seat)), context_(*this, seat_.index, seat_.count), body_(make(context_)) {}

  void begin() {
    if (seat_.on_init) seat_.on_init(seat_.index, seat_.count);
    body_->begin(me());
    open_ = seat_.upstreams.size() + seat_.running.size();
    for (SubscribeTo<In>& one : std::exchange(seat_.upstreams, {})) me().subscribe(std::move(one));
    if (open_ == 0) me().later([this] { complete(); });
  }
  void opened(const Subscription& from) {
    sources_.push_back({from});
    body_->opened(from.id());
    if (full_) from.pause();
  }
  void run_events(Events<In>& events, const Subscription& from) {
    context_.enter(from.id());
    body_->events(events.mine(), from.id(), me());
    count_held();
  }
  /// An upstream has ended, or the subscription to it.
  void closed(const Cancellation& cancellation, const Subscription& from) {
    std::erase_if(sources_, [&](const Source& source) { return source.from == from; });
    const Reason reason = end_of_upstream(cancellation, from);
    if (!reason.polite() || says_flow_stopped(reason)) {  // no end of its events: `done` does not fire (E4)
      me().give_up(reason);
      return;
    }
    body_->closed(from.id(), me());
    count_held();
    if (--open_ == 0) complete();
  }
  void alarm(TimerId timer) {
    body_->alarm(timer, me());
    count_held();
    if (completing_) complete();
  }
  /// Whether operators still hold back what they will hand on by their alarms.
  [[nodiscard]] bool holds_back() const noexcept { return completing_ && !finished_; }

  [[nodiscard]] const LayerBody<In, Self>& body() const noexcept { return *body_; }
  [[nodiscard]] bool holds_events() const noexcept { return held_ != 0; }

 private:
  /// A stage above. Nothing is asked of it while an operator does not want it, or the layer is full.
  struct Source {
    enum class Wanted : unsigned char { yes, no };
    Subscription from;
    Wanted wanted = Wanted::yes;
  };

  /// All events are here; what operators still hold back comes by their alarms, also what they hold back of
  /// what `done` has brought them.
  void complete() {
    completing_ = true;
    count_held();
    if (held_ != 0 || ended_) return;
    if (!finished_) {
      finished_ = true;
      body_->finish(me());
      count_held();
      if (held_ != 0) return;
    }
    ended_ = true;
    me().finished();
  }
  /// Back-pressure: with as many events held as a subscription may ask for, nothing more is asked for until
  /// they are few again. What is on its way then still comes, so with n subscriptions no more than
  /// (n + 2) * max_demand are held; right behind a range, two of its slices more.
  void count_held() {
    if (!body_->may_hold()) return;
    held_ = body_->pending();
    const bool full = full_ ? held_ > seat_.least_held : held_ >= seat_.most_held;
    if (full == std::exchange(full_, full)) return;
    for (const Source& source : sources_) ask_or_not(source);
  }
  void ask_or_not(const Source& source) const {
    if (full_ || source.wanted == Source::Wanted::no) {
      source.from.pause();
    } else {
      source.from.resume();
    }
  }
  void want(SubscriptionId from, typename Source::Wanted wanted) {
    for (Source& source : sources_) {
      if (source.from.id() != from) continue;
      source.wanted = wanted;
      ask_or_not(source);
    }
  }

  [[nodiscard]] Self& me() noexcept { return static_cast<Self&>(*this); }
  [[nodiscard]] const Self& me() const noexcept { return static_cast<const Self&>(*this); }
  [[nodiscard]] Instant time() const final { return me().clock_time(); }
  TimerId alarm_after(Duration delay) final { return me().set_alarm(delay); }
  TimerId alarm_every(Duration period) final { return me().set_alarm_every(period); }
  void forget_alarm(TimerId alarm) final { me().drop_alarm(alarm); }
  void write_log(Severity severity, std::string text) const final { me().write(severity, std::move(text)); }
  std::uint64_t draw() final { return me().draw_bits(); }
  void pause(SubscriptionId from) final { want(from, Source::Wanted::no); }
  void resume(SubscriptionId from) final { want(from, Source::Wanted::yes); }

  LayerSeat<In> seat_;
  Context context_;
  std::unique_ptr<LayerBody<In, Self>> body_;
  std::vector<Subscription> running_;
  std::vector<Source> sources_;
  std::size_t open_ = 0;
  std::size_t held_ = 0;  // by operators, as of the last callback
  bool full_ = false;
  bool completing_ = false;  // no events will come
  bool finished_ = false;    // `done` has fired
  bool ended_ = false;
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
  std::uint64_t draw_bits() { return this->host().draw(); }
  void give_up(const Reason& reason) { this->stop(reason); }
  void later(UniqueFunction<void()> code) { this->info(std::move(code)); }
  template <class In>
  Subscription subscribe(SubscribeTo<In> to) {
    return this->subscribe_to(to.to, std::move(to.options), std::move(to.selector));
  }

 protected:
  using Base::Base;
};

/// A stage of a layer whose events go on to other stages (flow.md F1.2). Ends normally when all above have
/// and its last events were handed out (F9.8), or at once, with shutdown, when its last consumer has left
/// (F9.9).
template <class In, class Out>
class LayerStage final : public LayerServices<ProducerConsumer<In, Out>>,
                         public LayerRun<LayerStage<In, Out>, In> {
  using Run = LayerRun<LayerStage, In>;

 public:
  LayerStage(LayerSeat<In> seat, const MakeBody<In, LayerStage>& make, DispatcherFor<Out> dispatcher,
             BufferOptions buffer)
      : LayerServices<ProducerConsumer<In, Out>>({.dispatcher = std::move(dispatcher), .buffer = buffer}),
        Run(std::move(seat), make) {}

  /// One type for all that send is called with: what the operators do with it is compiled once.
  struct EmitEach {
    LayerStage* stage;

    template <class T>
    void operator()(T&& event) const {
      stage->emit(std::forward<T>(event));
    }
  };
  template <class F>
  void send(const F& f) {
    EmitEach out{this};
    f(out);
  }
  template <class F>
  void send_up_to(std::size_t most, const F& f) {
    this->emit_up_to(most, f);
  }

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
  void handle_subscriber(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
    ++consumers_;
  }
  void handle_cancel(const Cancellation& cancellation, const Subscription& from) override {
    if (from.consumer() == this->self()) {
      Run::closed(cancellation, from);
    } else if (--consumers_ == 0) {
      this->stop(Reason::shutdown("nobody wants its events any more: " + cancellation.reason.to_string()));
    }
  }
  void handle_events(Events<In> events, const Subscription& from) override {
    if constexpr (std::same_as<In, Out>) {
      if (Run::body().is_identity()) {
        this->emit_all(std::move(events));
        return;
      }
    }
    Run::run_events(events, from);
  }
  void handle_timer(TimerId timer) override { Run::alarm(timer); }
  [[nodiscard]] bool has_work() const noexcept override { return Run::holds_back() || Run::holds_events(); }

  void finished() {
    this->info([this] { this->stop(); });
  }

  std::size_t consumers_ = 0;
};

/// A stage of the last layer of a flow that is run for its effects: what the layer would emit is dropped
/// (flow.md F9.1, E1, E3).
template <class In>
class LayerEnd final : public LayerServices<Consumer<In>>, public LayerRun<LayerEnd<In>, In> {
  using Run = LayerRun<LayerEnd, In>;

 public:
  LayerEnd(LayerSeat<In> seat, const MakeBody<In, LayerEnd>& make) : Run(std::move(seat), make) {}

  struct Drop {
    template <class T>
    void operator()(T&& /*event*/) const noexcept {}
  };
  template <class F>
  void send(const F& f) {
    Drop out;
    f(out);
  }
  template <class F>
  void send_up_to(std::size_t /*most*/, const F& f) {
    send(f);
  }

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
  [[nodiscard]] bool has_work() const noexcept override { return Run::holds_back() || Run::holds_events(); }

  void finished() { this->stop(); }
};

}  // namespace sluice::inline v0::flow
