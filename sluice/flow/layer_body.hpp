#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <tuple>

#include "sluice/core/ids.hpp"
#include "sluice/flow/context.hpp"
#include "sluice/flow/layer.hpp"
#include "sluice/flow/operator.hpp"
#include "sluice/flow/trigger.hpp"

namespace sluice::inline v0::flow {

/// A layer's operators as their stage sees them: their types end here, so that a stage is compiled once for
/// the events that it takes and hands on, whatever is done to them. Called once a batch. Stage has
/// send(f) and send_up_to(n, f), which call f(out) with where events go.
template <class In, class Stage>
class LayerBody {
 public:
  virtual ~LayerBody() = default;
  virtual void begin(Stage& stage) = 0;
  virtual void opened(SubscriptionId from) = 0;
  virtual void events(std::span<In> events, SubscriptionId from, Stage& stage) = 0;
  virtual void closed(SubscriptionId from, Stage& stage) = 0;
  virtual void trigger(const TriggerName& name, Stage& stage) = 0;
  virtual void alarm(TimerId alarm, Stage& stage) = 0;
  virtual void finish(Stage& stage) = 0;
  /// Events held back until a tick; see Operator::pending.
  [[nodiscard]] virtual std::size_t pending() = 0;
  /// Whether pending can be other than 0.
  [[nodiscard]] virtual bool may_hold() const noexcept = 0;
  /// Whether all events are handed on as they come.
  [[nodiscard]] virtual bool is_identity() const noexcept = 0;
};

template <class In, class Stage>
using MakeBody = std::function<std::unique_ptr<LayerBody<In, Stage>>(Context&)>;

template <class Layer, class Stage>
class LayerBodyOf final : public LayerBody<typename Layer::Input, Stage> {
  using In = typename Layer::Input;

 public:
  template <class... Ops>
  LayerBodyOf(const std::tuple<Ops...>& ops, Context& context)
      : context_(&context), layer_(detail::make_layer<In>(ops, context)) {}

 private:
  void begin(Stage& stage) override {
    stage.send([&](auto& out) { layer_.begin(*context_, out); });
  }
  void opened(SubscriptionId from) override { layer_.opened(from); }
  void events(std::span<In> events, SubscriptionId from, Stage& stage) override {
    const auto work = [&](auto& out) { layer_.events(events, from, *context_, out); };
    if constexpr (Layer::at_most_one) {
      stage.send_up_to(events.size(), work);
    } else {
      stage.send(work);
    }
  }
  void closed(SubscriptionId from, Stage& stage) override {
    stage.send([&](auto& out) { layer_.closed(from, *context_, out); });
  }
  void trigger(const TriggerName& name, Stage& stage) override {
    stage.send([&](auto& out) { layer_.trigger(name, *context_, out); });
  }
  void alarm(TimerId alarm, Stage& stage) override {
    stage.send([&](auto& out) { layer_.alarm(alarm, *context_, out); });
  }
  void finish(Stage& stage) override {
    stage.send([&](auto& out) { layer_.finish(*context_, out); });
  }
  std::size_t pending() override { return layer_.pending(); }
  bool may_hold() const noexcept override { return Layer::holding == Holding::until_tick; }
  bool is_identity() const noexcept override { return Layer::identity; }

  Context* context_;
  Layer layer_;
};

}  // namespace sluice::inline v0::flow
