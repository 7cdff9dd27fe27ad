#pragma once

#include <compare>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sluice/core/errors.hpp"
#include "sluice/stage/call.hpp"
#include "sluice/stage/intake.hpp"
#include "sluice/stage/outlet.hpp"

namespace sluice::inline v0 {

/// A stage seen from outside, whatever its class. Copyable, comparable, hashable; never keeps a stage alive.
/// Using one after the stage or its runtime has ended is defined: nothing happens, or CallError{noproc}.
/// Thread rule: any thread.
class AnyRef {
 public:
  AnyRef() noexcept = default;
  explicit AnyRef(HostPtr host) noexcept : host_(std::move(host)) {}

  /// False: it refers to nothing (handle_start answered ignore).
  explicit operator bool() const noexcept { return static_cast<bool>(host_); }
  [[nodiscard]] StageId id() const noexcept { return host_ ? host_->id() : StageId{}; }
  /// The name it was started with; empty: none.
  [[nodiscard]] std::string_view name() const noexcept { return host_ ? host_->name() : std::string_view(); }
  [[nodiscard]] bool alive() const noexcept { return host_ && !host_->ended(); }

  /// Ends the stage: waits until terminate has run and it is gone. Throws CallError{timeout},
  /// CallError{noproc} when it had ended, CallError{down} when it ended for another reason, std::logic_error
  /// inside a callback.
  void stop(Reason reason = {}, Duration timeout = forever) const;
  void stop_async(Reason reason = {}) const;
  /// Ends the stage without terminate. A running callback is not interrupted; its effects are discarded.
  void kill() const;
  /// What the stage knows about itself; asked on its own turn. Throws CallError.
  [[nodiscard]] StageInfo inspect(Duration timeout = std::chrono::seconds(5)) const;

  friend bool operator==(const AnyRef&, const AnyRef&) = default;
  friend std::strong_ordering operator<=>(const AnyRef& a, const AnyRef& b) noexcept {
    return a.id() <=> b.id();
  }

  /// For the library.
  [[nodiscard]] const HostPtr& host() const noexcept { return host_; }
  /// For the library: throws CallError{noproc} for an empty reference.
  [[nodiscard]] Host& checked() const {
    if (!host_) throw CallError(CallError::Kind::noproc, Reason::noproc());
    return *host_;
  }

 private:
  HostPtr host_;
};

namespace detail {

/// What can be asked of a stage that emits, whatever kind of reference one has.
template <class Self>
class ProducerSide {
 public:
  /// Whether demand goes to the stage or is kept until it shall (genstage.md §6.2).
  [[nodiscard]] DemandFlow demand_flow() const {
    return call_host<DemandFlow>(self().checked(), [](Host& at) { return at.outlet()->flow(); });
  }
  void demand_flow(DemandFlow flow) const {
    if (!self()) return;
    self().host()->post(make_errand([flow](Host& at) { at.outlet()->set_flow(flow); }));
  }
  /// How many events wait in the stage for somebody to ask.
  [[nodiscard]] Demand buffered() const {
    return call_host<Demand>(self().checked(), [](Host& at) { return at.outlet()->buffered(); });
  }

 private:
  const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

}  // namespace detail

/// A stage that emits T.
template <class T>
class ProducerRef : public AnyRef, public detail::ProducerSide<ProducerRef<T>> {
 public:
  using Output = T;
  ProducerRef() noexcept = default;
  explicit ProducerRef(HostPtr host) noexcept : AnyRef(std::move(host)) {}
  operator Upstream<T>() const { return Upstream<T>(this->host()); }
};

/// A producer by its name, looked up when the subscription begins. P: its class, or ProducerRef<T>.
template <class P>
class ByName {
 public:
  explicit ByName(std::string name) : name_(std::move(name)) {}
  operator Upstream<typename P::Output>() const { return Upstream<typename P::Output>(name_); }
  using Output = typename P::Output;

