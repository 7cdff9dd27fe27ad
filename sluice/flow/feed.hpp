#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sluice/flow/assembly.hpp"
#include "sluice/flow/border.hpp"
#include "sluice/flow/layer_stage.hpp"
#include "sluice/flow/plan.hpp"

namespace sluice::inline v0::flow {

template <class T>
using Upstreams = std::vector<Upstream<T>>;

/// Where the events of a layer come from: a source, or the layer above. Immutable, shared by all flows made
/// of it (flow.md F1.1). Thread rule: any thread.
template <class T>
class Feed {
 public:
  virtual ~Feed() = default;
  /// Starts its stages, which divide their events by `border`; answers those that emit.
  [[nodiscard]] virtual Upstreams<T> build(Assembly& assembly, const Border<T>& border) const = 0;
  /// The same, and its stages are new ones: the last layer of a flow needs stages of its own.
  [[nodiscard]] virtual Upstreams<T> build_stages(Assembly& assembly, const Border<T>& border) const {
    return build(assembly, border);
  }
  /// Adds them to a plan.
  [[nodiscard]] virtual Plan::Emitters outline(Plan& plan, const Border<T>& border) const = 0;
  /// The same for build_stages.
  [[nodiscard]] virtual Plan::Emitters outline_stages(Plan& plan, const Border<T>& border) const {
    return outline(plan, border);
  }
  /// Whether build can divide events in any way; stages that run already keep their dispatcher.
  [[nodiscard]] virtual bool divides() const { return true; }
  /// The terms of a subscription to its stages, where it does not count as the user does.
  [[nodiscard]] virtual SubscribeOptions terms(SubscribeOptions wanted) const { return wanted; }
};
template <class T>
using FeedPtr = std::shared_ptr<const Feed<T>>;

/// A layer as it was written, but for its operators: what comes in, and how it is divided among the stages.
template <class In>
struct LayerSpec {
  FeedPtr<In> feed;
  Border<In> border = Border<In>::straight();
  LayerOptions options = {};

  /// One seat for each stage of the layer, with the stages above started. None: no source wants to take part.
  [[nodiscard]] std::vector<LayerSeat<In>> seats(Assembly& assembly) const {
    const std::size_t count = options.stages.value_or(assembly.workers());
    const Border<In> above = border.with(count);
    const Upstreams<In> upstreams = feed->build(assembly, above);
    if (upstreams.empty()) return {};
    std::vector<LayerSeat<In>> made(count);
    const SubscribeOptions wanted = terms_of(options);
    for (std::size_t i = 0; i != count; ++i) {
      SubscribeOptions terms = feed->terms(wanted);
      terms.partition = above.partition_of(i);
      made[i] = {.index = i,
                 .count = count,
                 .most_held = wanted.max_demand,
                 .least_held = min_demand_of(wanted),
                 .on_init = options.on_init};
      for (const Upstream<In>& from : upstreams) {
        auto& to = assembly.begins_by_itself(from.host()) ? made[i].running : made[i].upstreams;
        to.push_back({from, terms});
      }
    }
    return made;
  }
  /// Whether stages without operators would only hand on what the layer above divides already as it shall be.
  [[nodiscard]] bool is_needless(const Border<In>& below, std::size_t workers) const {
    if (border.kind() == Division::straight) return feed->divides() || below.kind() == Division::by_demand;
    return border.with(options.stages.value_or(workers)).same_as(below);
  }
};

/// A layer as what feeds the one below, whatever its operators.
template <class In, class Out>
class LayerFeedBase : public Feed<Out> {
 public:
  [[nodiscard]] Upstreams<Out> build(Assembly& assembly, const Border<Out>& border) const override {
    return build_stages(assembly, border);
  }
  [[nodiscard]] Plan::Emitters outline(Plan& plan, const Border<Out>& /*border*/) const override {
    return add_to(plan);
  }
  [[nodiscard]] Plan::Emitters outline_stages(Plan& plan, const Border<Out>& /*border*/) const override {
    return add_to(plan);
  }
  [[nodiscard]] Upstreams<Out> build_stages(Assembly& assembly, const Border<Out>& border) const override {
    using S = LayerStage<In, Out>;
    const MakeBody<In, S> make_body = [this](Context& context) { return body(context); };
    Upstreams<Out> made;
    for (HostPtr& stage : start<S>(assembly, [&](LayerSeat<In>& seat) {
           return std::make_unique<S>(std::move(seat), make_body, border.dispatcher(), spec_.options.buffer);
         }))
      made.emplace_back(std::move(stage));
    return made;
  }

