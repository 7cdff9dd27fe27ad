#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sluice/dispatch/partition.hpp"
#include "sluice/pipeline/batcher_stage.hpp"
#include "sluice/pipeline/draft.hpp"
#include "sluice/pipeline/process_step.hpp"
#include "sluice/pipeline/splitters.hpp"
#include "sluice/pipeline/step_options.hpp"

namespace sluice::inline v0::pipeline {

/// A batcher and those who handle its batches, before there is a pipeline.
template <class T>
struct Batcher {
  std::string name;
  BatchOptions options;
  BatchPlan<T> plan;
  BatchWork<T> work;
  /// Which of the stages of the step; empty: whoever is idle.
  std::function<std::size_t(const T&, std::size_t)> partition;
};

/// A pipeline that ends in batchers: messages go to the one that they are routed to.
template <class S, class T>
struct Batched {
  using Source = S;

  Draft<S, T> before;
  std::vector<Batcher<T>> batchers;
};

/// A batch step that is not yet part of a pipeline.
template <class F, class... Modifiers>
struct BatchStep {
  std::string name;
  F f;
  BatchOptions options;
  std::tuple<Modifiers...> modifiers;
};

/// Collects messages and handles them together, `f(Batch<T>&)`, in `.concurrency` stages; what it throws
/// fails all of the batch. Behind the options, where they are wanted: key_by, partition_by, weigh, split_by,
/// on_failure.
template <class F, class... Modifiers>
[[nodiscard]] BatchStep<std::decay_t<F>, std::decay_t<Modifiers>...> batch(std::string name, F&& f,
                                                                           BatchOptions options = {},
                                                                           Modifiers&&... modifiers) {
  return {std::move(name), std::forward<F>(f), options, {std::forward<Modifiers>(modifiers)...}};
}
/// The same under the name "default", where messages go that are not routed.
template <class F, class... Modifiers>
  requires(!std::convertible_to<F, std::string>)
[[nodiscard]] auto batch(F&& f, BatchOptions options = {}, Modifiers&&... modifiers) {
  return batch(std::string(MessageBase::default_batcher), std::forward<F>(f), options,
               std::forward<Modifiers>(modifiers)...);
}

namespace detail {

template <class F, class Acc, class T>
concept SplitFunction = requires(const F& f, Acc& acc, const T& data) {
  { std::invoke(f, acc, data) } -> std::same_as<Split>;
};

template <class T>
class BatchSettings {
 public:
  explicit BatchSettings(Batcher<T>& batcher) : batcher_(batcher) {}

  template <class F>
  void set(const KeyBy<F>& modifier) {
    static_assert(std::constructible_from<BatchKey, std::invoke_result_t<const F&, const T&>>,
                  "sluice: key_by returns an integer, an enumeration or a text");
    batcher_.plan.key = [f = modifier.f](const T& data) { return BatchKey(std::invoke(f, data)); };
  }
  template <class F>
  void set(const PartitionBy<F>& modifier) {
    batcher_.partition = modifier;
  }
  template <class F>
  void set(const OnFailure<F>& modifier) {
    batcher_.work.on_failure = modifier.f;
  }
  template <class F>
  void set(const Weigh<F>& modifier) {
    if (modifier.most == 0) throw OptionError("weigh", "must allow at least 1, got 0");
    batcher_.plan.splitter = [size = batcher_.options.size, modifier]() -> std::unique_ptr<Splitter<T>> {
      return std::make_unique<SplitByWeight<T>>(size, modifier.f, modifier.most);
    };
  }
  template <class Acc, class F>
  void set(const SplitBy<Acc, F>& modifier) {
    static_assert(SplitFunction<F, Acc, T>,
                  "sluice: split_by takes (accumulator&, const T&) and returns pipeline::Split");
    if (!batcher_.options.max_demand)
      throw OptionError("max_demand", "must be given where split_by decides the size of batches");
    batcher_.plan.splitter = [modifier]() -> std::unique_ptr<Splitter<T>> {
      return std::make_unique<SplitByFunction<T, Acc, F>>(modifier.initial, modifier.f);
    };
  }