 private:
  std::string name_;
};
template <class P>
[[nodiscard]] ByName<P> by_name(std::string name) {
  return ByName<P>(std::move(name));
}

namespace detail {

/// What a stage emits, given a reference to it; void: nothing.
template <class P>
struct OutputOf {
  using type = void;
};
template <class P>
  requires requires { typename P::Output; }
struct OutputOf<P> {
  using type = typename P::Output;
};
template <class P>
using output_of = typename OutputOf<P>::type;

/// What can be asked of a stage that takes T.
template <class Self, class T>
class ConsumerSide {
 public:
  /// Subscribes this stage to `producer`; returns when the request is on its way (genstage.md R4.1).
  /// Throws OptionError at once; CallError{noproc} when this stage has ended; std::logic_error inside a
  /// callback (there it is the stage's own subscribe_to, or subscribe_later).
  template <class P>
  Subscription subscribe_to(const P& producer, SubscribeOptions options = {},
                            Selector<T> selector = {}) const {
    return resubscribe({}, {}, producer, std::move(options), std::move(selector));
  }
  /// The same without waiting; what goes wrong is only logged (R4.2).
  template <class P>
  void subscribe_later(const P& producer, SubscribeOptions options = {}, Selector<T> selector = {}) const {
    check_types<P>();
    Host& at = self().checked();
    SubscribeTo<T> request{producer, std::move(options), std::move(selector)};
    check_edge(request.to.host().get(), at, request.options);
    at.post(make_errand([request = std::move(request)](Host& host) mutable {
      try {
        static_cast<Intake<T>&>(*host.intake()).subscribe(std::move(request));
      } catch (const std::exception& error) {
        host.log(Severity::error, error.what());
      }
    }));
  }
  /// Replaces `old`: its producer cancels it with `why` before it accepts the new one (R4.3). The end of the
  /// old one does not stop this stage (D10).
  template <class P>
  Subscription resubscribe(const Subscription& old, Reason why, const P& producer,
                           SubscribeOptions options = {}, Selector<T> selector = {}) const {
    check_types<P>();
    Host& at = self().checked();
    SubscribeTo<T> request{producer, std::move(options), std::move(selector)};
    check_edge(request.to.host().get(), at, request.options);
    return call_host<Subscription>(
        at, [request = std::move(request), old, why = std::move(why)](Host& host) mutable {
          return static_cast<Intake<T>&>(*host.intake()).subscribe(std::move(request), old, std::move(why));
        });
  }

