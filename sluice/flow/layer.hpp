#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "sluice/flow/chain.hpp"
#include "sluice/flow/window/window.hpp"

namespace sluice::inline v0::flow {

/// What runs inside each stage of a layer without a window operator: one chain, one window that ends with the
/// flow. Where events go is a functor `out(event)`.
template <class In, class... Ops>
class PlainLayer {
  using Operators = Chain<In, Ops...>;

 public:
  using Input = In;
  using Output = typename Operators::Output;
  static constexpr bool at_most_one = Operators::at_most_one;
  static constexpr bool identity = sizeof...(Ops) == 0;
  static constexpr Holding holding = Operators::holding;

  PlainLayer(std::tuple<Ops...> ops, const Context& context)
      : chain_(std::move(ops)), states_(chain_.open(context)) {}

  template <class Out>
  void begin(Context& /*context*/, Out& /*out*/) {}
  void opened(SubscriptionId /*from*/) {}
  template <class Out>
  void events(std::span<In> events, SubscriptionId /*from*/, Context& context, Out& out) {
    chain_.push_all(states_, context, events, out);
    chain_.batch_end(states_, context, out);
  }
  template <class Out>
  void closed(SubscriptionId /*from*/, Context& /*context*/, Out& /*out*/) {}
  template <class Out>
  void trigger(const TriggerName& name, Context& context, Out& out) {
    chain_.fire(states_, context, {context.index(), context.count(), {}, name}, out);
  }
  template <class Out>
  void alarm(TimerId alarm, Context& context, Out& out) {
    if (context.is_wake(alarm)) chain_.tick(states_, context, out);
  }
  template <class Out>
  void finish(Context& context, Out& out) {
    trigger({.kind = TriggerName::Kind::done}, context, out);
  }
  [[nodiscard]] std::size_t pending() const { return chain_.pending(states_); }

 private:
  Operators chain_;
  typename Operators::States states_;
};

template <class In, class Before, class Window, class Behind>
class WindowedLayer;

/// The same with a window: operators before it see every event once, and fire when the flow ends; those
/// behind it keep their states per window.
template <class In, class... Before, class Window, class... Behind>
class WindowedLayer<In, std::tuple<Before...>, Window, std::tuple<Behind...>> {
  using Pre = Chain<In, Before...>;
  using Event = typename Pre::Output;
  using Post = Chain<Event, Behind...>;
  using Policy = typename Window::TriggerPolicy;
  using Pane = WindowPane<typename Post::States, typename Policy::State>;
  using Machine = typename Window::template Machine<Event, Pane>;
  using Alarms = std::map<TimerId, std::int64_t>;
  template <class Out>
  using Run = PaneRun<Post, Policy, Alarms, Out>;

 public:
  using Input = In;
  using Output = typename Post::Output;
  static constexpr bool at_most_one = false;
  static constexpr bool identity = false;
  static constexpr Holding holding = std::max(Pre::holding, Post::holding);

  WindowedLayer(std::tuple<Before...> before, Window window, std::tuple<Behind...> behind,
                const Context& context)
      : pre_(std::move(before)),
        before_(pre_.open(context)),
        post_(std::move(behind)),
        policy_(window),
        machine_(window),
        triggers_(std::move(window.triggers)) {}

  template <class Out>
  void begin(Context& context, Out& out) {
    for (const Duration period : triggers_.periods)
      periods_.emplace(context.around().alarm_every(period), period);
    Run<Out> run = running(context, out);
    machine_.begin(run);
    if constexpr (one_place) machine_.opened(here);
  }
  void opened(SubscriptionId from) {
    if constexpr (!one_place) machine_.opened(from);
  }
  template <class Out>
  void events(std::span<In> events, SubscriptionId from, Context& context, Out& out) {
    if constexpr (sizeof...(Before) == 0) {
      into_windows(events, from, context, out);
    } else {
      prepare([&](auto& keep) {
        pre_.push_all(before_, context, events, keep);
        pre_.batch_end(before_, context, keep);
      });
      prepared_into_windows(one_place ? here : from, context, out);
    }
  }
  template <class Out>
  void closed(SubscriptionId from, Context& context, Out& out) {
    Run<Out> run = running(context, out);
    if constexpr (!one_place) machine_.closed(from, run);
  }
  template <class Out>
  void trigger(const TriggerName& name, Context& context, Out& out) {
    Run<Out> run = running(context, out);
    machine_.each_open([&](Pane& pane) { run.fire(pane, name); });
  }
  template <class Out>
  void alarm(TimerId alarm, Context& context, Out& out) {
    Run<Out> run = running(context, out);
    if (const auto period = periods_.find(alarm); period != periods_.end()) {
      machine_.each_open([&](Pane& pane) {
        if (pane.changed) run.fire(pane, {.kind = TriggerName::Kind::periodically, .period = period->second});
      });
    } else if (const auto found = alarms_.find(alarm); found != alarms_.end()) {
      const std::int64_t key = found->second;
      alarms_.erase(found);
      machine_.alarm(key, run);
    } else if (context.is_wake(alarm)) {
      prepare([&](auto& keep) { pre_.tick(before_, context, keep); });
      if (!prepared_.empty()) prepared_into_windows(here, context, out);
      machine_.each_open([&](Pane& pane) {
        context.enter(pane.id);
        post_.tick(pane.states, context, out);
      });
    }
  }
  template <class Out>
  void finish(Context& context, Out& out) {
    Run<Out> run = running(context, out);
    const Trigger done{context.index(), context.count(), {}, {.kind = TriggerName::Kind::done}};
    context.enter(WindowId{});
    prepare([&](auto& keep) { pre_.fire(before_, context, done, keep); });
    if (!prepared_.empty()) prepared_into_windows(here, context, out);
    machine_.finish(run);
    for (const auto& [alarm, period] : periods_) context.around().forget_alarm(alarm);
  }
  [[nodiscard]] std::size_t pending() {
    std::size_t held = pre_.pending(before_);
    machine_.each_open([&](Pane& pane) { held += post_.pending(pane.states); });
    return held;
  }