 protected:
  explicit LayerFeedBase(LayerSpec<In> spec) : spec_(std::move(spec)) {}

  [[nodiscard]] const LayerSpec<In>& spec() const noexcept { return spec_; }
  void build_end(Assembly& assembly, const MakeBody<In, LayerEnd<In>>& make_body) const {
    using S = LayerEnd<In>;
    for (const HostPtr& stage : start<S>(
             assembly, [&](LayerSeat<In>& seat) { return std::make_unique<S>(std::move(seat), make_body); }))
      assembly.add_last(stage);
  }

 private:
  [[nodiscard]] virtual std::unique_ptr<LayerBody<In, LayerStage<In, Out>>> body(Context& context) const = 0;
  virtual void note(Notes& notes) const = 0;

  [[nodiscard]] Plan::Emitters add_to(Plan& plan) const {
    Notes notes;
    note(notes);
    const Border<In> above = spec_.border.with(plan.stages(spec_.options.stages));
    return plan.add_layer(spec_.feed->outline(plan, above), spec_.options, notes, above.kind());
  }
  template <class S, class Make>
  [[nodiscard]] std::vector<HostPtr> start(Assembly& assembly, Make make) const {
    auto seats = spec_.seats(assembly);
    if (seats.empty()) return {};
    const std::string name = assembly.layer_name(spec_.options.name);
    std::vector<HostPtr> started;
    for (LayerSeat<In>& seat : seats) {
      started.push_back(assembly.start<S>(
          name + "[" + std::to_string(seat.index) + "]", [&] { return make(seat); }, spec_.options.shutdown));
    }
    return started;
  }

  LayerSpec<In> spec_;
};

template <class In, class... Ops>
class LayerFeed final : public LayerFeedBase<In, typename detail::OutputOf<In, Ops...>::type> {
  using Out = typename detail::OutputOf<In, Ops...>::type;
  template <class Stage>
  using Body = LayerBodyOf<detail::LayerOf<In, Ops...>, Stage>;

 public:
  LayerFeed(LayerSpec<In> spec, std::tuple<Ops...> ops)
      : LayerFeedBase<In, Out>(std::move(spec)), ops_(std::move(ops)) {}

  /// The last layer of a flow that is run for its effects.
  void build_end(Assembly& assembly) const {
    LayerFeedBase<In, Out>::build_end(
        assembly, [this](Context& context) { return std::make_unique<Body<LayerEnd<In>>>(ops_, context); });
  }

 private:
  std::unique_ptr<LayerBody<In, LayerStage<In, Out>>> body(Context& context) const override {
    return std::make_unique<Body<LayerStage<In, Out>>>(ops_, context);
  }
  void note(Notes& notes) const override {
    std::apply([&](const auto&... op) { (note_of(op, notes), ...); }, ops_);
  }

  std::tuple<Ops...> ops_;
};

/// A layer without operators: its stages are there only where the layer above does not divide its events as
/// those below want them.
template <class T>
class LayerFeed<T> final : public LayerFeedBase<T, T> {
 public:
  explicit LayerFeed(LayerSpec<T> spec, std::tuple<> /*ops*/ = {}) : LayerFeedBase<T, T>(std::move(spec)) {}

  [[nodiscard]] Upstreams<T> build(Assembly& assembly, const Border<T>& border) const override {
    if (this->spec().is_needless(border, assembly.workers()))
      return this->spec().feed->build(assembly, border);
    return this->build_stages(assembly, border);
  }
  [[nodiscard]] Plan::Emitters outline(Plan& plan, const Border<T>& border) const override {
    if (this->spec().is_needless(border, plan.stages({}))) return this->spec().feed->outline(plan, border);
    return this->outline_stages(plan, border);
  }
  /// The last layer of a flow that is run for its effects.
  void build_end(Assembly& assembly) const {
    LayerFeedBase<T, T>::build_end(assembly, [](Context& context) {
      return std::make_unique<LayerBodyOf<PlainLayer<T>, LayerEnd<T>>>(std::tuple<>(), context);
    });
  }

 private:
  std::unique_ptr<LayerBody<T, LayerStage<T, T>>> body(Context& context) const override {
    return std::make_unique<LayerBodyOf<PlainLayer<T>, LayerStage<T, T>>>(std::tuple<>(), context);
  }
  void note(Notes& /*notes*/) const override {}
};

}  // namespace sluice::inline v0::flow
