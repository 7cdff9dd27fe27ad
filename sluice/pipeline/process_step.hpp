#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "sluice/dispatch/partition.hpp"
#include "sluice/pipeline/draft.hpp"
#include "sluice/pipeline/process_stage.hpp"
#include "sluice/pipeline/step_options.hpp"

namespace sluice::inline v0::pipeline {

namespace detail {

/// What may stand behind the options of a process step.
template <class In>
class ProcessSettings {
 public:
  void set(const auto& modifier) { apply(modifier); }

  std::function<void(std::span<Message<In>>)> prepare;
  std::function<void(Message<In>&)> on_failure;
  std::function<std::size_t(const In&, std::size_t)> partition;

 private:
  template <class F>
  void apply(const Prepare<F>& modifier) {
    static_assert(std::invocable<F&, std::span<Message<In>>>,
                  "sluice: prepare takes a std::span<pipeline::Message<T>> of the step's data");
    prepare = modifier.f;
  }
  template <class F>
  void apply(const OnFailure<F>& modifier) {
    static_assert(std::invocable<F&, Message<In>&>,
                  "sluice: on_failure takes a pipeline::Message<T>& of the step's data");
    on_failure = modifier.f;
  }
  template <class F>
  void apply(const PartitionBy<F>& modifier) {
    static_assert(std::invocable<const F&, const In&>, "sluice: partition_by takes the step's data");
    partition = modifier;
  }
};

/// The dispatcher of the layer before a step that is partitioned; empty: by demand.
template <class In>
[[nodiscard]] auto divided_by(std::function<std::size_t(const In&, std::size_t)> partition) {
  std::function<DispatcherFor<Message<In>>(const Place&)> dispatcher;
  if (partition) {
    dispatcher = [partition = std::move(partition)](const Place& place) -> DispatcherFor<Message<In>> {
      return sluice::partition(place.below, [partition, count = place.below](Message<In>& message) {
        return std::optional<std::size_t>(partition(message.data(), count));
      });
    };
  }
  return dispatcher;
}

template <class In, class Out, class S>
[[nodiscard]] Draft<S, Out> with_step(const Draft<S, In>& before, const ProcessOptions& options,
                                      ProcessPlan<In, Out> plan,
                                      std::function<std::size_t(const In&, std::size_t)> partition) {
  check(options);
  const bool partitioned = partition != nullptr;
  Draft<S, Out> draft{.done = before.closed({.dispatcher = divided_by<In>(std::move(partition))}),
                      .newest = {},
                      .steps = before.steps + 1,
                      .resubscribe_after = before.resubscribe_after};
  Layer layer{.role = Role::process,
              .name = options.name.empty() ? "step_" + std::to_string(draft.steps) : options.name,
              .stages = options.concurrency,
              .thread = options.thread,
              .above = draft.done.layers.size() - 1};
  draft.newest = [=, terms = source_terms(options.max_demand, options.min_demand, before.resubscribe_after)](
                     Blueprint& blueprint, const Outward<Out>& outward) {
    Layer made = layer;
    made.last = outward.last;
    made.type = outward.last ? &typeid(LastProcessStage<In, Out>) : &typeid(ProcessStage<In, Out>);
    made.make = [=](const Place& place) mutable -> std::unique_ptr<Stage> {
      if (partitioned) terms.partition = place.seat.index;
      plan.batchers = outward.batchers;
      auto above = subscribe_to_all<Message<In>>(place.above, terms);
      if (outward.last)
        return std::make_unique<LastProcessStage<In, Out>>(place.seat, plan, std::move(above));
      return std::make_unique<ProcessStage<In, Out>>(
          place.seat, plan, std::move(above),
          outward.dispatcher ? outward.dispatcher(place) : DispatcherFor<Message<Out>>());
    };
    blueprint.layers.push_back(std::move(made));
  };
  return draft;
}

}  // namespace detail

/// A step that is not yet part of a pipeline.
template <class F, class... Modifiers>
struct ProcessStep {
  F f;
  ProcessOptions options;
  std::tuple<Modifiers...> modifiers;
};

/// Handles messages one by one, in `.concurrency` stages; what it throws fails that message only. `f` is one
/// of
///   void f(T&), void f(Message<T>&)    changes the data, or anything of the message
///   U f(T&), U f(T&&)                  its result takes the place of the data
/// with partition_by, prepare and on_failure behind the options where they are wanted. Each stage has a copy
/// of f.
template <class F, class... Modifiers>
[[nodiscard]] ProcessStep<std::decay_t<F>, std::decay_t<Modifiers>...> process(F&& f,
                                                                               ProcessOptions options = {},
                                                                               Modifiers&&... modifiers) {
  return {std::forward<F>(f), std::move(options), {std::forward<Modifiers>(modifiers)...}};
}

template <class S, class In, class F, class... Modifiers>
[[nodiscard]] auto operator|(const Draft<S, In>& draft, const ProcessStep<F, Modifiers...>& step) {
  static_assert(detail::OfData<F, In> || detail::OfMessage<F, In>,
                "sluice: the function of process takes the data, T&, or the pipeline::Message<T>& it is in");
  if constexpr (detail::OfData<F, In> || detail::OfMessage<F, In>) {
    using Out = detail::Processed<F, In>;
    detail::ProcessSettings<In> settings;
    std::apply([&](const auto&... each) { (settings.set(each), ...); }, step.modifiers);
    ProcessPlan<In, Out> plan{.processing = [f = step.f]() -> std::unique_ptr<Processing<In, Out>> {
                                return std::make_unique<detail::ProcessEach<F, In>>(f);
                              },
                              .prepare = settings.prepare,
                              .on_failure = settings.on_failure};
    return detail::with_step<In, Out>(draft, step.options, std::move(plan), settings.partition);
  } else {
    return draft;
  }
}

/// A splitting step that is not yet part of a pipeline.
template <class F, class... Modifiers>
struct SplitStep {
  F f;
  ProcessOptions options;
  std::tuple<Modifiers...> modifiers;
};

/// One message becomes several: `f(T&)` returns a range of what they hold. It is settled when all of them
/// are; without any it is done.
template <class F, class... Modifiers>
[[nodiscard]] SplitStep<std::decay_t<F>, std::decay_t<Modifiers>...> split_into(F&& f,
                                                                                ProcessOptions options = {},
                                                                                Modifiers&&... modifiers) {
  return {std::forward<F>(f), std::move(options), {std::forward<Modifiers>(modifiers)...}};
}

template <class S, class In, class F, class... Modifiers>
[[nodiscard]] auto operator|(const Draft<S, In>& draft, const SplitStep<F, Modifiers...>& step) {
  static_assert(detail::OfData<F, In>, "sluice: the function of split_into takes the data, T&");
  using Out = std::ranges::range_value_t<typename detail::ResultOf<F, In>::type>;
  detail::ProcessSettings<In> settings;
  std::apply([&](const auto&... each) { (settings.set(each), ...); }, step.modifiers);
  ProcessPlan<In, Out> plan{.processing = [f = step.f]() -> std::unique_ptr<Processing<In, Out>> {
                              return std::make_unique<detail::SplitEach<F, In>>(f);
                            },
                            .prepare = settings.prepare,
                            .on_failure = settings.on_failure};
  return detail::with_step<In, Out>(draft, step.options, std::move(plan), settings.partition);
}

}  // namespace sluice::inline v0::pipeline
