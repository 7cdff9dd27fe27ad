#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "sluice/flow/flow.hpp"
#include "sluice/flow/participant.hpp"

namespace sluice::inline v0::flow {

/// A flow and the consumers of its events, as a description: `| start(runtime)` or `| run(runtime)` executes
/// it, any number of times. T: what its last layer emits. Thread rule: any thread.
template <class T>
class FlowInto {
 public:
  using Output = T;
  /// Makes one consumer, or finds it, and has it subscribe to the outputs.
  using Consume = std::function<void(Assembly&, const Upstreams<T>&)>;

  explicit FlowInto(FeedPtr<T> feed) : feed_(std::move(feed)) {}

  void add(Consume consume) { consumers_.push_back(std::move(consume)); }
  /// How the last layer divides its events among the consumers.
  void divide(Border<T> border) { border_ = std::move(border); }
  /// As Flow::explain, with the consumers.
  [[nodiscard]] Diagram explain(std::optional<std::size_t> workers = {}) const {
    Plan plan(workers);
    plan.add_consumers(feed_->outline_stages(plan, border_), consumers_.size(), border_.kind());
    return std::move(plan).take();
  }
  /// Starts everything.
  void build(Assembly& assembly) const {
    const Upstreams<T> outputs = feed_->build_stages(assembly, border_);
    if (outputs.empty()) return;
    for (const Upstream<T>& stage : outputs) assembly.add_last(stage.host());
    for (const Consume& consume : consumers_) consume(assembly, outputs);
  }

 private:
  FeedPtr<T> feed_;
  Border<T> border_ = Border<T>::by_demand();
  std::vector<Consume> consumers_;
};

/// Adds to what `flow | into(…)` made, or executes it.
template <class T, class Next>
  requires requires(Next next, FlowInto<T> flow) { std::move(next).add(std::move(flow)); }
[[nodiscard]] FlowInto<T> operator|(FlowInto<T> flow, Next next) {
  return std::move(next).add(std::move(flow));
}
template <class T, std::derived_from<TerminalTag> Terminal>
decltype(auto) operator|(const FlowInto<T>& flow, Terminal&& terminal) {
  return std::forward<Terminal>(terminal).execute(flow);
}

/// See into().
template <class... Consumers>
struct IntoOperator : OperatorTag {
  SubscribeOptions terms;
  std::tuple<Consumers...> consumers;

  template <class T>
  [[nodiscard]] FlowInto<T> add(FlowInto<T> flow) && {
    constexpr bool fits = (detail::Participant<Consumers>::template takes<T> && ...);
    static_assert(
        fits, "sluice: into takes consumers of what the flow emits: references to stages, or child<S>(…)");
    if constexpr (fits) {
      std::apply([&](auto&... each) { (add_one(flow, each), ...); }, consumers);
    }
    return flow;
  }
  template <class In, class... Ops>
  [[nodiscard]] auto on(const Flow<In, Ops...>& flow) && {
    using T = typename Flow<In, Ops...>::Output;
    return std::move(*this).add(FlowInto<T>(flow.feed()));
  }

 private:
  template <class T, class Consumer>
  void add_one(FlowInto<T>& flow, Consumer& consumer) {
    flow.add([participant = detail::Participant<Consumer>(std::move(consumer)), terms = terms](
                 Assembly& assembly, const Upstreams<T>& outputs) {
      const HostPtr host = participant.join(assembly);
      if (!host) return;
      if (participant.own) assembly.add_consumer(host);
      detail::subscribe_to_all(assembly, host, outputs, terms);
      if (participant.own) detail::end_with_upstreams(host);
    });
  }
};

/// `flow | into(printer, child<Archive>("archive")) | start(runtime)`: what the last layer emits goes to
/// these consumers, to whoever asks. Running ones are told to subscribe, and stay when the flow has ended;
/// those given as child<S>(…) are started with the flow, are never restarted (F9.2), and end when they have
/// handled its last event. Without any the flow waits until one subscribes by FlowHandle::subscribe (F9.5).
/// `terms` are those of the subscriptions; OnCancel::permanent is taken as transient: the stages of the last
/// layer do not end at once. Throws OptionError.
template <class... Consumers>
[[nodiscard]] auto into(SubscribeOptions terms, Consumers... consumers) {
  return IntoOperator<Consumers...>{{}, detail::terms_in_flow(std::move(terms)), {std::move(consumers)...}};
}

template <class... Consumers>
  requires(!std::same_as<Consumers, SubscribeOptions> && ...)
[[nodiscard]] auto into(Consumers... consumers) {
  return into(SubscribeOptions{}, std::move(consumers)...);
}

/// See divided().
template <class Recipe>
struct DividedOperator {
  Recipe recipe;

  template <class T>
  [[nodiscard]] FlowInto<T> add(FlowInto<T> flow) && {
    flow.divide(Border<T>::custom([recipe = std::move(recipe)] { return recipe; }));
    return flow;
  }
};
/// `flow | into(a, b) | divided(broadcast()) | start(runtime)`: the last layer's events are divided among the
/// consumers by this dispatcher.
template <class Recipe>
[[nodiscard]] DividedOperator<Recipe> divided(Recipe recipe) {
  return {std::move(recipe)};
}

}  // namespace sluice::inline v0::flow