 private:
  template <class P>
  static constexpr void check_types() {
    static_assert(!std::is_void_v<output_of<P>>,
                  "sluice: one can only subscribe to a stage that emits events");
    static_assert(std::is_void_v<output_of<P>> || std::is_same_v<output_of<P>, T>,
                  "sluice: the producer emits another type of event than this consumer takes");
  }
  const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

template <class S>
concept Emits = requires { typename S::Output; };
template <class S>
concept Takes = requires { typename S::Input; };

/// Stands where a stage has no such side.
template <int>
struct NoSide {};
template <class Self, class S>
struct Sides {
  using Producer = NoSide<0>;
  using Consumer = NoSide<1>;
};
template <class Self, Emits S>
  requires(!Takes<S>)
struct Sides<Self, S> {
  using Producer = ProducerSide<Self>;
  using Consumer = NoSide<1>;
};
template <class Self, Takes S>
  requires(!Emits<S>)
struct Sides<Self, S> {
  using Producer = NoSide<0>;
  using Consumer = ConsumerSide<Self, typename S::Input>;
};
template <class Self, class S>
  requires(Emits<S> && Takes<S>)
struct Sides<Self, S> {
  using Producer = ProducerSide<Self>;
  using Consumer = ConsumerSide<Self, typename S::Input>;
};

/// S::Operations<Ref<S>>, where the class of a stage has methods of its own for references to it.
template <class Self, class S>
struct OperationsOf {
  using type = NoSide<2>;
};
template <class Self, class S>
  requires requires { typename S::template Operations<Self>; }
struct OperationsOf<Self, S> {
  using type = typename S::template Operations<Self>;
};

/// Ref<S>::Output exists where S has one.
template <class S>
struct RefTypes {};
template <Emits S>
struct RefTypes<S> {
  using Output = typename S::Output;
};

}  // namespace detail

/// A stage that takes T.
template <class T>
class ConsumerRef : public AnyRef, public detail::ConsumerSide<ConsumerRef<T>, T> {
 public:
  ConsumerRef() noexcept = default;
  explicit ConsumerRef(HostPtr host) noexcept : AnyRef(std::move(host)) {}
};

/// A stage of class S.
template <class S>
class Ref : public AnyRef,
            public detail::RefTypes<S>,
            public detail::Sides<Ref<S>, S>::Producer,
            public detail::Sides<Ref<S>, S>::Consumer,
            public detail::OperationsOf<Ref<S>, S>::type {
 public:
  Ref() noexcept = default;
  explicit Ref(HostPtr host) noexcept : AnyRef(std::move(host)) {}

  template <class T>
    requires detail::Emits<S> && std::same_as<T, typename S::Output>
  operator ProducerRef<T>() const {
    return ProducerRef<T>(host());
  }
  template <class T>
    requires detail::Emits<S> && std::same_as<T, typename S::Output>
  operator Upstream<T>() const {
    return Upstream<T>(host());
  }
  template <class T>
    requires detail::Takes<S> && std::same_as<T, typename S::Input>
  operator ConsumerRef<T>() const {
    return ConsumerRef<T>(host());
  }

  /// Runs `method(stage, args…)` on the stage's turn; never waits, never fails. Dropped and counted when the
  /// stage has ended. An exception ends the stage.
  template <class F, class... Args>
  void cast(F method, Args&&... args) const {
    if (!*this) return;
    auto code = detail::bind_call<S>(std::move(method), std::forward<Args>(args)...);
    const bool posted = host()->post(make_errand([code = std::move(code)](Host& at) mutable {
      at.run([&] { static_cast<void>(code(static_cast<S&>(at.stage()))); });
    }));
    if (!posted) host()->count_dropped_cast();
  }

  /// Runs `method(stage, args…)` on the stage's turn and returns what it returns, after the events it emitted
  /// were sent (R3.9). Throws CallError; std::logic_error inside a callback (there it is request()).
  template <class F, class... Args>
  detail::call_result_t<S, F, Args...> call(F method, Args&&... args) const {
    return call_for(detail::default_timeout, std::move(method), std::forward<Args>(args)...);
  }
  /// The same with a time limit of its own.
  template <class F, class... Args>
  detail::call_result_t<S, F, Args...> call_for(Duration timeout, F method, Args&&... args) const {
    using R = detail::call_result_t<S, F, Args...>;
    Host& at = checked();
    detail::forbid_in_callback(at, "call");
    const auto answer = std::make_shared<detail::AwaitedAnswer<R>>();
    detail::send_call<S, R>(at, answer, std::move(method), std::forward<Args>(args)...);
    return answer->wait(at, timeout);
  }

  /// Runs `code(stage)` as a turn of its own once everything buffered now was handed out (R9.9).
  template <class F>
    requires std::invocable<F&, S&>
  void info(F code) const {
    if (*this)
      host()->post(make_errand([code = std::move(code)](Host& at) mutable { place(at, std::move(code)); }));
  }
  /// The same, but waits until it was queued. Throws CallError.
  template <class F>
    requires std::invocable<F&, S&>
  void info(F code, Duration timeout) const {
    detail::call_host<void>(
        checked(), [code = std::move(code)](Host& at) mutable { place(at, std::move(code)); }, timeout);
  }

 private:
  template <class F>
  static void place(Host& at, F code) {
    place_info(at, [&stage = static_cast<S&>(at.stage()), code = std::move(code)]() mutable { code(stage); });
  }
};

}  // namespace sluice::inline v0

template <>
struct std::hash<sluice::AnyRef> {
  std::size_t operator()(const sluice::AnyRef& ref) const noexcept {
    return std::hash<sluice::StageId>{}(ref.id());
  }
};
template <class S>
struct std::hash<sluice::Ref<S>> : std::hash<sluice::AnyRef> {};
template <class T>
struct std::hash<sluice::ProducerRef<T>> : std::hash<sluice::AnyRef> {};
template <class T>
struct std::hash<sluice::ConsumerRef<T>> : std::hash<sluice::AnyRef> {};
