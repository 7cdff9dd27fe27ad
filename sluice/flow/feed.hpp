#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sluice/flow/assembly.hpp"
#include "sluice/flow/border.hpp"
#include "sluice/flow/layer_stage.hpp"

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
  /// Whether build can divide events in any way; stages that run already keep their dispatcher.
  [[nodiscard]] virtual bool divides() const { return true; }
  /// The terms of a subscription to its stages, where it does not count as the user does.
  [[nodiscard]] virtual SubscribeOptions terms(SubscribeOptions wanted) const { return wanted; }
};
template <class T>
using FeedPtr = std::shared_ptr<const Feed<T>>;

/// A layer as it was written: what comes in, how it is divided among the stages, what each of them does.
template <class In, class... Ops>
struct LayerSpec {
  FeedPtr<In> feed;
  Border<In> border = Border<In>::straight();
  LayerOptions options = {};
  std::tuple<Ops...> ops = {};

  using Output = typename detail::LayerOf<In, Ops...>::Output;

  /// One seat for each stage of the layer, with the stages above started. None: no source wants to take part.
  [[nodiscard]] std::vector<LayerSeat<In>> seats(Assembly& assembly) const {
    const std::size_t count = options.stages.value_or(assembly.workers());
    const Border<In> above = border.with(count);
    const Upstreams<In> upstreams = feed->build(assembly, above);
    if (upstreams.empty()) return {};
    std::vector<LayerSeat<In>> made(count);
    for (std::size_t i = 0; i != count; ++i) {
      SubscribeOptions terms = feed->terms(terms_of(options));
      terms.partition = above.partition_of(i);
      made[i] = {.index = i, .count = count, .on_init = options.on_init};
      for (const Upstream<In>& from : upstreams) {
        auto& to = assembly.begins_by_itself(from.host()) ? made[i].running : made[i].upstreams;
        to.push_back({from, terms});
      }
    }
    return made;
  }
  /// Whether stages of this layer would only hand on what the layer above divides already as it shall be.
  [[nodiscard]] bool is_needless(const Border<Output>& below, std::size_t workers) const {
    if constexpr (sizeof...(Ops) != 0) {
      return false;
    } else {
      if (border.kind() == Border<In>::Kind::straight)
        return feed->divides() || below.kind() == Border<In>::Kind::by_demand;
      return border.with(options.stages.value_or(workers)).same_as(below);
    }
  }
};

/// A layer as what feeds the one below.
template <class In, class... Ops>
class LayerFeed final : public Feed<typename LayerSpec<In, Ops...>::Output> {
  using Out = typename LayerSpec<In, Ops...>::Output;

 public:
  explicit LayerFeed(LayerSpec<In, Ops...> spec) : spec_(std::move(spec)) {}

  [[nodiscard]] Upstreams<Out> build(Assembly& assembly, const Border<Out>& border) const override {
    if constexpr (sizeof...(Ops) == 0) {
      if (spec_.is_needless(border, assembly.workers())) return spec_.feed->build(assembly, border);
    }
    return build_stages(assembly, border);
  }
  /// Also where the layer would be needless: the last layer of a flow needs stages of its own.
  [[nodiscard]] Upstreams<Out> build_stages(Assembly& assembly, const Border<Out>& border) const {
    using S = LayerStage<In, Ops...>;
    Upstreams<Out> made;
    for (HostPtr& stage : start<S>(assembly, [&](LayerSeat<In>& seat) {
           return std::make_unique<S>(std::move(seat), spec_.ops, border.dispatcher(), spec_.options.buffer);
         }))
      made.emplace_back(std::move(stage));
    return made;
  }
  /// The last layer of a flow that is run for its effects.
  void build_end(Assembly& assembly) const {
    using S = LayerEnd<In, Ops...>;
    for (const HostPtr& stage : start<S>(
             assembly, [&](LayerSeat<In>& seat) { return std::make_unique<S>(std::move(seat), spec_.ops); }))
      assembly.add_last(stage);
  }

 private:
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
  LayerSpec<In, Ops...> spec_;
};

}  // namespace sluice::inline v0::flow
