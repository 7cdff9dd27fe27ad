#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "sluice/core/reason.hpp"
#include "sluice/stage/call.hpp"
#include "sluice/stage/host.hpp"
#include "sluice/stage/ref.hpp"

namespace sluice::inline v0 {

/// What all stages have in common: callbacks anybody may override, and what a stage may ask for while one of
/// them runs. Users derive from Producer, ProducerConsumer or Consumer, never from this class.
///
/// Life: constructor (no services yet), handle_start, callbacks one at a time, terminate, destructor.
/// Thread rule: callbacks and services belong to the stage's turn; a constructor runs on the thread that
/// calls start.
class Stage {
 public:
  Stage() = default;
  virtual ~Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

 protected:
  // -- callbacks

  /// First turn; start() returns after it. Start::ignore ends the stage at once, without terminate.
  virtual Start handle_start() { return Start::ok; }
  virtual void handle_timer(TimerId /*timer*/) {}
  /// A monitored stage ended.
  virtual void handle_down(MonitorId /*monitor*/, const Reason& /*reason*/) {}
  /// A linked stage ended; only with StartOptions::exits = Exits::trap.
  virtual void handle_exit(AnyRef /*from*/, const Reason& /*reason*/) {}
  /// A subscription has ended, on either side; it is no longer in the table (R3.7).
  virtual void handle_cancel(const Cancellation& /*cancellation*/, const Subscription& /*from*/) {}
  /// Last callback, unless the stage was killed or never started. What it throws is logged.
  virtual void terminate(const Reason& /*reason*/) {}
  /// One line for people, shown by inspect().
  [[nodiscard]] virtual std::string describe() const { return {}; }

  // -- services

  [[nodiscard]] AnyRef self() const;
  /// Ends the stage after this callback; what it emitted is still sent. The first reason counts.
  void stop(Reason reason = {});
  /// Whether the stage or its runtime is being ended: long callbacks look at it and return.
  [[nodiscard]] bool stopping() const;
  /// One call of handle_timer after `delay`.
  TimerId after(Duration delay);
  /// A call of handle_timer every `period`, the first after one period. Missed ones are not made up for.
  TimerId every(Duration period);
  /// Also removes a call that is already queued.
  void cancel(TimerId timer);
  /// handle_down will be called once, when `other` ends; at once with noproc if it has.
  MonitorId monitor(const AnyRef& other);
  /// Also removes a call that is already queued.
  void demonitor(MonitorId monitor);
  /// An abnormal end of one of the two ends the other.
  void link(const AnyRef& other);
  void unlink(const AnyRef& other);
  /// Runs `code` as a turn of its own, after what is emitted by now and buffered was handed out.
  void info(UniqueFunction<void()> code);
  /// The stage is occupied for so long: what this callback emits becomes visible then, and nothing else runs
  /// before. Time is the runtime's clock; no thread is blocked.
  void busy_for(Duration time);
  /// The runtime's clock, plus what busy_for added in this turn.
  [[nodiscard]] Instant now() const;
  /// A line in the runtime's log under this stage's name.
  void log(Severity severity, std::string text) const;

  /// Asks another stage without waiting: `request(to, method, args…, then)` or `(…, then, timeout)`.
  /// `method(stage, args…)` runs there, `then(Result<R>)` here as a turn of its own, after at most `timeout`
  /// (5 s). A later answer is discarded.
  template <class S, class F, class... Rest>
  void request(const Ref<S>& to, F method, Rest&&... rest) {
    auto all = std::forward_as_tuple(std::forward<Rest>(rest)...);
    constexpr std::size_t last = sizeof...(Rest) - 1;
    constexpr bool timed = std::is_convertible_v<std::tuple_element_t<last, decltype(all)>, Duration>;
    constexpr std::size_t then = timed ? last - 1 : last;
    Duration timeout = detail::default_timeout;
    if constexpr (timed) timeout = std::get<last>(all);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      send_request(to, timeout, std::get<then>(std::move(all)), std::move(method),
                   std::get<I>(std::move(all))...);
    }(std::make_index_sequence<then>());
  }

  /// Starts a stage of class S that is linked to this one. Throws StartError.
  template <class S, class... Args>
  Ref<S> start_linked(StartOptions options, Args&&... args) {
    HostPtr started = host_->start(
        std::move(options),
        [&args...]() -> std::unique_ptr<Stage> { return std::make_unique<S>(std::forward<Args>(args)...); },
        typeid(S), nullptr);
    if (started) host_->link(started);
    return Ref<S>(std::move(started));
  }

  [[nodiscard]] Host& host() const noexcept { return *host_; }

 private:
  friend class Host;
  friend class Cell;
  friend class IntakeBase;
  friend class OutletBase;

  template <class S, class Then, class F, class... Args>
  void send_request(const Ref<S>& to, Duration timeout, Then&& then, F method, Args&&... args) {
    using R = detail::call_result_t<S, F, Args...>;
    const auto sink = std::make_shared<Continuation<R>>(host_, std::forward<Then>(then));
    if (!to) {
      sink->settle(CallError(CallError::Kind::noproc, Reason::noproc()));
      return;
    }
    detail::send_call<S, R>(*to.host(), std::static_pointer_cast<detail::AnswerSink<R>>(sink),
                            std::move(method), std::forward<Args>(args)...);
    if (timeout != forever) {
      sink->expires_by(host_->start_alarm(timeout, [weak = std::weak_ptr(sink)] {
        if (const auto pending = weak.lock()) {
          pending->settle(CallError(CallError::Kind::timeout, Reason(Reason::Kind::timeout)));
        }
      }));
    }
  }

  template <class R>
  class Continuation final : public detail::AnswerSink<R> {
   public:
    template <class Then>
    Continuation(Host* host, Then then) : host_(host), then_(std::move(then)) {}

    void expires_by(std::uint64_t alarm) noexcept { alarm_.store(alarm, std::memory_order_relaxed); }

   private:
    void accept(Result<R> result) override {
      if (const std::uint64_t alarm = alarm_.load(std::memory_order_relaxed); alarm != 0)
        host_->cancel_alarm(alarm);
      host_->post(make_errand([then = std::move(then_), result = std::move(result)](Host& at) mutable {
        at.run([&] { then(std::move(result)); });
      }));
    }
    HostPtr host_;
    UniqueFunction<void(Result<R>)> then_;
    std::atomic<std::uint64_t> alarm_{0};
  };

  void cancelled(const Cancellation& cancellation, const Subscription& from) {
    handle_cancel(cancellation, from);
  }
  /// The sides a derived class has; the cell takes them over when the stage was constructed.
  virtual std::unique_ptr<IntakeBase> take_intake() { return nullptr; }
  virtual std::unique_ptr<OutletBase> take_outlet() { return nullptr; }
  [[nodiscard]] virtual const std::type_info& output_type() const noexcept { return typeid(void); }
  /// Whether there are stages that this one must outlive.
  [[nodiscard]] virtual bool has_children() const noexcept { return false; }
  /// Whether it has work of its own to finish: a stage that drains does not end before.
  [[nodiscard]] virtual bool has_work() const noexcept { return has_children(); }
  /// Somebody outside asked a stage with children to end: it ends them, then itself, with this reason.
  virtual void wind_down(const Reason& reason) { stop(reason); }

  Host* host_ = nullptr;
};

}  // namespace sluice::inline v0
