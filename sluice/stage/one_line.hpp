#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "sluice/stage/producer_consumer.hpp"
#include "sluice/stage/recipe.hpp"

namespace sluice::inline v0 {

/// See produce().
template <class F>
class MadeByFunction final : public Producer<std::invoke_result_t<F&>> {
 public:
  using Event = std::invoke_result_t<F&>;
  MadeByFunction(F make, ProducerOptions<Event> options)
      : Producer<Event>(std::move(options)), make_(std::move(make)) {}

 private:
  void handle_demand(Demand n) override {
    this->emit_n(n, [this] { return make_(); });
  }
  F make_;
};

/// See transform().
template <class In, class F>
class TransformedByFunction final : public ProducerConsumer<In, std::invoke_result_t<F&, const In&>> {
 public:
  using Out = std::invoke_result_t<F&, const In&>;
  TransformedByFunction(F change, ProducerConsumerOptions<In, Out> options)
      : ProducerConsumer<In, Out>(std::move(options)), change_(std::move(change)) {}

 private:
  void handle_events(Events<In> events, const Subscription& /*from*/) override {
    this->map(events, [this](const In& event) { return change_(event); });
  }
  F change_;
};

/// See consume().
template <class In, class F>
class ConsumedByFunction final : public Consumer<In> {
 public:
  ConsumedByFunction(F take, ConsumerOptions<In> options)
      : Consumer<In>(std::move(options)), take_(std::move(take)) {}

 private:
  void handle_events(Events<In> events, const Subscription& /*from*/) override {
    if constexpr (std::is_invocable_v<F&, Events<In>>) {
      take_(std::move(events));
    } else {
      for (In& event : events.mine()) take_(std::move(event));
    }
  }
  F take_;
};

/// A producer without end: each event is what `make()` returns.
/// `auto numbers = runtime.start(produce([n = 0L]() mutable { return n++; }));`
template <class F>
  requires std::is_invocable_v<F&>
auto produce(F make, ProducerOptions<std::invoke_result_t<F&>> options = {}) {
  using S = MadeByFunction<F>;
  return StageRecipe<S>{[make = std::move(make), options = std::move(options)]() mutable {
    return std::make_unique<S>(std::move(make), std::move(options));
  }};
}

/// A producer_consumer: one event out for each event in. `transform<long>([](long n) { return 2 * n; })`
template <class In, class F>
auto transform(F change, ProducerConsumerOptions<In, std::invoke_result_t<F&, const In&>> options = {}) {
  using S = TransformedByFunction<In, F>;
  return StageRecipe<S>{[change = std::move(change), options = std::move(options)]() mutable {
    return std::make_unique<S>(std::move(change), std::move(options));
  }};
}

/// A consumer: `take` is called with each event, or with whole batches if it takes Events<In>.
template <class In, class F>
auto consume(F take, ConsumerOptions<In> options = {}) {
  static_assert(std::is_invocable_v<F&, In> || std::is_invocable_v<F&, Events<In>>,
                "sluice: consume<T>(f) needs an f that takes a T or an Events<T>");
  using S = ConsumedByFunction<In, F>;
  return StageRecipe<S>{[take = std::move(take), options = std::move(options)]() mutable {
    return std::make_unique<S>(std::move(take), std::move(options));
  }};
}

}  // namespace sluice::inline v0