 private:
  template <class Out>
  [[nodiscard]] Run<Out> running(Context& context, Out& out) noexcept {
    return Run<Out>(post_, policy_, alarms_, context, out);
  }
  struct Keep {
    std::vector<Event>* kept;

    template <class T>
    void operator()(T&& event) const {
      kept->emplace_back(std::forward<T>(event));
    }
  };
  /// Keeps what the operators before the window hand on during f(where to).
  template <class F>
  void prepare(F f) {
    Keep keep{&prepared_};
    f(keep);
  }
  template <class Out>
  void prepared_into_windows(SubscriptionId from, Context& context, Out& out) {
    into_windows(std::span<Event>(prepared_), from, context, out);
    prepared_.clear();
  }
  template <class Out>
  void into_windows(std::span<Event> events, SubscriptionId from, Context& context, Out& out) {
    Run<Out> run = running(context, out);
    machine_.events(events, from, run);
    if constexpr (Post::batches) {
      machine_.each_open([&](Pane& pane) {
        context.enter(pane.id);
        post_.batch_end(pane.states, context, out);
      });
    }
    machine_.batch_end(from, run);
  }

  /// Events that were held back have no subscription any more: the window is told of one that lasts as long
  /// as the stage.
  static constexpr bool one_place = Pre::holding != Holding::nothing;
  static constexpr SubscriptionId here = {};

  Pre pre_;
  typename Pre::States before_;
  Post post_;
  Policy policy_;
  Machine machine_;
  Triggers triggers_;
  Alarms alarms_;
  std::map<TimerId, Duration> periods_;
  std::vector<Event> prepared_;
};

namespace detail {

/// The position of the window operator among Ops; sizeof...(Ops): there is none.
template <class... Ops>
[[nodiscard]] consteval std::size_t window_at() {
  std::size_t at = 0;
  for (const bool is_window : {(Ops::role == Role::window)..., true}) {
    if (is_window) break;
    ++at;
  }
  return at;
}

template <std::size_t From, std::size_t... I, class Tuple>
auto slice(Tuple&& all, std::index_sequence<I...>) {
  return std::tuple<std::tuple_element_t<From + I, std::remove_cvref_t<Tuple>>...>(
      std::get<From + I>(std::forward<Tuple>(all))...);
}

/// The layer of these operators.
template <class In, class... Ops>
auto make_layer(const std::tuple<Ops...>& ops, const Context& context) {
  constexpr std::size_t at = window_at<Ops...>();
  if constexpr (at == sizeof...(Ops)) {
    return PlainLayer<In, Ops...>(ops, context);
  } else {
    auto before = slice<0>(ops, std::make_index_sequence<at>());
    auto behind = slice<at + 1>(ops, std::make_index_sequence<sizeof...(Ops) - at - 1>());
    using Window = std::tuple_element_t<at, std::tuple<Ops...>>;
    return WindowedLayer<In, decltype(before), Window, decltype(behind)>(std::move(before), std::get<at>(ops),
                                                                         std::move(behind), context);
  }
}

template <class In, class... Ops>
using LayerOf =
    decltype(make_layer<In>(std::declval<const std::tuple<Ops...>&>(), std::declval<const Context&>()));

}  // namespace detail
}  // namespace sluice::inline v0::flow
