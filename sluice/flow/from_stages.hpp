#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/core/errors.hpp"
#include "sluice/flow/from.hpp"
#include "sluice/flow/participant.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// Producers that run already (flow.md F2.2).
template <class T>
class StagesFeed final : public Feed<T> {
 public:
  explicit StagesFeed(std::vector<ProducerRef<T>> producers) : producers_(std::move(producers)) {}

  [[nodiscard]] Upstreams<T> build(Assembly& assembly, const Border<T>& /*border*/) const override {
    Upstreams<T> made;
    for (const ProducerRef<T>& producer : producers_) {
      assembly.add_source(producer.host(), Begin::by_itself);
      made.push_back(producer);
    }
    return made;
  }
  [[nodiscard]] Plan::Emitters outline(Plan& plan, const Border<T>& /*border*/) const override {
    return plan.add_source("running stages", producers_.size());
  }
  /// They have dispatchers of their own.
  [[nodiscard]] bool divides() const override { return false; }

 private:
  std::vector<ProducerRef<T>> producers_;
};

/// Producers that are started with the flow (F2.1).
template <class S>
class SpecsFeed final : public Feed<typename S::Output> {
  using T = typename S::Output;

 public:
  explicit SpecsFeed(std::vector<ChildOf<S>> specs) : specs_(std::move(specs)) {}

  [[nodiscard]] Upstreams<T> build(Assembly& assembly, const Border<T>& /*border*/) const override {
    Upstreams<T> made;
    for (const ChildOf<S>& spec : specs_) {
      HostPtr stage = start_child(assembly, spec);
      if (!stage) continue;
      assembly.add_source(stage, Begin::by_itself);
      made.emplace_back(std::move(stage));
    }
    return made;
  }
  [[nodiscard]] Plan::Emitters outline(Plan& plan, const Border<T>& /*border*/) const override {
    return plan.add_source("stages started with the flow", specs_.size());
  }
  [[nodiscard]] bool divides() const override { return false; }

 private:
  std::vector<ChildOf<S>> specs_;
};

}  // namespace detail

/// The events of producers that run already, and stay when the flow has ended. One that ends politely has
/// come to its end, also before the flow was started (E16); any other end fails the flow. They are told to
/// forward demand when the flow begins, whoever else has subscribed to them (E15): start a finite one with
/// DemandFlow::accumulate. For an inlet take its `ref`. Throws OptionError for an empty list or reference.
template <class P>
  requires std::derived_from<P, AnyRef>
[[nodiscard]] auto from_stages(const std::vector<P>& producers, LayerOptions options = {}) {
  constexpr bool emits = requires { typename P::Output; };
  static_assert(emits, "sluice: the source of a flow is a stage that emits events");
  if constexpr (emits) {
    using T = typename P::Output;
    if (producers.empty()) throw OptionError("producers", "must be at least one, got an empty list");
    std::vector<ProducerRef<T>> refs;
    for (const P& producer : producers) {
      if (!producer) throw OptionError("producers", "must be stages, got an empty reference");
      refs.push_back(producer);
    }
    return detail::from_feed<T>(std::make_shared<const detail::StagesFeed<T>>(std::move(refs)),
                                std::move(options));
  }
}
template <class P>
  requires std::derived_from<P, AnyRef>
[[nodiscard]] auto from_stages(const P& producer, LayerOptions options = {}) {
  return from_stages(std::vector<P>{producer}, std::move(options));
}

/// The events of producers that are started with every execution and end with it: `from_specs(child<Counter>(
/// "counter", 0))`. One that answers Start::ignore is left out; if all do, the flow is empty (flow.md F2.1).
/// A polite end is the end of its events, any other fails the flow; nothing is restarted. Throws OptionError
/// for an empty list.
template <class S>
[[nodiscard]] auto from_specs(std::vector<ChildOf<S>> specs, LayerOptions options = {}) {
  constexpr bool emits = requires { typename S::Output; };
  static_assert(emits, "sluice: the source of a flow is a stage that emits events");
  if constexpr (emits) {
    if (specs.empty()) throw OptionError("specs", "must be at least one, got an empty list");
    for (const ChildOf<S>& spec : specs) sluice::check(spec);
    return detail::from_feed<typename S::Output>(
        std::make_shared<const detail::SpecsFeed<S>>(std::move(specs)), std::move(options));
  }
}
template <class S>
[[nodiscard]] auto from_specs(ChildOf<S> spec, LayerOptions options = {}) {
  std::vector<ChildOf<S>> specs;
  specs.push_back(std::move(spec));
  return from_specs(std::move(specs), std::move(options));
}

}  // namespace sluice::inline v0::flow