 private:
  Batcher<T>& batcher_;
};

template <class T, class F, class... Modifiers>
[[nodiscard]] Batcher<T> batcher_of(const BatchStep<F, Modifiers...>& step) {
  static_assert(std::invocable<F&, Batch<T>&>, "sluice: the function of batch takes a pipeline::Batch<T>&");
  check(step.options);
  if (step.name.empty()) throw OptionError("name", "of a batcher must not be empty");
  Batcher<T> batcher{.name = step.name, .options = step.options, .plan = {}, .work = {}, .partition = {}};
  batcher.plan.batcher = step.name;
  batcher.plan.within = step.options.within;
  batcher.plan.expected = std::min<std::size_t>(step.options.size, 1000);
  batcher.plan.splitter = [size = step.options.size]() -> std::unique_ptr<Splitter<T>> {
    return std::make_unique<SplitBySize<T>>(size);
  };
  batcher.work.handle = step.f;
  BatchSettings<T> settings(batcher);
  std::apply([&](const auto&... each) { (settings.set(each), ...); }, step.modifiers);
  if (batcher.partition) {
    batcher.plan.partition = [partition = batcher.partition, count = step.options.concurrency](
                                 const T& data) { return partition(data, count); };
  }
  return batcher;
}

/// Where a batch goes of those that handle them; empty: to whoever is idle.
template <class T>
[[nodiscard]] DispatcherFor<Batch<T>> dispatcher_of(const Batcher<T>& batcher, std::size_t stages) {
  if (batcher.partition) {
    return sluice::partition(stages, [](Batch<T>& batch) { return batch.info().partition; });
  }
  if (batcher.options.order == BatchOrder::key_serial) {
    return sluice::partition(stages, [stages](Batch<T>& batch) {
      return std::optional(bucket_of(mix_bits(batch.info().key.hash()), stages));
    });
  }
  return {};
}

/// The two layers of a batcher behind `above`; `index`: which of the batchers it is, if there are several.
template <class T>
void add_batcher(Blueprint& blueprint, std::size_t above, std::optional<std::size_t> index,
                 const Batcher<T>& batcher) {
  Layer collecting{.role = Role::batcher,
                   .name = batcher.name,
                   .stages = 1,
                   .type = &typeid(BatcherStage<T>),
                   .above = above};
  collecting.make = [batcher, index](const Place& place) -> std::unique_ptr<Stage> {
    const SubscribeOptions terms{.max_demand = batcher.options.max_demand.value_or(batcher.options.size),
                                 .on_cancel = OnCancel::temporary,
                                 .partition = index};
    return std::make_unique<BatcherStage<T>>(place.seat, batcher.plan, batcher.work.on_failure,
                                             subscribe_to_all<Message<T>>(place.above, terms),
                                             dispatcher_of(batcher, place.below));
  };
  const std::size_t part = blueprint.layers.size();
  blueprint.layers.push_back(std::move(collecting));

  Layer handling{.role = Role::batch,
                 .name = batcher.name + ".batch",
                 .stages = batcher.options.concurrency,
                 .thread = batcher.options.thread,
                 .type = &typeid(BatchStage<T>),
                 .above = part,
                 .last = true};
  const bool divided = batcher.partition || batcher.options.order == BatchOrder::key_serial;
  handling.make = [batcher, divided](const Place& place) -> std::unique_ptr<Stage> {
    SubscribeOptions terms{.max_demand = 1, .min_demand = 0, .on_cancel = OnCancel::temporary};
    if (divided) terms.partition = place.seat.index;
    return std::make_unique<BatchStage<T>>(place.seat, batcher.work,
                                           subscribe_to_all<Batch<T>>(place.above, terms));
  };
  blueprint.layers.push_back(std::move(handling));
}

}  // namespace detail

template <class S, class T, class F, class... Modifiers>
[[nodiscard]] Batched<S, T> operator|(Batched<S, T> batched, const BatchStep<F, Modifiers...>& step) {
  batched.batchers.push_back(detail::batcher_of<T>(step));
  return batched;
}
template <class S, class T, class F, class... Modifiers>
[[nodiscard]] Batched<S, T> operator|(const Draft<S, T>& draft, const BatchStep<F, Modifiers...>& step) {
  if (draft.steps == 0) return draft | process([](T&) {}, {.concurrency = 1}) | step;
  return Batched<S, T>{draft, {}} | step;
}

namespace detail {

template <class S, class T>
[[nodiscard]] Blueprint blueprint_of(const Draft<S, T>& draft) {
  if (draft.steps == 0) throw OptionError("steps", "a pipeline has at least one, got none");
  return draft.closed({.last = true});
}

template <class S, class T>
[[nodiscard]] Blueprint blueprint_of(const Batched<S, T>& batched) {
  std::vector<std::string> names;
  for (const Batcher<T>& batcher : batched.batchers) names.push_back(batcher.name);
  Outward<T> outward{.batchers = names};
  if (names.size() > 1) {
    outward.dispatcher = [names](const Place& /*place*/) -> DispatcherFor<Message<T>> {
      return sluice::partition(names.size(),
                               [names](Message<T>& message) {
                                 const auto found =
                                     std::ranges::find(names, message.batcher());  // the step has admitted it
                                 return std::optional(static_cast<std::size_t>(found - names.begin()));
                               },
                               {.names = names});
    };
  }
  Blueprint blueprint = batched.before.closed(outward);
  const std::size_t above = blueprint.layers.size() - 1;
  for (std::size_t i = 0; i < names.size(); ++i) {
    add_batcher(blueprint, above, names.size() > 1 ? std::optional(i) : std::nullopt, batched.batchers[i]);
  }
  return blueprint;
}

}  // namespace detail
}  // namespace sluice::inline v0::pipeline
